import Core
import Foundation
import Store
import Synchronization
import Testing

/// How the program ends, whatever hangs. That each command ends with its own code is in `RestartJourneyTests`.
@Suite struct EndJourneyTests {
    // MARK: What hangs

    private static func pipe(_ name: String, in folder: URL) -> String {
        let path = folder.appendingPathComponent(name).path
        #expect(mkfifo(path, 0o600) == 0)
        return path
    }

    @Test func aLogThatNobodyReadsStopsTheStartWithAWord() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = Self.pipe("log", in: folder)
        let program = try Program(
            ["serve"], environment: ["LUMA_SANDBOX": "true", "LUMA_PORT": "0", "LUMA_LOG_FILE": log])
        #expect(try await program.exitCode() == 78)
        #expect(program.standardError.contains("it is a pipe without a reader"))
    }

    /// A file that cannot be read now is on a file system whose server is gone, or a pipe without a writer.
    @Test func aReloadThatHangsKeepsNobodyFromEndingIt() async throws {
        let certificates = try await TLSJourneyTests.Certificates()
        let program = try Program(
            ["serve"],
            environment: [
                "LUMA_SANDBOX": "true", "LUMA_PORT": "0", "LUMA_TLS_CERT": certificates.path("live.cert"),
                "LUMA_TLS_KEY": certificates.path("live.key"),
            ])
        _ = try await program.address()
        try FileManager.default.removeItem(at: certificates.file("live.cert"))
        _ = Self.pipe("live.cert", in: certificates.folder)
        // As many as there may be threads.
        for _ in 0..<8 { program.signal(SIGHUP) }
        try await Task.sleep(for: .milliseconds(200))
        program.signal(SIGTERM)
        #expect(try await program.exitCode() == 0)
    }

    /// A disk that neither works nor fails: `fsync` does not return while the file `hang` is there.
    /// - Returns: what the program is given for it.
    private static func hangingDisk(in folder: URL) async throws -> [String: String] {
        let (source, library) = (folder.appendingPathComponent("hang.c"), folder.appendingPathComponent("hang.so"))
        try Data(
            """
            #include <stdlib.h>
            #include <unistd.h>
            static int wait_for_it(void) { while (access(getenv("HANG"), F_OK) == 0) usleep(10000); return 0; }
            int fsync(int descriptor) { return wait_for_it(); }
            int fdatasync(int descriptor) { return wait_for_it(); }
            """.utf8
        ).write(to: source)
        let made = try await JourneyTests.run("cc", ["-shared", "-fPIC", "-o", library.path, source.path])
        try #require(made.code == 0, "\(made.err)")
        return [
            "LD_PRELOAD": library.path, "HANG": folder.appendingPathComponent("hang").path,
            "LUMA_DATA_DIR": folder.path + "/data", "LUMA_SHUTDOWN_SECONDS": "1",
        ]
    }

    @Test func aDiskThatHangsIsToldAndLeft() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let hang = folder.appendingPathComponent("hang")
        let gateway = try await RunningGateway.start(
            .inProcess, environment: try await Self.hangingDisk(in: folder))
        func create(_ key: String) async throws -> CurlAnswer {
            let event = #"{"name":"x","start_at":"2027-07-01T19:00:00Z","timezone":"UTC"}"#
            return try await curl([
                "-X", "POST", "-H", "Content-Type: application/json", "-H", "Idempotency-Key: \(key)", "-H",
                "X-Request-Timeout: 4", "--data-binary", event, gateway.address + "/events/",
            ])
        }
        #expect(try await create("a").status == 201)
        try Data().write(to: hang)
        async let waiting = create("b")
        try await eventually("health tells") {
            let health = try await curl(gateway.address + "/health")
            return health.json?["store"]?["cause"] == "not_responding" && health.json?["status"] == "degraded"
        }
        #expect(gateway.program.standardError.contains(#""cause":"not_responding""#))
        #expect(try await waiting.status == 503)
        // It recovers by itself.
        try FileManager.default.removeItem(at: hang)
        try await eventually("it is healthy again") {
            try await curl(gateway.address + "/health").json?["status"] == "healthy"
        }
        try Data().write(to: hang)
        async let lost = create("c")
        try await eventually("health tells again") {
            try await curl(gateway.address + "/health").json?["store"]?["cause"] == "not_responding"
        }
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.exitCode() == 74)
        #expect(gateway.program.standardError.contains("exiting with work unfinished"))
        _ = try? await lost
    }

    /// The program of an assistant, whose input ends.
    @Test func aDiskThatHangsHoldsUpNoAssistant() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data().write(to: folder.appendingPathComponent("hang"))
        let program = try Program(["mcp", "--sandbox"], environment: try await Self.hangingDisk(in: folder))
        #expect(try await program.exitCode() == 74)
        #expect(program.standardError.contains("exiting with work unfinished"))
    }

    // MARK: Standard input

    /// Nobody who wants less is shown everything.
    @Test func aToolsetThatIsNotThereStopsTheStart() async throws {
        let program = try Program(
            ["mcp", "--sandbox", "--toolset", "none"], environment: ["LUMA_TOOLSETS": #"{"events": ["list_*"]}"#])
        #expect(try await program.exitCode() == 78)
        #expect(program.standardError.contains("--toolset names a toolset that LUMA_TOOLSETS does not have"))
    }

    /// The client may have been killed: nobody waits long for the answer to a read, and a write that has begun is brought to its end.
    @Test(arguments: ["calendars/events/list", "events/create"])
    func afterTheEndOfItsInputOnlyWritesGoOn(slow: String) async throws {
        let isWrite = slow == "events/create"
        let sandbox = try Program(["sandbox", "--port", "0", "--fault", "latency=\(isWrite ? 4000 : 30000),on=\(slow)"])
        let address = try await sandbox.address()
        let call =
            isWrite
            ? #"{"name":"create_event","arguments":{"name":"Left","start_at":"2027-07-01T19:00:00Z","timezone":"UTC"}}"#
            : #"{"name":"list_events","arguments":{}}"#
        let input = """
            {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},\
            "clientInfo":{"name":"t","version":"1"}}}
            {"jsonrpc":"2.0","method":"notifications/initialized"}
            {"jsonrpc":"2.0","id":2,"method":"tools/call","params":\(call)}
            """
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("input")
        try Data((input + "\n").utf8).write(to: file)
        let result = try await JourneyTests.run(
            "sh", ["-c", "exec \"$0\" mcp < \"$1\"", Program.path, file.path], folder: folder,
            environment: ["PATH": "/usr/bin:/bin", "LUMA_BASE_URL": address, "LUMA_API_KEY": "secret-key"])
        #expect(result.code == 0)
        let answers = result.out.split(separator: "\n").compactMap { try? JSON.parse(String($0)) }
        #expect(answers.contains { $0["id"] == 1 })
        #expect(answers.contains { $0["id"] == 2 } == isWrite)
        // Otherwise it has waited for the read, which takes longer than anybody waits here.
        #expect(result.err.contains("unanswered when the input ended: 1") == !isWrite)
    }
}
