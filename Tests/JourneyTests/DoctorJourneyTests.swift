import Core
import Foundation
import Testing

/// `luma-mcp doctor` as an operator runs it.
@Suite struct DoctorJourneyTests {
    private func doctor(
        _ settings: [String: String], _ arguments: [String] = [], files: [String: String] = [:]
    ) async throws -> (code: Int32, report: JSON) {
        let program = try Program(["doctor", "--json"] + arguments, environment: settings, files: files)
        let code = try await program.exitCode()
        try await eventually("the report is there") { program.standardOutput.hasSuffix("\n") }
        #expect(!program.standardOutput.contains("secret"))
        return (code, try JSON.parse(program.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    private func finding(_ report: JSON, _ check: String) -> JSON? {
        report["checks"]?.arrayValue?.first { $0["check"]?.stringValue == check }
    }

    @Test func allIsWellWithAnEmulator() async throws {
        let sandbox = try Program(["sandbox", "--port", "0"])
        let address = try await sandbox.address()
        for settings in [["LUMA_SANDBOX": "true"], ["LUMA_BASE_URL": address, "LUMA_API_KEY": "secret-key"]] {
            let (code, report) = try await doctor(settings)
            #expect(code == 0 && report["status"] == "ok", "\(report)")
            for check in ["settings", "clock", "access", "store", "luma"] {
                #expect(finding(report, check)?["status"] == "ok", "\(check) \(report)")
            }
        }
        let plain = try Program(["doctor"], environment: ["LUMA_SANDBOX": "true"])
        #expect(try await plain.exitCode() == 0)
        try await eventually("it ends with a sentence") { plain.standardOutput.contains("All is well.") }
    }

    @Test func whatDoesNotWorkIsNamedWithWhatToDo() async throws {
        let sandbox = try Program(["sandbox", "--port", "0"])
        let base = try await sandbox.address()
        let (refused, key) = try await doctor(["LUMA_BASE_URL": base, "LUMA_API_KEY": "invalid-secret"])
        #expect(refused == 2)
        #expect(finding(key, "luma")?["advice"]?.stringValue?.contains("LUMA_API_KEY") == true, "\(key)")
        let (gone, nobody) = try await doctor(["LUMA_BASE_URL": "http://127.0.0.1:1", "LUMA_API_KEY": "secret-key"])
        #expect(gone == 2 && finding(nobody, "luma")?["status"] == "failed")
        let (wrong, settings) = try await doctor(["LUMA_PORT": "99999", "LUMA_MAX_RETRIES": "many"])
        #expect(wrong == 2)
        let problems = (settings["checks"]?.arrayValue ?? []).compactMap { $0["message"]?.stringValue }.joined()
        #expect(
            problems.contains("LUMA_PORT") && problems.contains("LUMA_MAX_RETRIES") && problems.contains("LUMA_API_KEY")
        )
    }

    @Test func filesThatCannotBeUsed() async throws {
        let settings = ["LUMA_SANDBOX": "true", "LUMA_TLS_CERT": "cert.pem", "LUMA_TLS_KEY": "key.pem"]
        let (tls, report) = try await doctor(settings, files: ["cert.pem": "no PEM", "key.pem": "no PEM"])
        #expect(tls == 2 && finding(report, "tls")?["status"] == "failed")
        let (tokens, access) = try await doctor(
            ["LUMA_SANDBOX": "true", "LUMA_AUTH_TOKENS": "@tokens"], files: ["tokens": "a:read:0123456789abcdefghij"])
        #expect(tokens == 2)
        #expect(finding(access, "access")?["message"]?.stringValue?.contains("chmod 600") == true, "\(access)")
        let (store, damaged) = try await doctor(
            ["LUMA_SANDBOX": "true", "LUMA_DATA_DIR": "."],
            files: ["luma.db": String(repeating: "no database ", count: 100)])
        #expect(store == 2)
        #expect(finding(damaged, "store")?["status"] == "failed", "\(damaged)")
    }

    @Test func warningsHaveACodeOfTheirOwn() async throws {
        let (code, report) = try await doctor([
            "LUMA_SANDBOX": "true", "LUMA_HOST": "0.0.0.0", "LUMA_ALLOW_EXTERNAL": "true",
        ])
        #expect(code == 1 && report["status"] == "warning")
        #expect(finding(report, "access")?["status"] == "warning")
    }
}
