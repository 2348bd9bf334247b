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

    /// The client resets its connection in mid-create and the gateway is told to end: the event gets its approval
    /// first. The budget makes the step after the create wait.
    @Test func aCreateWithoutItsClientIsFinishedBeforeTheEnd() async throws {
        let gateway = try await RunningGateway.start(
            .standAlone,
            environment: [
                "LUMA_RATE_LIMIT_ADAPTIVE": "false", "LUMA_RATE_LIMIT_POST_REQUESTS": "1",
                "LUMA_RATE_LIMIT_WINDOW_SECONDS": "2",
            ])
        let sandbox = try #require(gateway.sandboxAddress)
        let body =
            #"{"name":"Left","start_at":"2029-01-01T10:00:00Z","timezone":"UTC","require_rsvp_approval":true}"#
        let port = try #require(UInt16(gateway.address.split(separator: ":").last ?? ""))
        let client = try RudeClient(port: port)
        client.send(
            "POST /events/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body)
        try await eventually("the event is there") {
            try await curl(sandbox + "/_sandbox/state").json?["creates"]?.intValue == 1
        }
        client.reset()
        gateway.program.signal(SIGTERM)
        #expect(try await gateway.program.exitCode() == 0)
        let list = try await curl(
            "-H", "x-luma-api-key: secret-any", sandbox + "/v1/calendars/events/list?after=2028-12-31T00:00:00Z")
        let event = try #require(list.json?["entries"]?.arrayValue?.first { $0["name"] == "Left" }, "\(list.body)")
        #expect(event["require_approval"] == true)
    }
}

/// A client that goes away without a word.
private final class RudeClient {
    private let descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
    }

    func send(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } }

    /// Sends RST instead of FIN.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close(descriptor)
    }
}
