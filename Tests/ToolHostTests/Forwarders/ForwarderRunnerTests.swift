import Core
import Dispatch
import IOTestKit
import MCP
import Testing
import ToolSources

@testable import ToolHost

/// Calls of a service on a socket, as it behaves and as it misbehaves.
@Suite struct ForwarderRunnerTests {
    private typealias Bench = ForwarderBench

    @Test func whatIsAskedForIsAnswered() async throws {
        let answer: Bench.Script = { connection in
            while let request = connection.read() {
                #expect(request.method == "GET" && request.target == "/read")
                #expect(request.field("user-agent") == Version.product && request.field("x-request-id") != nil)
                connection.answer(#"{"a":1}"#, fields: "Content-Type: application/json\r\n")
            }
        }
        try await Bench.serve(Bench.reading, answer) { (bench: Bench) async throws in
            for _ in 0..<3 {
                let outcome = try #require(try await bench.call())
                #expect(outcome.value == ["a": 1] && outcome.failure == nil)
            }
            // On a connection that is kept.
            #expect(bench.server.connections == 1)
            #expect(bench.host.runs.slots.counts("test").calls == 3 && bench.host.runs.slots.running == 0)
        }
    }

    @Test func argumentsThatDoNotFitReachNothing() async throws {
        try await Bench.serve(Bench.reading, Bench.answering()) { (bench: Bench) async throws in
            let outcome = try #require(try await bench.call("tool", ["a": ["x"]]))
            #expect(outcome.failure?.kind == .invalidArguments && bench.server.connections == 0)
        }
    }

    /// What went wrong is told in one way each, within its time, and nothing is left of it.
    struct Misbehaviour: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reading: ForwarderFailure.Kind
        let writing: ForwarderFailure.Kind
        var upstream = ""
        let script: ForwarderBench.Script
    }

