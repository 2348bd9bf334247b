import Core
import Foundation
import TestKit
import Testing

/// What an assistant may do that has started the program itself.
@Suite struct MCPAccessJourneyTests {
    private static let handshake: JSON = [
        "protocolVersion": "2025-11-25", "capabilities": [:], "clientInfo": ["name": "t", "version": "1"],
    ]

    private func request(_ method: String, _ params: JSON = [:], id: JSON = 1) -> JSON {
        ["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params]
    }

    @Test func overStandardInputToo() async throws {
        let lines: [JSON] = [
            request("initialize", Self.handshake, id: 0), request("tools/list", id: 1),
            request("tools/call", ["name": "create_event", "arguments": [:]], id: 2),
            request("tools/call", ["name": "list_templates"], id: 3),
        ]
        let input = lines.map { String(decoding: $0.encoded, as: UTF8.self) }.joined(separator: "\n")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("stdio-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(input.utf8).write(to: folder.appendingPathComponent("in"))
        // Whoever starts the program needs no token to speak with it.
        let command = "\"\(Program.path)\" mcp --sandbox --read-only --auth-tokens '\(Tokens.setting)' < in"
        let result = try await run("sh", ["-c", command], folder: folder)
        #expect(result.code == 0)
        let answers = try result.out.split(separator: "\n").map { try JSON.parse(String($0)) }
        let listed = answers.first { $0["id"] == 1 }?["result"]?["tools"]?.arrayValue ?? []
        #expect(Set(listed.compactMap { $0["name"]?.stringValue }) == OfferedTools.reading)
        #expect(answers.first { $0["id"] == 2 }?["error"]?["code"] == -32602)
        #expect(answers.first { $0["id"] == 3 }?["result"]?["isError"] == false)
        #expect(result.err.contains("label=local") || result.err.contains(#""label":"local""#), "\(result.err)")
    }
}
