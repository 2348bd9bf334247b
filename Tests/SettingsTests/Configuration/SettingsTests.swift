import Testing

@testable import Settings

@Suite struct SettingsTests {
    @Test func everySettingHasOneRowInOneTable() {
        let rows = (SettingTable.table + SettingTable.sandboxTable).map(\.setting)
        #expect(rows.count == Setting.allCases.count)
        #expect(Set(rows) == Set(Setting.allCases))
        // What a service of somebody else's is called with has the name that its own users know.
        let others = Set(SettingTable.forwarders.map(\.setting)).subtracting([
            .forwardersDirectory, .lunaEndpoint,
        ])
        #expect(
            SettingTable.table.allSatisfy {
                $0.setting.variable?.hasPrefix("LUMA_") == !others.contains($0.setting)
            })
        #expect(SettingTable.sandboxTable.allSatisfy { $0.setting.variable == nil })
    }

    @Test func everyDefaultIsOfItsKind() {
        for row in SettingTable.table + SettingTable.sandboxTable {
            if let text = row.defaultText { #expect(row.kind.parse(text) != nil, "\(row.setting)") }
        }
    }

    @Test func everyRowIsDocumented() {
        for row in SettingTable.table + SettingTable.sandboxTable {
            #expect(row.help.hasSuffix("."), "\(row.setting)")
            #expect(row.help.first?.isUppercase == true, "\(row.setting)")
            #expect(!row.documentedDefault.isEmpty)
            if row.kind.standsAlone {
                #expect(row.placeholder.isEmpty)
            } else {
                #expect(!row.placeholder.isEmpty, "\(row.setting)")
            }
        }
    }

    @Test func theFlagFollowsFromTheName() {
        #expect(Setting.rateLimitBlockDurationSeconds.flag == "--rate-limit-block-duration-seconds")
        #expect(Setting.apiKey.flag == "--api-key")
        #expect(Setting.lunaURL.flag == "--luna-url" && Setting.gitHubToken.flag == "--github-token")
        #expect(Setting.sandboxSeed.flag == "--seed")
        for table in [SettingTable.table, SettingTable.sandboxTable] {
            #expect(Set(table.map(\.setting.flag)).count == table.count)
        }
    }

    @Test(arguments: [
        (SettingKind.boolean, "true", SettingValue.boolean(true)),
        (.boolean, "ON", .boolean(true)), (.boolean, "1", .boolean(true)), (.boolean, "Yes", .boolean(true)),
        (.boolean, "false", .boolean(false)), (.boolean, "0", .boolean(false)), (.boolean, "no", .boolean(false)),
        (.booleanOr("auto"), "AUTO", .text("auto")), (.booleanOr("auto"), "no", .boolean(false)),
        (.integer(0...9), "9", .integer(9)), (.integer(0...9), "007", .integer(7)),
        (.number(0...9), "2.5", .number(2.5)), (.number(0...9), "0", .number(0)),
        (.word(["text", "json"]), "JSON", .text("json")),
        (.secret, "secret-abc", .text("secret-abc")),
        (.id(prefix: "cal-"), "cal-a_B-9", .text("cal-a_B-9")),
        (.host, "LocalHost", .text("localhost")), (.host, "[::1]", .text("::1")), (.host, "0.0.0.0", .text("0.0.0.0")),
        (.hosts, "a.example, b.example:8080,[::1]:80,*", .list(["a.example", "b.example:8080", "[::1]:80", "*"])),
        (.baseURL, "https://public-api.luma.com/", .text("https://public-api.luma.com")),
        (.path, "/var/log/luma mcp.log", .text("/var/log/luma mcp.log")),
    ])
    func aValueIsRead(kind: SettingKind, text: String, value: SettingValue) {
        #expect(kind.parse(text) == value)
    }

    @Test(arguments: [
        (SettingKind.boolean, "tru"), (.boolean, "auto"), (.booleanOr("auto"), "automatic"), (.boolean, ""),
        (.boolean, "2"), (.boolean, " true"),
        (.integer(0...9), "10"), (.integer(0...9), "-1"), (.integer(0...9), "+1"), (.integer(0...9), "1.0"),
        (.integer(0...9), ""), (.integer(0...9), "0x1"), (.integer(0...9), "٣"),
        (.integer(0...Int.max), "99999999999999999999"),
        (.number(0...9), "9.01"), (.number(0...9), "1e0"), (.number(0...9), "nan"), (.number(0...9), "inf"),
        (.number(0...9), "1."), (.number(0...9), ".5"), (.number(0...9), "1.2.3"), (.number(0...9), "-0"),
        (.word(["text", "json"]), "xml"),
        (.secret, "a b"), (.secret, "a\n"), (.secret, "käse"), (.secret, String(repeating: "a", count: 513)),
        (.id(prefix: "cal-"), "cal-"), (.id(prefix: "cal-"), "evt-a"), (.id(prefix: "cal-"), "cal-a\r\nX: y"),
        (.host, "localhost:8000"), (.host, "*"), (.host, ""), (.host, "256.0.0.1"), (.host, "a b"),
        (.hosts, "a,,b"), (.hosts, "a:0"), (.hosts, "http://a"),
        (.baseURL, "http://public-api.luma.com"), (.path, "a\u{0}b"),
    ])
    func aBadValueIsRefused(kind: SettingKind, text: String) {
        #expect(kind.parse(text) == nil)
    }
}