    static let misbehaviours: [Misbehaviour] = [
        Misbehaviour(testDescription: "a body that is cut", reading: .unreachable, writing: .outcomeUnknown) {
            connection in
            if connection.read() != nil { connection.write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"a\":") }
        },
        Misbehaviour(testDescription: "no answer at all", reading: .unreachable, writing: .outcomeUnknown) {
            connection in
            _ = connection.read()
        },
        Misbehaviour(testDescription: "a reset", reading: .unreachable, writing: .outcomeUnknown) { connection in
            _ = connection.read()
            connection.resetOnClose()
        },
        Misbehaviour(
            testDescription: "silence", reading: .timeout, writing: .outcomeUnknown,
            upstream: #", "limits": {"timeout_seconds": 1}"#
        ) { connection in
            if connection.read() != nil { connection.waitForClose() }
        },
        Misbehaviour(
            testDescription: "a body that pauses", reading: .timeout, writing: .outcomeUnknown,
            upstream: #", "limits": {"timeout_seconds": 60, "idle_seconds": 1}"#
        ) { connection in
            guard connection.read() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"a\":")
            connection.waitForClose()
        },
        Misbehaviour(
            testDescription: "too large, as it says", reading: .tooLarge, writing: .tooLarge,
            upstream: #", "limits": {"response_bytes": 2048}"#
        ) { connection in
            while connection.read() != nil { connection.write("HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n{") }
        },
        Misbehaviour(
            testDescription: "too large, without a word", reading: .tooLarge, writing: .tooLarge,
            upstream: #", "limits": {"response_bytes": 2048}"#
        ) { connection in
            guard connection.read() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "400\r\n" + String(repeating: "x", count: 0x400) + "\r\n"
            while connection.write(chunk) {}
        },
        Misbehaviour(testDescription: "no HTTP", reading: .invalidUpstream, writing: .outcomeUnknown) { connection in
            if connection.read() != nil { connection.write("SSH-2.0-OpenSSH_9.9\r\n") }
        },
        Misbehaviour(testDescription: "no JSON", reading: .invalidUpstream, writing: .invalidUpstream) { connection in
            while connection.read() != nil {
                connection.answer("{\"a\":", fields: "Content-Type: application/json\r\n")
            }
        },
        Misbehaviour(testDescription: "too deep", reading: .invalidUpstream, writing: .invalidUpstream) { connection in
            while connection.read() != nil {
                connection.answer(String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000))
            }
        },
        Misbehaviour(testDescription: "compressed unasked", reading: .invalidUpstream, writing: .invalidUpstream) {
            connection in
            while connection.read() != nil {
                connection.answer("{}", fields: "Content-Encoding: gzip\r\nContent-Type: application/json\r\n")
            }
        },
        Misbehaviour(testDescription: "a server error", reading: .upstreamError, writing: .upstreamError) {
            connection in
            while connection.read() != nil { connection.answer("{}", status: "500 Internal Server Error") }
        },
        Misbehaviour(testDescription: "a refusal", reading: .auth, writing: .auth) { connection in
            while connection.read() != nil { connection.answer("{}", status: "401 Unauthorized") }
        },
        Misbehaviour(testDescription: "a redirect to elsewhere", reading: .upstreamError, writing: .upstreamError) {
            connection in
            while connection.read() != nil {
                connection.answer("", status: "302 Found", fields: "Location: http://127.0.0.1:1/\r\n")
            }
        },
        Misbehaviour(
            testDescription: "an endless head", reading: .tooLarge, writing: .tooLarge
        ) { connection in
            guard connection.read() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\n")
            while connection.write("X-Filler: " + String(repeating: "x", count: 1000) + "\r\n") {}
        },
    ]

    @Test(arguments: misbehaviours)
    func aServiceThatMisbehaves(_ bad: Misbehaviour) async throws {
        let once = #", "retry": {"attempts": 1}"#
        for (tool, kind) in [(Bench.reading, bad.reading), (Bench.writing, bad.writing)] {
            try await Bench.serve(tool, upstream: bad.upstream + once, bad.script) { (bench: Bench) async throws in
                let failure = try await bench.failure()
                #expect(failure.kind == kind, "\(failure)")
                #expect(bench.host.runs.slots.running == 0 && bench.server.requests.count == 1)
            }
        }
    }

    @Test func whatWasNotExecutedIsSentAgain() async throws {
        let count = Counter()
        let busyOnce: Bench.Script = { connection in
            while connection.read() != nil {
                let isFirst = count.next() == 1
                connection.answer("{}", status: isFirst ? "503 Busy" : "200 OK", fields: "Retry-After: 0\r\n")
            }
        }
        try await Bench.serve(Bench.reading, busyOnce) { (bench: Bench) async throws in
            #expect(try await bench.call()?.failure == nil)
            #expect(bench.server.requests.count == 2)
        }
        // A write is not: nobody knows what a 503 stands for.
        count.reset()
        try await Bench.serve(Bench.writing, busyOnce) { (bench: Bench) async throws in
            #expect(try await bench.failure().status == 503)
            #expect(bench.server.requests.count == 1)
        }
    }

    @Test func aServiceThatAsksForPatienceIsNotAskedAgainAtOnce() async throws {
        let busy = Bench.answering(status: "429 Too Many Requests", fields: "Retry-After: 3600\r\n")
        try await Bench.serve(Bench.reading, busy) { (bench: Bench) async throws in
            let failure = try await bench.failure()
            #expect(failure.kind == .upstreamBusy && failure.retryAfterSeconds == 3600)
            #expect(bench.server.requests.count == 1)
        }
    }

    /// After so many failures in a row nothing is sent for a while.
    @Test func aServiceThatFailsIsLeftAlone() async throws {
        let rule = #", "retry": {"attempts": 1}, "breaker": {"failures": 3, "open_seconds": 3600}"#
        let failing = Bench.answering(status: "500 Internal Server Error")
        try await Bench.serve(Bench.reading, upstream: rule, loops: 2, failing) { (bench: Bench) async throws in
            for loop in [0, 1, 0] { #expect(try await bench.failure(loop: loop).kind == .upstreamError) }
            for loop in [0, 1] {
                let failure = try await bench.failure(loop: loop)
                #expect(failure.kind == .unavailable && (3500...3600).contains(failure.retryAfterSeconds ?? 0))
            }
            #expect(bench.server.requests.count == 3)
        }
    }

    @Test func noMoreIsSentInAMinuteThanMayBe() async throws {
        let limits = #", "limits": {"per_minute": 2}"#
        try await Bench.serve(Bench.reading, upstream: limits, loops: 2, Bench.answering()) {
            (bench: Bench) async throws in
            for loop in [0, 1] { #expect(try await bench.call(loop: loop)?.failure == nil) }
            let failure = try await bench.failure()
            #expect(failure.kind == .busy && (1...60).contains(failure.retryAfterSeconds ?? 0))
            #expect(bench.server.requests.count == 2)
        }
    }

    /// Beyond what runs and waits a call is refused at once, on whichever loop.
    @Test func callsAtOnceAreBounded() async throws {
        let gate = DispatchSemaphore(value: 0)
        let limits = #", "limits": {"concurrency": 1, "queue": 1}"#
        let script: Bench.Script = { connection in
            while connection.read() != nil {
                gate.wait()
                connection.answer("{}")
            }
        }
        try await Bench.serve(Bench.reading, upstream: limits, loops: 2, script) { (bench: Bench) async throws in
            async let first = bench.call(loop: 0)
            try await Self.wait { bench.server.requests.count == 1 }
            async let second = bench.call(loop: 1)
            try await Self.wait { bench.host.runs.slots.counts("test").waiting == 1 }
            #expect(try await bench.failure(loop: 1).kind == .busy)
            #expect(bench.server.requests.count == 1)
            gate.signal()
            gate.signal()
            let failures = [try await first?.failure, try await second?.failure]
            #expect(failures == [nil, nil])
            #expect(bench.host.runs.slots.running == 0)
        }
    }

    /// A call that nobody waits for any more ends, wherever it is.
    @Test func aCancelledCallEnds() async throws {
        let limits = #", "limits": {"concurrency": 1}"#
        let silent: Bench.Script = { connection in if connection.read() != nil { connection.waitForClose() } }
        try await Bench.serve(Bench.reading, upstream: limits, silent) { (bench: Bench) async throws in
            let running = Task { try await bench.call() }
            try await Self.wait { bench.server.requests.count == 1 }
            let waiting = Task { try await bench.call() }
            try await Self.wait { bench.host.runs.slots.counts("test").waiting == 1 }
            waiting.cancel()
            #expect(try await waiting.value == nil)
            running.cancel()
            #expect(try await running.value == nil)
            #expect(bench.host.runs.slots.running == 0)
            // The connection goes with the request.
            try await Self.wait { bench.server.closed == 1 }
        }
    }

    /// Waits until it is so, as long as anybody waits for a hang.
    static func wait(_ isSo: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while !isSo() {
            try #require(ContinuousClock.now < end, "it never came")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
