import Core
import GatewayAPI
import HTTP
import IO
import LumaClient
import Settings
import Synchronization
import TestKit
import Testing

@testable import Gateway

/// Reads over sockets and two loops, with a Luma that answers when it is told to.
@Suite struct ReadServiceTests {
    final class Upstream: Sendable {
        private struct State {
            var version = 1
            var isHeld = false
            var isDown = false
            var reads = 0
            var updates = 0
        }
        private let state = Mutex(State())

        var reads: Int { state.withLock { $0.reads } }
        var updates: Int { state.withLock { $0.updates } }
        func hold(_ isHeld: Bool) { state.withLock { $0.isHeld = isHeld } }
        func fail(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

        func answer(_ request: OutboundRequest) async -> ScriptedTransport.Answer {
            if request.method == .post {
                state.withLock {
                    $0.version += 1
                    $0.updates += 1
                }
                return .json(200, [:])
            }
            // What a read shows is what was there when it came.
            let version = state.withLock { state in
                state.reads += 1
                return state.version
            }
            while state.withLock({ $0.isHeld }) {
                do { try await Task.sleep(for: .milliseconds(2)) } catch { return .lost(.cancelled) }
            }
            if state.withLock({ $0.isDown }) { return .lost(.connectionRefused, neverSent: true) }
            return .json(200, ["id": "evt-1", "name": .string("v\(version)"), "entries": [], "has_more": false])
        }
    }

    /// Two loops that share everything but their way to Luma.
    struct Pair {
        let upstream = Upstream()
        let nodes: [ServerNode<Application>]
        let ports: [Int]
        let reads: SharedReads

        init(_ settings: [Setting: String] = [:]) async throws {
            let shared = try GatewayNode.shared(
                settings.merging([.maxRetries: "0"]) { given, _ in given },
                log: try LogSink(path: "/dev/null", format: .text, threshold: .error))
            reads = shared.reads
            let upstream = upstream
            var nodes: [ServerNode<Application>] = []
            var ports: [Int] = []
            for _ in 0..<2 {
                let (node, port) = try await GatewayNode.start(shared) { await upstream.answer($0) }
                nodes.append(node)
                ports.append(port)
            }
            (self.nodes, self.ports) = (nodes, ports)
        }

        func end() async {
            for node in nodes { await node.end(seconds: 5) }
            for node in nodes { await node.stop() }
        }

        func ask(_ node: Int = 0, _ line: String = "GET /events/evt-1", _ fields: [String] = []) async throws -> String
        {
            try await Socket.ask(ports[node], line, fields)
        }

        func open(_ node: Int, _ line: String = "GET /events/evt-1") throws -> Socket {
            let socket = try Socket(port: ports[node])
            socket.send(Socket.request(line, ["Connection: close"]))
            return socket
        }

        func change() async throws {
            let answer = try await Socket.ask(
                ports[0], "PATCH /events/evt-1", ["Content-Type: application/json"], body: #"{"name":"x"}"#)
            #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(answer)")
        }
    }

