import Core
import Foundation
import Testing

/// What happens between the gateway and its upstream when things go wrong.
@Suite struct UpstreamJourneyTests {
    /// 300 creates over 20 connections against a smaller budget: each is created exactly once or refused with 429.
    @Test func aBurstIsCreatedExactlyOnceOrRefused() async throws {
        let gateway = try await RunningGateway.start(
            .standAlone, environment: ["LUMA_MAX_WAIT_SECONDS": "2"], sandboxArguments: ["--rate-limit", "120"])
        let before = try await sandboxCreates(gateway)
        var config = "parallel\nparallel-immediate\nparallel-max = 20\nsilent\nmax-time = 60\n"
        for number in 0..<300 {
            let body = #"{\"name\":\"Burst \#(number)\",\"start_at\":\"2029-01-01T10:00:00Z\",\"timezone\":\"UTC\"}"#
            if number > 0 { config += "next\nsilent\nmax-time = 60\n" }
            config += """
                url = "\(gateway.address)/events/"
                header = "Content-Type: application/json"
                header = "Prefer: return=minimal"
                data-binary = "\(body)"
                output = "/dev/null"
                write-out = "%{http_code} %header{retry-after}\\n"

                """
        }
        let file = gateway.program.folder.appendingPathComponent("burst.curl")
        try Data(config.utf8).write(to: file)
        let result = try await run("curl", ["-K", file.path])
        let lines = result.out.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines.count == 300, "\(result.err)")
        let created = lines.count { $0.first == "201" }
        let refused = lines.count { $0.first == "429" }
        #expect(created + refused == 300, "\(Set(lines.map { $0.joined(separator: " ") }))")
        #expect(lines.allSatisfy { $0.first != "429" || $0.count == 2 && Int($0[1]) ?? 0 > 0 })
        #expect(created > 0)
        #expect(refused > 0)
        #expect(try await sandboxCreates(gateway) - before == created)
    }

    /// A cold start under load must not open a connection for each call.
    @Test func aColdBurstOverHTTP2SharesOneConnection() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await runDriver("secure_upstream.py", [Program.path, folder.path])
        #expect(result.code == 0, "\(result.out)\(result.err)")
    }

    /// It would hold its loop, and take many times its size.
    @Test func whatIsLargerThanAnyAnswerIsRefusedUnread() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await runDriver("large.py", [Program.path, folder.path])
        #expect(result.code == 0, "\(result.out)\(result.err)")
    }

    private func sandboxCreates(_ gateway: RunningGateway) async throws -> Int {
        let state = try await curl(try #require(gateway.sandboxAddress) + "/_sandbox/state")
        return try #require(state.json?["creates"]?.intValue, "\(state.body)")
    }

    @Test func anOutageIsToldAndRecoveredFromWithoutARestart() async throws {
        let gateway = try await RunningGateway.start(.standAlone, environment: ["LUMA_HEALTH_INTERVAL_SECONDS": "1"])
        let address = try #require(gateway.sandboxAddress)
        let port = try #require(address.split(separator: ":").last.map(String.init))
        gateway.sandbox?.signal(SIGKILL)
        _ = try await gateway.sandbox?.exitCode()

        let read = try await curl(gateway.address + "/events/evt-x")
        // Its own four attempts and those of the health check may be enough to open the circuit.
        #expect([502, 503].contains(read.status))
        expectErrorShape(read, reason: read.status == 502 ? "upstream_unreachable" : "upstream_unavailable")
        let create = try await curlJSON("POST", gateway.address + "/events/", EventsJourneyTests.party)
        #expect([502, 503].contains(create.status))
        // After some failures in a row nothing is tried: told at once, with the time of the next attempt.
        try await eventually("the circuit opens") {
            let refused = try await curlJSON("POST", gateway.address + "/events/", EventsJourneyTests.party)
            guard refused.status == 503 else { return false }
            expectErrorShape(refused, reason: "upstream_unavailable")
            #expect(refused.json?["details"]?["cause"] == "connection_refused")
            #expect(refused.field("retry-after").flatMap { Int($0) } ?? 0 > 0)
            return true
        }
        try await eventually("health turns 503") {
            let health = try await curl(gateway.address + "/health")
            guard health.status == 503 else { return false }
            #expect(health.json?["reason"] == "upstream_unreachable")
            #expect(["open", "half_open"].contains(health.json?["details"]?["circuit"]?.stringValue))
            #expect(!health.body.contains("secret-journey"))
            return true
        }
        #expect(try await curl(gateway.address + "/health/live").status == 200)

        let revived = try Program(["sandbox", "--port", port, "--seed", "7"])
        _ = try await revived.address()
        try await eventually("health turns 200") { try await curl(gateway.address + "/health").status == 200 }
        #expect(try await curlJSON("POST", gateway.address + "/events/", EventsJourneyTests.party).status == 201)
        #expect(gateway.program.isRunning)
    }

    @Test func aRefusedKeyIsOursNotTheCallers() async throws {
        let sandbox = try Program(["sandbox", "--port", "0"])
        let program = try Program(
            ["serve"],
            environment: [
                "LUMA_PORT": "0", "LUMA_BASE_URL": try await sandbox.address(), "LUMA_API_KEY": "invalid-key-9182",
                "LUMA_HEALTH_INTERVAL_SECONDS": "1",
            ])
        let address = try await program.address()
        let read = try await curl(address + "/events/")
        #expect(read.status == 502)
        expectErrorShape(read, reason: "upstream_auth")
        try await eventually("health names the cause") {
            let health = try await curl(address + "/health")
            return health.status == 503 && health.json?["reason"] == "upstream_auth"
        }
        program.signal(SIGTERM)
        #expect(try await program.exitCode() == 0)
        #expect(!program.standardError.contains("9182"))
        #expect(!program.standardOutput.contains("9182"))
    }

    /// A probe costs nothing: a thousand of them are not one call to Luma.
    @Test func probesSpendNoBudget() async throws {
        let gateway = try await RunningGateway.start(.standAlone, environment: ["LUMA_HEALTH_INTERVAL_SECONDS": "300"])
        let before = try await requests(gateway)
        let result = try await run(
            "curl", ["-sS", "-o", "/dev/null", "-w", "%{http_code}\n", gateway.address + "/health?n=[1-1000]"])
        #expect(result.out.split(separator: "\n").count { $0 == "200" } == 1000)
        #expect(try await requests(gateway) == before)
    }

    private func requests(_ gateway: RunningGateway) async throws -> Int {
        let state = try await curl(try #require(gateway.sandboxAddress) + "/_sandbox/state")
        let requests = try #require(state.json?["requests"]?.objectValue, "\(state.body)")
        return requests.members.reduce(0) { $0 + ($1.value.intValue ?? 0) }
    }
}
