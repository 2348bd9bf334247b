import Core
import Testing

@testable import Settings

@Suite struct ToolsetListTests {
    @Test(arguments: [
        #"{"events": ["list_*", "get_event"], "dev": {"tools": ["git__*"], "deny": ["*delete*"]}}"#,
        #"{"sets": {"events": {"tools": ["list_*", "get_event"]}, "dev": ["git__*", "!*delete*"]}}"#,
    ])
    func setsAreRead(text: String) throws {
        let reading = ToolsetList.read(text)
        #expect(reading.problems == [])
        #expect(Set(reading.sets.keys) == ["events", "dev"])
        let events = try #require(reading.sets["events"])
        #expect(events.admits("list_events") && events.admits("get_event") && !events.admits("cancel_event"))
        let dev = try #require(reading.sets["dev"])
        #expect(dev.admits("git__clone") && !dev.admits("git__delete_branch") && !dev.admits("get_event"))
    }

    @Test func aSetMayOnlyDeny() throws {
        let set = try #require(ToolsetList.read(#"{"safe": {"deny": ["cancel_*"]}}"#).sets["safe"])
        #expect(set.admits("list_events") && !set.admits("cancel_event"))
        #expect(ToolsetList.read("{}").sets.isEmpty && ToolsetList.read("{}").problems.isEmpty)
    }

    @Test(arguments: [
        ("", "JSON document"), ("{", "JSON document"), ("[]", "JSON object"), ("5", "JSON object"),
        (#"{"a b": ["x"]}"#, "name"), (#"{"": ["x"]}"#, "name"), (#"{"ä": ["x"]}"#, "name"),
        (#"{"\#(String(repeating: "a", count: 33))": ["x"]}"#, "name"),
        (#"{"a": []}"#, "toolset a "), (#"{"a": {}}"#, "toolset a "), (#"{"a": [5]}"#, "toolset a "),
        (#"{"a": ["x y"]}"#, "toolset a "), (#"{"a": "x"}"#, "toolset a "), (#"{"a": {"tool": ["x"]}}"#, "toolset a "),
        (#"{"a": {"tools": "x"}}"#, "toolset a "), (#"{"a": {"deny": ["!x"]}}"#, "toolset a "),
    ])
    func whatIsWrongIsToldAndTheRestIsRead(text: String, words: String) {
        let reading = ToolsetList.read(text)
        #expect(reading.problems.count == 1 && reading.problems.first?.contains(words) == true, "\(reading)")
        #expect(reading.sets.isEmpty)
    }

    @Test func thereAreNotTooMany() {
        let many = (0...ToolsetList.maxSets).map { "\"a\($0)\": [\"x\"]" }.joined(separator: ",")
        #expect(ToolsetList.read("{" + many + "}").problems == ["has more than \(ToolsetList.maxSets) toolsets"])
    }

    @Test(arguments: [
        ("@sets.json", true), ("{}", true), ("@", false), ("events", false), ("[]", false), (" {}", false),
    ])
    func theSettingIsJSONOrAFile(text: String, isFit: Bool) {
        #expect((SettingKind.toolsets.parse(text) != nil) == isFit)
    }
}
