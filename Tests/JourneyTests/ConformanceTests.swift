import Core
import Foundation
import TestKit
import Testing

private let referenceFolder = ProcessInfo.processInfo.environment["LUMA_REFERENCE_DIR"]

/// The protocol's conformance scenarios, played over plain HTTP against the server with their fixtures.
@Suite struct ConformanceTests {
    private static let revisions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]

    @Test(arguments: revisions)
    func everyScoredScenarioPasses(_ revision: String) async throws {
        let server = try Program(["0"], path: Program.path(of: "fixture-server"))
        let port = try await server.address().split(separator: ":").last.map(String.init) ?? ""
        let driver = Program.root.appendingPathComponent("Tests/Interop/conformance.py").path
        let file = server.folder.appendingPathComponent("heard").path
        let result = try await run("timeout", ["--kill-after=5", "60", "python3", driver, port, revision, file])
        #expect(result.code == 0, "\(result.out)\(result.err)")
        let played = result.out.split(separator: "\n").filter { $0.hasPrefix("ok ") }.count
        let scored = ["2025-11-25": 30, "2026-07-28": 37][revision]
        #expect(scored == nil ? played >= 26 : played == scored, "\(result.out)")
        try checkMessages(file, revision)
        server.signal(SIGTERM)
        #expect(try await server.exitCode() == 0)
    }

    @Test func oneClientKeepsTheServerBusyWithSoMuchAndNoMore() async throws {
        let server = try Program(["0"], path: Program.path(of: "fixture-server"))
        let port = try await server.address().split(separator: ":").last.map(String.init) ?? ""
        let driver = Program.root.appendingPathComponent("Tests/Interop/bounds.py").path
        let result = try await run(
            "timeout", ["--kill-after=5", "90", "python3", driver, port, String(server.identifier)])
        #expect(result.code == 0, "\(result.out)\(result.err)")
        server.signal(SIGTERM)
        #expect(try await server.exitCode() == 0)
    }

    // MARK: The official schemas

    private static let results = [
        "initialize": "InitializeResult", "ping": "EmptyResult", "logging/setLevel": "EmptyResult",
        "resources/subscribe": "EmptyResult", "resources/unsubscribe": "EmptyResult",
        "server/discover": "DiscoverResult",
        "tools/list": "ListToolsResult", "tools/call": "CallToolResult", "prompts/list": "ListPromptsResult",
        "prompts/get": "GetPromptResult", "resources/list": "ListResourcesResult",
        "resources/templates/list": "ListResourceTemplatesResult", "resources/read": "ReadResourceResult",
        "completion/complete": "CompleteResult",
    ]

    /// Every message that the server has sent fits the schema of its revision; without the schemas nothing is checked.
    private func checkMessages(_ file: String, _ revision: String) throws {
        guard let referenceFolder else { return }
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(referenceFolder)/mcp/schema-\(revision).json"))
        let schema = JSONSchemaChecker(try JSON.parse(Array(data)))
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count > 60)
        for line in lines {
            let heard = try #require(try JSON.parse(String(line)).arrayValue)
            let (method, message) = (heard[1].stringValue ?? "", heard[2])
            let definition: String
            var subject = message
            if let result = message["result"] {
                subject = result
                let needsInput = result["resultType"] == "input_required"
                definition = needsInput ? "InputRequiredResult" : try #require(Self.results[method])
            } else if message["error"] != nil {
                definition = revision >= "2025-11-25" ? "JSONRPCErrorResponse" : "JSONRPCError"
            } else {
                definition = message["id"] == nil ? "ServerNotification" : "ServerRequest"
            }
            #expect(schema.problems(message, definition: "JSONRPCMessage") == [], "\(line)")
            #expect(schema.problems(subject, definition: definition) == [], "\(line)")
        }
    }
}
