import GatewayAPI
import GatewayCLI
import Settings
import Testing

@testable import Program

@Suite struct ManPageTests {
    @Test func itNamesEveryCommandOptionAndVariable() {
        let page = ManPage.text
        for row in CommandRow.table { #expect(page.contains("\n.B \(row.name)\n")) }
        for row in SettingTable.table + SettingTable.sandboxTable {
            #expect(page.contains("\\fB\(ManPage.escaped(row.setting.flag))\\fR"), "\(row.setting)")
            if let variable = row.setting.variable { #expect(page.contains("(\\fB\(variable)\\fR)")) }
        }
    }

    @Test func itNamesEveryCommandAgainstAGatewayWithItsOptionsAndStatus() {
        let page = ManPage.text
        for family in CommandFamily.all {
            for verb in family.verbs {
                #expect(page.contains("\n.SS \(ManPage.escaped("\(family.name) \(verb.name) "))"))
                for row in verb.options {
                    #expect(page.contains("\\fB\(ManPage.escaped(row.name))\\fR"), "\(row.name)")
                }
            }
        }
        for status in GatewayCLI.ExitStatus.allCases { #expect(page.contains("\n.B \(status.rawValue)\n")) }
    }

    /// A hyphen that is typed must be one, and troff must not take a character for its own.
    @Test(arguments: [("--port", #"\-\-port"#), (#"a\b"#, #"a\eb"#), ("Luma's", #"Luma\(aqs"#)])
    func escapes(text: String, expected: String) {
        #expect(ManPage.escaped(text) == expected)
    }
}