    @Test func readersOnAllLoopsShareOneCallAndItsAnswer() async throws {
        let pair = try await Pair()
        pair.upstream.hold(true)
        let sockets = try (0..<60).map { try pair.open($0 % 2) }
        #expect(await soon { pair.upstream.reads == 1 })
        try await Task.sleep(for: .milliseconds(100))
        pair.upstream.hold(false)
        var sources: [String: Int] = [:]
        for socket in sockets {
            let answer = await socket.readAll()
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains(#""name":"v1""#), "\(answer)")
            sources[Self.field("X-Cache", answer) ?? "-", default: 0] += 1
        }
        // On a busy machine some come only after the answer.
        #expect(sources["MISS"] == 1 && sources["SHARED", default: 0] > 1, "\(sources)")
        #expect(sources["SHARED", default: 0] + sources["HIT", default: 0] == 59, "\(sources)")
        // The second asks in new words, the third in known ones; both loops know them.
        for node in [0, 1, 0, 1] {
            let answer = try await pair.ask(node)
            #expect(Self.field("X-Cache", answer) == "HIT" && Self.field("Age", answer) == "0", "\(answer)")
        }
        #expect(pair.upstream.reads == 1)
        await pair.end()
    }

    @Test func aReaderThatLeavesLeavesItsCallToAnotherOne() async throws {
        let pair = try await Pair()
        pair.upstream.hold(true)
        var leader: Socket? = try pair.open(0)
        #expect(await soon { pair.upstream.reads == 1 })
        // On the leader's loop and on the other one; the first of them leaves as well.
        var gone: Socket? = try pair.open(1)
        try await Task.sleep(for: .milliseconds(50))
        let followers = try [pair.open(0), pair.open(1)]
        try await Task.sleep(for: .milliseconds(50))
        withExtendedLifetime((leader, gone)) {}
        leader?.reset()
        gone?.reset()
        (leader, gone) = (nil, nil)
        #expect(await soon { pair.upstream.reads >= 2 })
        pair.upstream.hold(false)
        for follower in followers {
            #expect(await follower.readAll().hasPrefix("HTTP/1.1 200 "))
        }
        #expect(pair.upstream.reads <= 3)
        await pair.end()
    }

    @Test func aFollowerWaitsNoLongerThanItWants() async throws {
        let pair = try await Pair()
        pair.upstream.hold(true)
        let patient = try pair.open(0)
        #expect(await soon { pair.upstream.reads == 1 })
        for node in [0, 1] {
            let answer = try await pair.ask(node, "GET /events/evt-1", ["X-Request-Timeout: 0.1"])
            #expect(answer.hasPrefix("HTTP/1.1 504 ") && answer.contains(#""reason":"upstream_timeout""#), "\(answer)")
        }
        pair.upstream.hold(false)
        #expect(await patient.readAll().hasPrefix("HTTP/1.1 200 "))
        #expect(pair.upstream.reads == 1)
        await pair.end()
    }

    @Test func whatIsReadAfterAWriteWasAskedAfterIt() async throws {
        let pair = try await Pair()
        #expect(try await pair.ask().contains("v1"))
        #expect(try await pair.ask(1, "GET /events/").contains("MISS"))
        #expect(try await pair.ask(1, "GET /events/").contains("HIT"))
        pair.upstream.hold(true)
        // A read of another event's that is under way is not concerned; one of this event is.
        let old = try pair.open(1, "GET /events?limit=3")
        #expect(await soon { pair.upstream.reads == 3 })
        pair.upstream.hold(false)
        try await pair.change()
        _ = await old.readAll()
        for node in [0, 1] {
            let event = try await pair.ask(node)
            #expect(event.contains("v2"), "\(event)")
        }
        // The one has asked again, for both.
        #expect(Self.field("X-Cache", try await pair.ask(1)) == "HIT")
        #expect(Self.field("X-Cache", try await pair.ask(1, "GET /events/")) == "MISS")
        await pair.end()
    }

    @Test func callersMayAskForNews() async throws {
        let pair = try await Pair()
        #expect(Self.field("X-Cache", try await pair.ask()) == "MISS")
        for wish in ["no-cache", "max-age=0", "no-store"] {
            let answer = try await pair.ask(0, "GET /events/evt-1", ["Cache-Control: \(wish)"])
            #expect(Self.field("X-Cache", answer) == "MISS", "\(wish)")
        }
        #expect(pair.upstream.reads == 4)
        let absent = try await pair.ask(0, "GET /events/evt-2", ["Cache-Control: only-if-cached"])
        #expect(absent.hasPrefix("HTTP/1.1 504 ") && absent.contains(#""reason":"not_kept""#))
        #expect(pair.upstream.reads == 4)
        await pair.end()
    }

    @Test func conditionsAndMethodsAreThoseOfAnOrdinaryAnswer() async throws {
        let pair = try await Pair()
        let tag = try #require(Self.field("ETag", try await pair.ask()))
        for _ in 0..<3 {
            let unchanged = try await pair.ask(0, "GET /events/evt-1", ["If-None-Match: \(tag)"])
            #expect(unchanged.hasPrefix("HTTP/1.1 304 ") && Self.field("ETag", unchanged) == tag)
            #expect(Self.field("Content-Type", unchanged) == nil)
            let other = try await pair.ask(0, "GET /events/evt-1", ["If-None-Match: \"x\""])
            #expect(other.hasPrefix("HTTP/1.1 200 ") && Self.field("X-Cache", other) == "HIT")
            let failed = try await pair.ask(0, "GET /events/evt-1", ["If-Match: \"x\""])
            #expect(failed.hasPrefix("HTTP/1.1 412 "))
            let head = try await pair.ask(0, "HEAD /events/evt-1")
            #expect(head.hasPrefix("HTTP/1.1 200 ") && head.hasSuffix("\r\n\r\n"))
            let refused = try await pair.ask(0, "GET /events/evt-1", ["Accept: application/json;q=0"])
            #expect(refused.hasPrefix("HTTP/1.1 406 "))
            let query = try await pair.ask(0, "GET /events/evt-1?x=1")
            #expect(query.hasPrefix("HTTP/1.1 422 "))
        }
        // A list of lines is not a kept page.
        _ = try await pair.ask(0, "GET /events/")
        _ = try await pair.ask(0, "GET /events/")
        let lines = try await pair.ask(0, "GET /events/", ["Accept: application/x-ndjson"])
        #expect(Self.field("Content-Type", lines) == "application/x-ndjson")
        await pair.end()
    }

    @Test func whatWasKnownStandsInWhileLumaIsDown() async throws {
        let pair = try await Pair([.cacheSeconds: "0.05", .cacheStaleSeconds: "60"])
        #expect(try await pair.ask().contains("v1"))
        pair.upstream.fail(true)
        try await Task.sleep(for: .milliseconds(80))
        for node in [0, 1] {
            let answer = try await pair.ask(node)
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("v1"))
            #expect(Self.field("X-Cache", answer) == "STALE" && Self.field("Age", answer) != nil)
            #expect(Self.field("Cache-Status", answer) == "luma-mcp; hit; fwd=stale; detail=upstream_unreachable")
        }
        let news = try await pair.ask(0, "GET /events/evt-1", ["Cache-Control: no-cache"])
        #expect(news.hasPrefix("HTTP/1.1 502 "), "\(news)")
        #expect(try await pair.ask(0, "GET /events/evt-2").hasPrefix("HTTP/1.1 502 "))
        pair.upstream.fail(false)
        #expect(Self.field("X-Cache", try await pair.ask()) == "MISS")
        await pair.end()
    }

