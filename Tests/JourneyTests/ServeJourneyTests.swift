import Core
import Foundation
import Testing

/// Start, configuration, logs and end of the program, as an operator sees them.
@Suite struct ServeJourneyTests {
    @Test func saysPlainlyThatItIsTheEmulatorAndPrintsACommandThatWorks() async throws {
        let program = try Program(["--sandbox", "--port", "0"])
        _ = try await program.address()
        try await eventually("the banner is complete") { program.standardOutput.contains("curl ") }
        #expect(program.standardOutput.lowercased().contains("emulator"))
        let line = try #require(program.standardOutput.split(separator: "\n").first { $0.contains("curl ") })
        let command = String(line[line.range(of: "curl ")!.lowerBound...])
        let result = try await run("bash", ["-c", command])
        #expect(result.code == 0, "\(command)\n\(result.err)")
        #expect((try? JSON.parse(result.out)) != nil, "\(result.out)")
    }

    @Test func withoutAKeyTheStartStopsAndNamesBothWays() async throws {
        let program = try Program(["serve"])
        #expect(try await program.exitCode() == 78)
        #expect(program.standardError.contains("LUMA_API_KEY"))
        #expect(program.standardError.contains("LUMA_SANDBOX"))
    }

    @Test func badValuesStopTheStartAndNameTheSetting() async throws {
        let program = try Program(
            ["serve", "--max-retries", "many"], environment: ["LUMA_SANDBOX": "true", "LUMA_PORT": "99999"],
            files: [".env": "LUMA_REQUEST_TIMEOUT_SECONDS=soon\n"])
        #expect(try await program.exitCode() == 64)
        for name in ["LUMA_PORT", "99999", "LUMA_MAX_RETRIES", "many", "LUMA_REQUEST_TIMEOUT_SECONDS", "soon"] {
            #expect(program.standardError.contains(name), "\(name)")
        }
    }

    @Test func dotEnvIsReadAndTheEnvironmentAndFlagsBeatIt() async throws {
        let program = try Program(
            ["serve", "--port", "0"], environment: ["LUMA_PORT": "1"],
            files: [".env": "LUMA_PORT=2\nLUMA_SANDBOX=true\n"])
        let address = try await program.address()
        #expect(!address.hasSuffix(":1") && !address.hasSuffix(":2"))
        #expect(try await curl(address + "/health/live").status == 200)
    }

    @Test func aPortInUseIsSaid() async throws {
        let first = try Program(["serve"], environment: ["LUMA_SANDBOX": "true", "LUMA_PORT": "0"])
        let port = try #require(try await first.address().split(separator: ":").last.map(String.init))
        let second = try Program(["serve"], environment: ["LUMA_SANDBOX": "true", "LUMA_PORT": port])
        #expect(try await second.exitCode() == 69)
        #expect(second.standardError.contains(port))
    }

    @Test func sigtermDrainsAndLogsHoldNoSecrets() async throws {
        let gateway = try await RunningGateway.start(.standAlone)
        let id = "trace-me-7"
        let created = try await curlJSON(
            "POST", gateway.address + "/events/",
            ["name": "Nobody logs this", "start_at": "2027-01-01T10:00:00Z", "timezone": "UTC"], "-H",
            "X-Request-Id: \(id)")
        #expect(created.status == 201)
        _ = try await curl(gateway.address + "/events/evt-none")
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.exitCode() == 0)
        let log = gateway.program.standardError
        let lines = log.split(separator: "\n").compactMap { try? JSON.parse(String($0)) }
        let line = try #require(lines.first { $0["request_id"]?.stringValue == id })
        #expect(line["method"] == "POST")
        #expect(line["route"] == "/events/")
        #expect(line["status"]?.intValue == 201)
        #expect(line["upstream_calls"]?.intValue == 2)
        #expect(line["retries"]?.intValue == 0)
        #expect((line["duration_ms"]?.doubleValue ?? -1) >= 0)
        #expect((line["bytes"]?.intValue ?? 0) == created.body.utf8.count)
        #expect(lines.contains { $0["route"] == "/events/{event_id}" && $0["status"]?.intValue == 403 })
        #expect(!log.contains("secret-journey"))
        #expect(!log.contains("Nobody logs this"))
    }

    @Test func theDebugLogTellsOfEachCallToLuma() async throws {
        let gateway = try await RunningGateway.start(.standAlone, environment: ["LUMA_DEBUG": "true"])
        #expect(try await curl(gateway.address + "/events/evt-none", "-H", "X-Request-Id: deep").status == 403)
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.exitCode() == 0)
        let log = gateway.program.standardError
        let lines = log.split(separator: "\n").compactMap { try? JSON.parse(String($0)) }
        let call = try #require(lines.first { $0["request_id"] == "deep" && $0["level"] == "debug" }, "\(log)")
        #expect(call["operation"] == "events/get")
        #expect(call["outcome"] == "403")
        #expect(lines.contains { $0["message"] == "Luma answers" })
        #expect(!log.contains("secret-journey"))
    }

    @Test func helpAndVersion() async throws {
        let help = try Program(["--help"])
        #expect(try await help.exitCode() == 0)
        #expect(help.standardOutput.contains("LUMA_API_KEY"))
        let version = try Program(["version"])
        #expect(try await version.exitCode() == 0)
        #expect(version.standardOutput.hasPrefix("luma-mcp "))
        let typo = try Program(["serv"])
        #expect(try await typo.exitCode() == 64)
        #expect(typo.standardError.contains("serve"))
    }

    @Test func theStandAloneSandboxKeepsItsStateInAFile() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("state-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("luma.json").path
        let key = ["-H", "x-luma-api-key: secret-any"]
        let first = try Program(["sandbox", "--port", "0", "--state", file])
        let created = try await curl(
            key + [
                "-H", "Content-Type: application/json", "-d",
                #"{"name":"Kept","start_at":"2027-01-01T10:00:00Z","timezone":"UTC"}"#,
                try await first.address() + "/v1/events/create",
            ])
        let id = try #require(created.json?["id"]?.stringValue, "\(created.body)")
        first.signal(SIGTERM)
        #expect(try await first.exitCode() == 0)
        let second = try Program(["sandbox", "--port", "0", "--state", file])
        let address = try await second.address()
        let current = try await curl(key + [address + "/v1/events/get?event_id=\(id)"])
        #expect(current.json?["name"] == "Kept", "\(current.body)")
        let legacy = try await curl(key + [address + "/v1/event/get?api_id=\(id)"])
        #expect(legacy.json?["event"]?["name"] == "Kept", "\(legacy.body)")
        #expect(legacy.json?["event"]?["api_id"] == .string(id))
    }
}
