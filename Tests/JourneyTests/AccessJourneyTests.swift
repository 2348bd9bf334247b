import Core
import Foundation
import TestKit
import Testing

/// Tokens as the program reads them: from files, again at a signal, and at its start.
@Suite struct AccessJourneyTests {
    /// A template may hold a meeting's link with its password: no path tells any of it to who has no token.
    @Test func ownTemplatesAreShownToNobodyWithoutAToken() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("templates-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = #"""
            {"type": "hidden_type", "name": "Hidden name", "description": "Hidden words",
             "default_duration_hours": 2.75, "require_rsvp_approval": true, "is_virtual": true,
             "event": {"meeting_url": "https://hidden.example/1?pwd=x"}}
            """#
        try Data(text.utf8).write(to: folder.appendingPathComponent("own.json"))
        let gateway = try await RunningGateway.guarded(["LUMA_TEMPLATES_DIR": folder.path])
        let document = try await curl(gateway.address + "/openapi.json")
        let served = (document.json?["paths"]?.objectValue?.members ?? []).flatMap { path, item in
            (item.objectValue?.names ?? []).filter { $0 != "parameters" }.map {
                ($0.uppercased(), path.replacing("{template_type}", with: "hidden_type"))
            }
        }
        #expect(served.contains { $0 == ("GET", "/templates/hidden_type") })
        let others = ["/", "/docs", "/nothing", "/mcp", "/sse", "/messages/", "/assets/none"].map { ("GET", $0) }
        for (method, path) in served + others + [("POST", "/mcp")] {
            let answer = try await curl(["-X", method, "--max-time", "5", "--path-as-is", gateway.address + path])
            let told = answer.body + answer.fields.map(\.value).joined()
            for secret in ["hidden_type", "Hidden name", "Hidden words", "2.75", "hidden.example"] {
                #expect(!told.contains(secret), "\(method) \(path) tells \(secret)")
            }
        }
        let allowed = try await curl(Tokens.curl(Tokens.reader) + [gateway.address + "/templates/"])
        #expect(allowed.body.contains("hidden.example"))
    }

    @Test func aFileOfTokensIsReadAgain() async throws {
        let file = try TokenFile("ann:read:\(Tokens.reader)\n")
        let gateway = try await RunningGateway.guarded(["LUMA_AUTH_TOKENS": file.setting])
        let url = gateway.address + "/templates/"
        #expect(try await curl(Tokens.curl(Tokens.reader) + [url]).status == 200)
        try file.write("bot:read:\(Tokens.writer)\n")
        gateway.program.signal(SIGHUP)
        try await eventually("the new token is known") {
            try await curl(Tokens.curl(Tokens.writer) + [url]).status == 200
        }
        #expect(try await curl(Tokens.curl(Tokens.reader) + [url]).status == 401)
        try file.write("bot:read:short\n")
        gateway.program.signal(SIGHUP)
        try await eventually("what is wrong is told") { gateway.program.standardError.contains("the old ones stay") }
        #expect(try await curl(Tokens.curl(Tokens.writer) + [url]).status == 200)
        #expect(!gateway.program.standardError.contains("short"))
    }

    @Test func aStartWithTokensThatCannotBeUsed() async throws {
        let program = try Program(
            ["serve", "--auth-tokens", "ann:read:tooshort-token"],
            environment: ["LUMA_SANDBOX": "true", "LUMA_PORT": "0"])
        #expect(try await program.exitCode() == 64)
        #expect(program.standardError.contains("LUMA_AUTH_TOKENS") && program.standardError.contains("entry 1"))
        #expect(!program.standardError.contains("tooshort"))
        let file = try Program(
            ["serve"], environment: ["LUMA_SANDBOX": "true", "LUMA_PORT": "0", "LUMA_AUTH_TOKENS": "@tokens"],
            files: ["tokens": "ann:read:\(Tokens.reader)"])
        #expect(try await file.exitCode() == 78)
        #expect(file.standardError.contains("chmod 600"))
    }

    @Test func otherMachinesAreServedWithTokensOnly() async throws {
        let settings = ["LUMA_SANDBOX": "true", "LUMA_PORT": "0", "LUMA_HOST": "0.0.0.0"]
        let refused = try Program(["serve"], environment: settings)
        #expect(try await refused.exitCode() == 64)
        #expect(refused.standardError.contains("LUMA_AUTH_TOKENS"))
        let program = try Program(["serve"], environment: settings.merging(["LUMA_AUTH_TOKENS": Tokens.setting]) { $1 })
        let port = try #require(try await program.address().split(separator: ":").last)
        #expect(try await curl("http://127.0.0.1:\(port)/events/").status == 401)
    }
}