    /// As documented: whether Luma is down or only slower than the caller can wait is not known when its time is over.
    @Test func whatWasKnownStandsInWhenTheTimeOfARequestIsOver() async throws {
        let pair = try await Pair([.cacheSeconds: "0.05", .cacheStaleSeconds: "60"])
        #expect(try await pair.ask().contains("v1"))
        pair.upstream.hold(true)
        try await Task.sleep(for: .milliseconds(80))
        let patient = try pair.open(1)
        #expect(await soon { pair.upstream.reads == 2 })
        let answer = try await pair.ask(0, "GET /events/evt-1", ["X-Request-Timeout: 0.2"])
        #expect(answer.hasPrefix("HTTP/1.1 200 ") && Self.field("X-Cache", answer) == "STALE", "\(answer)")
        #expect(Self.field("Cache-Status", answer) == "luma-mcp; hit; fwd=stale; detail=upstream_timeout")
        pair.upstream.hold(false)
        #expect(Self.field("X-Cache", await patient.readAll()) == "MISS")
        await pair.end()
    }

    /// What stands ready is given to nobody who may not have it.
    @Test func whatIsKeptIsBehindTheTokenToo() async throws {
        let pair = try await Pair([.authTokens: "a:read:0123456789abcdefghij"])
        let token = ["Authorization: Bearer 0123456789abcdefghij"]
        for source in ["MISS", "HIT", "HIT", "HIT"] {
            #expect(try await pair.ask().hasPrefix("HTTP/1.1 401 "))
            #expect(Self.field("X-Cache", try await pair.ask(0, "GET /events/evt-1", token)) == source)
        }
        #expect(try await pair.ask().hasPrefix("HTTP/1.1 401 "))
        #expect(try await pair.ask(0, "GET /events/evt-1", ["Host: evil.example"]).hasPrefix("HTTP/1.1 4"))
        await pair.end()
    }

    @Test func whoSpendsIsToldOfTheBudget() async throws {
        let pair = try await Pair()
        let spent = try await pair.ask()
        #expect(Self.field("RateLimit-Policy", spent) == #""luma";q=500;w=300"#)
        #expect(Self.field("RateLimit", spent)?.hasPrefix(#""luma";r=499"#) == true, "\(spent)")
        _ = try await pair.ask()
        // What is cached costs nobody anything.
        #expect(Self.field("RateLimit", try await pair.ask()) == nil)
        await pair.end()
    }

    @Test func withoutAPeriodNothingIsKept() async throws {
        let pair = try await Pair([.cacheSeconds: "0"])
        for _ in 0..<3 { #expect(Self.field("X-Cache", try await pair.ask()) == "MISS") }
        #expect(pair.upstream.reads == 3 && pair.reads.size == (0, 0))
        await pair.end()
    }

    private static func field(_ name: String, _ answer: String) -> String? {
        for line in answer.split(separator: "\r\n", omittingEmptySubsequences: false) {
            if line.isEmpty { return nil }
            if line.hasPrefix(name + ": ") { return String(line.dropFirst(name.count + 2)) }
        }
        return nil
    }
}
