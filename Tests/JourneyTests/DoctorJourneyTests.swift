import Core
import Foundation
import Testing

/// `luma-mcp doctor` as an operator runs it.
@Suite struct DoctorJourneyTests {
    private func doctor(
        _ settings: [String: String], _ arguments: [String] = [], files: [String: String] = [:]
    ) async throws -> (code: Int32, report: JSON) {
        let program = try Program(
            ["doctor", "--json"] + arguments, environment: ["LUMA_PORT": "0"].merging(settings) { $1 }, files: files)
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
        let plain = try Program(["doctor"], environment: ["LUMA_SANDBOX": "true", "LUMA_PORT": "0"])
        #expect(try await plain.exitCode() == 0)
        try await eventually("it ends with a sentence") { plain.standardOutput.contains("All checks passed.") }
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

    /// Who has the port: a gateway, with how it is, or something else, with its name.
    @Test func aPortThatIsTaken() async throws {
        let data = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: data) }
        let gateway = try await RunningGateway.start(.inProcess, environment: ["LUMA_DATA_DIR": data.path])
        let port = try #require(gateway.address.split(separator: ":").last.map(String.init))
        let settings = ["LUMA_SANDBOX": "true", "LUMA_PORT": port]
        let (well, running) = try await doctor(settings)
        #expect(well == 0, "\(running)")
        #expect(finding(running, "port")?["message"]?.stringValue?.contains("is healthy") == true, "\(running)")
        try FileManager.default.removeItem(at: data.appendingPathComponent("luma.db"))
        try await eventually("the gateway notices") {
            _ = try await curl([
                "-X", "POST", gateway.address + "/feeds/", "--data", #"{"name":"x"}"#, "-H",
                "Content-Type: application/json",
            ])
            return try await curl(gateway.address + "/health").json?["status"] == "degraded"
        }
        let (warned, degraded) = try await doctor(settings)
        #expect(warned == 1, "\(degraded)")
        #expect(finding(degraded, "port")?["message"]?.stringValue?.hasSuffix("cannot be used: removed") == true)
        let sandbox = try Program(["sandbox", "--port", "0"])
        let other = try #require(try await sandbox.address().split(separator: ":").last.map(String.init))
        let (failed, taken) = try await doctor(["LUMA_SANDBOX": "true", "LUMA_PORT": other])
        #expect(failed == 2)
        #expect(
            finding(taken, "port")?["message"]?.stringValue?.contains("luma-mcp (process \(sandbox.identifier))")
                == true,
            "\(taken)")
    }

    @Test func filesThatAreOpenToOthersAreTold() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(chmod(folder.path, 0o777) == 0)
        let (code, report) = try await doctor(
            ["LUMA_DATA_DIR": folder.path], files: [".env": "LUMA_SANDBOX=true\n"])
        #expect(code == 1)
        let messages = (report["checks"]?.arrayValue ?? []).compactMap { $0["message"]?.stringValue }
        #expect(
            messages.contains {
                $0.hasPrefix("LUMA_DATA_DIR can be changed by other users") && $0.contains("chmod 700")
            })
        #expect(messages.contains { $0.hasPrefix(".env can be") && $0.contains("chmod 600") }, "\(messages)")
        let program = try Program(
            ["serve"], environment: ["LUMA_PORT": "0", "LUMA_SANDBOX": "true", "LUMA_DATA_DIR": folder.path])
        _ = try await program.address()
        #expect(program.standardError.contains("luma-mcp: warning: LUMA_DATA_DIR can be changed by other users"))
    }

    @Test func aDiskThatTakesNothingIsTold() async throws {
        let (code, report) = try await doctor(["LUMA_SANDBOX": "true", "LUMA_DATA_DIR": "/proc"])
        #expect(code == 2)
        #expect(finding(report, "store")?["message"]?.stringValue?.contains("cannot be written") == true, "\(report)")
    }

    /// All that is wrong with an entry, and what to do.
    @Test func anMCPServerThatCannotBeOfferedIsTold() async throws {
        let entry = #"{"name": "docs", "url": "https://docs.example/mcp", "pin": "blok", "era": "old"}"#
        let (code, report) = try await doctor(
            ["LUMA_SANDBOX": "true", "LUMA_UPSTREAMS_FILE": "servers.json"],
            files: ["servers.json": #"{"format": 1, "upstreams": [\#(entry)]}"#])
        let found = finding(report, "upstreams")
        let message = found?["message"]?.stringValue ?? ""
        #expect(code == 1 && message.contains("/pin: ") && message.contains("/era: "), "\(report)")
        #expect(found?["advice"] == "Correct it and send SIGHUP to the gateway.")
    }

    @Test func warningsHaveACodeOfTheirOwn() async throws {
        let (code, report) = try await doctor([
            "LUMA_SANDBOX": "true", "LUMA_HOST": "0.0.0.0", "LUMA_ALLOW_EXTERNAL": "true",
        ])
        #expect(code == 1 && report["status"] == "warning")
        #expect(finding(report, "access")?["status"] == "warning")
    }
}
