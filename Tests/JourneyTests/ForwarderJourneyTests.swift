import Core
import Foundation
import Testing

/// Documents of services, by the commands for their authors and through the real program.
@Suite struct ForwarderJourneyTests {
    private static let good = #"""
        {"format": 1, "name": "notes", "upstream": {"base": "https://notes.example"},
         "tools": [{"name": "find_notes", "input": {"type": "object", "properties": {"word": {"type": "string"}}},
                    "request": {"method": "GET", "path": "/notes", "query": {"q": {"$arg": "word"}}}}]}
        """#

    private func run(
        _ arguments: [String], _ files: [String: String], _ environment: [String: String] = [:]
    ) async throws -> (code: Int32, out: String, err: String) {
        let program = try Program(arguments, environment: environment, files: files)
        let code = try await program.exitCode(within: 60)
        try await eventually("something is told") { !(program.standardOutput + program.standardError).isEmpty }
        return (code, program.standardOutput, program.standardError)
    }

    @Test func aDocumentIsChecked() async throws {
        let good = try await run(["forwarders", "check", "a.json"], ["a.json": Self.good])
        #expect(good.code == 0 && good.out.contains("find_notes") && good.out.contains("GET /notes"), "\(good)")
        let bad = try await run(
            ["forwarders", "check", "a.json"],
            ["a.json": Self.good.replacingOccurrences(of: #""method": "GET""#, with: #""method": "FETCH""#)])
        #expect(bad.code == 1 && bad.out.contains("error: /tools/0/request/method"), "\(bad)")
        let none = try await run(["forwarders", "check", "a.json"], [:])
        #expect(none.code == 78 && none.err.contains("a.json"), "\(none)")
    }

    @Test func aDocumentIsMadeOfAnOpenAPIDocument() async throws {
        let shop = #"""
            {"openapi": "3.1.0", "info": {"title": "A shop", "version": "1"}, "paths": {
              "/items/{id}": {"get": {"operationId": "get_item", "parameters": [
                {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]}},
              "/{broken}": {"get": {"operationId": "get_broken"}}}}
            """#
        let made = try await run(
            ["forwarders", "import", "shop.json", "--name", "shop", "--base", "https://shop.example"],
            ["shop.json": shop])
        #expect(made.code == 0 && made.err.contains("GET /{broken}"), "\(made)")
        let checked = try await run(["forwarders", "check", "made.json"], ["made.json": made.out])
        #expect(checked.code == 0 && checked.out.contains("shop__get_item"), "\(checked)")
        let wrong = try await run(
            ["forwarders", "import", "shop.json", "--name", "shop", "--base", "https://shop.example"],
            ["shop.json": "swagger: 2"])
        #expect(wrong.code == 1 && wrong.out.isEmpty && wrong.err.contains("JSON"), "\(wrong)")
    }

    /// The examples in the documents of Luna's and Lumenore's servers, with the gateway in their place.
    @Test func theExamplesOfLunaAndLumenoreWork() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("examples-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await runDriver("documented_examples.py", [Program.path, folder.path])
        #expect(result.code == 0, "\(result.out)\(result.err)")
    }

    /// What is told before and after the start, and read anew on SIGHUP.
    @Test func aDirectoryIsServed() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("documents-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ name: String, _ text: String) throws {
            try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        try write("notes.json", Self.good)
        try write("wrong.json", "{")
        let settings = [
            "LUMA_FORWARDERS_DIR": folder.path, "LUMA_SANDBOX": "true", "LUMA_PORT": "0",
            "GITHUB_TOKEN": "ghp_0123456789abcdef",
        ]
        let doctor = try await run(["doctor"], [:], settings)
        #expect(doctor.code == 1 && doctor.out.contains("find_notes") && doctor.out.contains("wrong.json"), "\(doctor)")
        #expect(doctor.out.contains("create_branch") && !doctor.out.contains("ghp_"))

        let program = try Program([], environment: settings)
        let address = try await program.address()
        func tools() async throws -> [String] {
            let list = try await curl(address + "/tools/").json?["tools"]?.arrayValue ?? []
            return list.compactMap { $0["name"]?.stringValue }
        }
        let first = try await tools()
        #expect(first.contains("find_notes") && first.contains("commit_file") && !first.contains("code_gen"))
        try write("wrong.json", Self.good.replacingOccurrences(of: "notes", with: "words"))
        program.signal(SIGHUP)
        try await eventually("the other document is read, too") { try await tools().contains("find_words") }
        program.signal(SIGTERM)
        #expect(try await program.exitCode() == 0)
        #expect(!(program.standardOutput + program.standardError).contains("ghp_"))
    }
}
