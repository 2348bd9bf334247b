import Core
import GatewayAPI
import IOTestKit
import MCP
import Settings
import TestKit
import Testing
import ToolHost

@testable import Gateway

/// Services that documents describe, from the files to a call.
@Suite struct ForwardedToolsTests {
    private static func document(_ url: String, _ name: String = "notes", tool: String = "read_note") -> String {
        #"""
        {"format": 1, "name": "\#(name)",
         "upstream": {"base": "\#(url)", "allow": {"loopback": true}},
         "tools": [{"name": "\#(tool)", "title": "Read a note", "description": "Reads a note by its number.",
                    "input": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
                    "request": {"method": "GET", "path": "/notes/{id}"}}]}
        """#
    }

    private static func notes(_ body: (FakeService) async throws -> Void) async throws {
        try await FakeService.serve({ .json(#"{"note":"\#($0.target)"}"#) }, body)
    }

    @Test(arguments: MCPWay.allCases) func aToolOfADocumentIsCalled(way: MCPWay) async throws {
        try await Self.notes { service in
            let folder = try DocumentFolder(["notes.json": Self.document(service.url)])
            try await InProcess.serve([.forwardersDirectory: folder.path]) { (gateway: InProcess) async throws in
                let speaker = try await MCPSpeaker(way, gateway, [], .local)
                #expect(try await speaker.tools().last == "read_note")
                let answer = try await speaker.ask("tools/call", ["name": "read_note", "arguments": ["id": 7]])
                let text = answer["result"]?["content"]?.arrayValue?.first?["text"]
                #expect(text == #"{"note":"/notes/7"}"#, "\(answer)")
                await speaker.end()
                let line = await gateway.toolCalls().last
                #expect(
                    line?["tool"] == "read_note" && line?["source"] == "forwarder:notes" && line?["outcome"] == "ok",
                    "\(line ?? .null)")
            }
            #expect(service.asked == ["GET /notes/7"])
        }
    }

    @Test func programsCallItToo() async throws {
        try await Self.notes { service in
            let folder = try DocumentFolder(["notes.json": Self.document(service.url)])
            try await InProcess.serve([.forwardersDirectory: folder.path]) { (gateway: InProcess) async throws in
                #expect(try await gateway.forwardedTools() == ["read_note"])
                let result = try await gateway.call("read_note", ["id": 3])
                #expect(result["structuredContent"] == ["note": "/notes/3"] && result["isError"] == false)
                let wrong = try await gateway.call("read_note", ["id": "x"])
                #expect(wrong["isError"] == true)
                let outcomes = await gateway.logLines().filter { $0["tool"] == "read_note" }.map { $0["outcome"] }
                #expect(outcomes == ["ok", "invalid_arguments"])
            }
            #expect(service.asked == ["GET /notes/3"])
        }
    }

    /// What is wrong with one document or one tool costs that one, and is told.
    @Test func whatIsWrongIsToldAndStopsNothing() async throws {
        try await Self.notes { service in
            let good = Self.document(service.url)
            let folder = try DocumentFolder([
                "a.json": "{",
                "b.json": Self.document(service.url, "mixed").replacing(
                    #""tools": ["#,
                    with: #""tools": [{"name": "bad one", "request": {"method": "GET", "path": "/"}},"#
                ).replacing("read_note", with: "other_note"),
                "c.json": Self.document(service.url, "twice", tool: "c"),
                "d.json": Self.document(service.url, "twice", tool: "d"),
                "e.json": Self.document("http://internal.example", "plain"),
                "f.json": Self.document("https://f.example", "off").replacing(
                    #""upstream""#, with: #""needs": ["NO_SUCH_KEY"], "upstream""#),
                "notes.json": good, "readme.txt": "no document",
            ])
            try await InProcess.serve([.forwardersDirectory: folder.path]) { (gateway: InProcess) async throws in
                #expect(try await gateway.forwardedTools() == ["other_note", "read_note"])
                let status = try await gateway.forwarderStatus()
                let documents = status["documents"]?.arrayValue ?? []
                func state(_ file: String) -> (String?, String) {
                    let document = documents.first { $0["document"]?.stringValue == file }
                    return (document?["state"]?.stringValue, document?["reason"]?.stringValue ?? "")
                }
                #expect(state("a.json").0 == "refused" && state("a.json").1.contains("JSON"), "\(state("a.json"))")
                #expect(state("b.json").0 == "on" && state("notes.json").0 == "on")
                #expect(state("c.json").0 == "refused" && state("c.json").1.contains("d.json"))
                #expect(state("d.json").0 == "refused" && state("d.json").1.contains("c.json"))
                #expect(state("e.json").0 == "refused" && state("e.json").1.contains("plain_http"))
                #expect(state("f.json") == ("off", "not set: NO_SUCH_KEY"))
                let mixed = documents.first { $0["document"] == "b.json" }
                #expect(mixed?["refused"]?.arrayValue?.first?["name"] == "bad one", "\(mixed ?? .null)")
                #expect(documents.filter { $0["document"] == "built in" }.allSatisfy { $0["state"] == "off" })
                let warnings = await gateway.logLines().compactMap { $0["document"]?.stringValue }
                #expect(Set(warnings) == ["a.json", "b.json", "c.json", "d.json", "e.json"])
                #expect(try await gateway.call("read_note", ["id": 1])["isError"] == false)
            }
        }
    }

    /// Also of documents that are read before anything is served.
    @Test func aNameThatTwoServicesWantIsToldFromTheStart() async throws {
        try await Self.notes { service in
            let folder = try DocumentFolder([
                "a.json": Self.document(service.url, "a"), "b.json": Self.document(service.url, "b"),
                "c.json": Self.document(service.url, "c", tool: "list_events"),
            ])
            try await InProcess.serve([.forwardersDirectory: folder.path]) { (gateway: InProcess) async throws in
                #expect(try await gateway.forwardedTools() == [])
                let told = try await gateway.ask("GET /status").json?["tool_conflicts"]
                #expect(
                    told == [
                        ["name": "list_events", "sources": ["forwarder:c"], "built_in": true],
                        ["name": "read_note", "sources": ["forwarder:a", "forwarder:b"], "built_in": false],
                    ], "\(told ?? .null)")
                let lines = await gateway.logLines().filter { $0["sources"] != nil }
                #expect(lines.count == 2, "\(lines)")
            }
        }
    }

    @Test func aDirectoryThatIsNotThereStopsNothing() async throws {
        try await InProcess.serve([.forwardersDirectory: "/nonexistent/documents"]) {
            (gateway: InProcess) async throws in
            let status = try await gateway.forwarderStatus()
            #expect(
                status["problems"]?.arrayValue?.first?.stringValue?.hasPrefix("LUMA_FORWARDERS_DIR cannot be read")
                    == true)
            #expect(try await gateway.ask("GET /health/live").status == 200)
        }
    }

    @Test func documentsAreReadAnew() async throws {
        try await Self.notes { service in
            let folder = try DocumentFolder(["notes.json": Self.document(service.url)])
            try await InProcess.serve([.forwardersDirectory: folder.path]) { (gateway: InProcess) async throws in
                let forwarders = try #require(gateway.shared.forwarders)
                func reread() async throws -> [String] {
                    forwarders.read(to: gateway.shared.mcp.sources)
                    // The loop takes what was published before what is asked now.
                    return try await gateway.forwardedTools()
                }
                let first = forwarders.host.snapshot
                try folder.write("more.json", Self.document(service.url, "more", tool: "more_notes"))
                #expect(try await reread() == ["more_notes", "read_note"])
                // What has not changed is the same service as before, with its token.
                #expect(forwarders.host.snapshot.services.last === first.services.last)
                #expect(try await gateway.call("more_notes", ["id": 1])["isError"] == false)

                try folder.write("notes.json", Self.document(service.url + "/v2"))
                #expect(try await reread() == ["more_notes", "read_note"])
                #expect(
                    try await gateway.call("read_note", ["id": 2])["structuredContent"] == ["note": "/v2/notes/2"])

                try folder.write("notes.json", "no JSON")
                try folder.remove("more.json")
                #expect(try await reread() == [])
                try folder.write("notes.json", Self.document(service.url))
                #expect(try await reread() == ["read_note"])
                #expect(try await gateway.call("read_note", ["id": 3])["structuredContent"] == ["note": "/notes/3"])
            }
        }
    }

    /// What is told of services is for those alone from whom no tool is hidden.
    @Test func onlyAdministratorsAreToldOfServices() async throws {
        let folder = try DocumentFolder(["notes.json": Self.document("https://notes.example")])
        let settings = Tokens.guarded.merging([.forwardersDirectory: folder.path]) { $1 }
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            let told = try await gateway.ask("GET /status", Tokens.bearer(Tokens.admin)).json?["forwarders"]
            #expect(told?["documents"]?.arrayValue?.last?["tools"] == ["read_note"])
            let undetermined = try await gateway.ask("GET /status", Tokens.bearer(Tokens.reader)).json?["forwarders"]
            #expect(undetermined == JSON.null)
        }
    }

    /// Over REST a failure has its status, and the result that an assistant gets.
    @Test func aFailureHasItsStatus() async throws {
        let answer: @Sendable (SocketServer.Request) -> FakeService.Answer = { request in
            switch request.target {
            case "/fails": .json("{}", "500 Internal Server Error")
            case "/closed": .json("{}", "403 Forbidden")
            case "/often": .json("{}", "429 Too Many Requests", fields: "Retry-After: 7\r\n")
            default: .json("<html>")
            }
        }
        try await FakeService.serve(answer) { service in
            func document(_ name: String, _ base: String, _ paths: [String], _ more: String = "") -> String {
                let tools = paths.map { path in
                    #"""
                    {"name": "\#(name)_\#(path)", "label": "Note", "response": {"as": "json"},
                     "input": {"type": "object", "properties": {"n": {"type": "integer"}}},
                     "request": {"method": "GET", "path": "/\#(path)"}}
                    """#
                }
                return #"""
                    {"format": 1, "name": "\#(name)",
                     "upstream": {"base": "\#(base)", "allow": {"loopback": true, "plain_http": true},
                                  "retry": {"attempts": 1}\#(more)},
                     "tools": [\#(tools.joined(separator: ","))]}
                    """#
            }
            let folder = try DocumentFolder([
                "a.json": document("a", service.url, ["fails", "closed", "often", "page"]),
                "b.json": document("b", "http://127.0.0.1:\(try unusedPort())", ["none"]),
                "c.json": document(
                    "c", service.url, ["locked"],
                    #", "auth": {"kind": "header", "name": "authorization", "value": {"$secret": "NO_SUCH_TOKEN"}}"#),
            ])
            try await InProcess.serve([.forwardersDirectory: folder.path]) { (gateway: InProcess) async throws in
                for (tool, arguments, status, reason, code) in [
                    ("a_fails", ["n": "x"], 400, "validation_failed", "invalid_arguments"),
                    ("a_fails", [:], 502, "upstream_failure", "upstream_error"),
                    ("a_closed", [:], 502, "upstream_failure", "upstream_auth"),
                    ("a_often", [:], 429, "rate_limited", "upstream_busy"),
                    ("a_page", [:], 502, "upstream_failure", "invalid_upstream"),
                    ("b_none", [:], 502, "upstream_failure", "upstream_unreachable"),
                    ("c_locked", [:], 503, "upstream_unavailable", "not_configured"),
                ] as [(String, JSON, Int, String, String)] {
                    let answer = try await gateway.ask("POST /tools/\(tool)", [], arguments)
                    #expect(answer.status == status && answer.reason == reason, "\(tool) \(answer.text)")
                    let details = answer.json?["details"]
                    #expect(details?["code"]?.stringValue == code, "\(tool) \(answer.text)")
                    #expect(answer.json?["error"]?.stringValue?.hasPrefix("Note failed: ") == true, "\(answer.text)")
                    #expect(details?["result"]?["isError"] == true && details?["result"]?["content"] != nil)
                    #expect(answer.field("retry-after") == (status == 429 ? "7" : nil), "\(tool)")
                }
            }
        }
    }

    /// Nothing is offered, read or told where nothing is set.
    @Test func withoutSettingsThereIsNothing() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            #expect(gateway.shared.forwarders == nil)
            #expect(try await gateway.forwardedTools() == [])
            #expect(try await gateway.ask("GET /status").json?["forwarders"] == JSON.null)
        }
    }
}
