import Core
import Foundation
import Testing

/// What nobody should do to a server, done to it.
@Suite struct HostileJourneyTests {
    @Test func theHeadOfAStreamCostsOnePage() async throws {
        let gateway = try await RunningGateway.start(.standAlone, environment: ["LUMA_HEALTH_INTERVAL_SECONDS": "300"])
        let sandbox = try #require(gateway.sandboxAddress)
        for number in 0..<60 {
            let created = try await curl(
                "-H", "x-luma-api-key: secret-any", "-H", "Content-Type: application/json", "-d",
                #"{"name":"N\#(number)","start_at":"2029-01-01T10:00:00Z","timezone":"UTC"}"#,
                sandbox + "/v1/events/create")
            #expect(created.status == 200)
        }
        func pages() async throws -> Int {
            try await curl(sandbox + "/_sandbox/state").json?["requests"]?["calendars/events/list"]?.intValue ?? 0
        }
        let before = try await pages()
        let head = try await curl("-I", "-H", "Accept: application/x-ndjson", gateway.address + "/events/")
        #expect(head.status == 200)
        #expect(head.field("content-type") == "application/x-ndjson")
        #expect(try await pages() - before == 1)
        let all = try await curl("-H", "Accept: application/x-ndjson", gateway.address + "/events/")
        #expect(all.body.split(separator: "\n").count >= 60)
        #expect(try await pages() - before > 2)
    }

    /// A program that is started with its standard streams closed must not take a socket for one of them.
    @Test func closedStandardStreamsAreNotTakenBySockets() async throws {
        let started = try Program(["--sandbox", "--port", "0"], closesStandardStreams: true)
        let descriptors = "/proc/\(started.identifier)/fd/"
        try await eventually("the standard streams are there") {
            (0...2).allSatisfy { number in
                (try? FileManager.default.destinationOfSymbolicLink(atPath: descriptors + "\(number)")) == "/dev/null"
            }
        }
        started.signal(SIGTERM)
        #expect(try await started.exitCode() == 0)
    }

    @Test func aStateThatCannotBeKeptIsToldAtTheStart() async throws {
        let sandbox = try Program(["sandbox", "--port", "0", "--state", "nowhere/state.json"])
        #expect(try await sandbox.exitCode() == 78)
        #expect(sandbox.standardError.contains("nowhere/state.json"))
    }

    @Test func aLinkedStateFileStaysLinked() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("state-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (file, link) = (folder.appendingPathComponent("real.json"), folder.appendingPathComponent("link.json"))
        for _ in 0..<2 {
            let sandbox = try Program(["sandbox", "--port", "0", "--state", link.path])
            _ = try await sandbox.address()
            sandbox.signal(SIGTERM)
            #expect(try await sandbox.exitCode() == 0)
            if !FileManager.default.fileExists(atPath: file.path) {
                try FileManager.default.moveItem(at: link, to: file)
                try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
            }
        }
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == file.path)
    }

    /// Whoever writes the log to a full disk hears of it where they still can.
    @Test func aLogThatCannotBeWrittenIsToldOnStandardError() async throws {
        let program = try Program(["--sandbox", "--port", "0"], environment: ["LUMA_LOG_FILE": "/dev/full"])
        let address = try await program.address()
        for _ in 0..<3 { #expect(try await curl(address + "/health/live").status == 200) }
        try await eventually("it is told") { program.standardError.contains("No space left on device") }
        program.signal(SIGTERM)
        #expect(try await program.exitCode() == 0)
        #expect(program.standardError.split(separator: "\n").count == 1, "\(program.standardError)")
    }
}
