import Core
import Foundation
import TestKit
import Testing

/// API keys from the first one, made on the machine, to a revoked one, with the real program.
@Suite struct KeysJourneyTests {
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString).path
        deinit { try? FileManager.default.removeItem(atPath: path) }

        func keys(_ arguments: String...) async throws -> (code: Int32, out: String, err: String) {
            let program = try Program(["keys"] + arguments, environment: ["LUMA_DATA_DIR": path])
            let code = try await program.exitCode()
            try await eventually("something is told") { !(program.standardOutput + program.standardError).isEmpty }
            return (code, program.standardOutput, program.standardError)
        }
    }

    private static func field(_ key: String) -> [String] { ["-H", "X-API-Key: \(key)"] }

    @Test func aKeyLivesOnTheMachineAndInTheGateway() async throws {
        let folder = Folder()
        let missing = try await folder.keys("list")
        #expect(missing.code == 78 && missing.err.contains("LUMA_DATA_DIR"))
        let made = try await folder.keys("create", "--admin", "--key-id", "ops")
        #expect(made.code == 0, "\(made.err)")
        // The key alone, so that it can be kept without being seen.
        let admin = made.out.trimmingCharacters(in: .newlines)
        #expect(admin.wholeMatch(of: /lmcp_[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{36}/) != nil && !made.err.contains(admin))

        let gateway = try await RunningGateway.start(
            .inProcess, environment: ["LUMA_DATA_DIR": folder.path, "LUMA_API_KEYS": "true"])
        let list = gateway.address + "/events/"
        #expect(try await curl(list).status == 401)
        #expect(try await curl(Self.field(admin) + [list]).status == 200)
        let created = try await curl(
            Self.field(admin) + [
                "-H", "Content-Type: application/json", "--data-binary",
                #"{"owner": "web", "key_id": "web", "permissions": ["events:read"]}"#, gateway.address + "/api/keys",
            ])
        #expect(created.status == 201)
        let web = try #require(created.json?["key"]?.stringValue)
        #expect(try await curl(Self.field(web) + [list]).status == 200)

        // Both secrets are good until the new one is used.
        let rotated = try await folder.keys("rotate", "web", "--grace-seconds", "0")
        let next = rotated.out.trimmingCharacters(in: .newlines)
        #expect(rotated.code == 0 && next != web)
        try await eventually("the running gateway hears of it") {
            try await curl(Self.field(next) + [list]).status == 200
        }
        try await eventually("the secret before is over") { try await curl(Self.field(web) + [list]).status == 401 }
        let shown = try await folder.keys("show", "web")
        #expect(shown.code == 0 && !shown.out.contains(next) && shown.out.contains("\"secrets\""))
        #expect(try await folder.keys("revoke", "web").code == 0)
        try await eventually("it is revoked everywhere") {
            try await curl(Self.field(next) + [list]).json?["reason"] == "key_revoked"
        }
        #expect(try await folder.keys("list").out.contains("web  revoked  web  events:read"))
        let unknown = try await folder.keys("revoke", "nobody")
        #expect(unknown.code == 1 && unknown.err.contains("nobody"))
        let bad = try await folder.keys("create", "--rate-limit", "fast")
        #expect(bad.code == 1 && bad.err.contains("--rate-limit"))
        #expect(try await folder.keys("create", "--key-id", "web").code == 1)
    }
}
