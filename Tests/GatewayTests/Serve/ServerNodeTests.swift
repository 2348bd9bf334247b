import Core
import GatewayAPI
import HTTP
import IO
import LumaClient
import Synchronization
import TestKit
import Testing

@testable import Gateway

/// One loop of the gateway over sockets, with a scripted Luma: what it answers, logs, and brings to its end.
@Suite struct ServerNodeTests {
    /// What Luma was asked, in order, and when it answers a create.
    final class Upstream: Sendable {
        let asked = Mutex<[String]>([])
        let isOpen = Atomic<Bool>(true)
        let ended = Atomic<Int>(0)

        func answer(_ request: OutboundRequest) async -> ScriptedTransport.Answer {
            let path = String(request.url.split(separator: "/v1/").last?.prefix { $0 != "?" } ?? "")
            asked.withLock { $0.append(path) }
            while path == "events/create", !isOpen.load(ordering: .relaxed) {
                do { try await Task.sleep(for: .milliseconds(5)) } catch { return .lost(.cancelled) }
            }
            return .json(200, ["id": "evt-1", "name": "Tea", "entries": [], "has_more": false])
        }
    }

    private let upstream = Upstream()

    private func node(log: LogSink) async throws -> (node: ServerNode<Application>, port: Int) {
        let upstream = upstream
        return try await GatewayNode.start(
            try GatewayNode.shared(log: log), ended: { upstream.ended.add(1, ordering: .relaxed) },
            answer: { await upstream.answer($0) })
    }

    private static let create = Socket.request(
        "POST /events/", ["Content-Type: application/json"],
        body: #"{"name":"Tea","start_at":"2025-05-01T18:00:00Z","timezone":"Europe/Berlin"}"#)

    @Test func aWriteIsBroughtToItsEndAlthoughItsCallerLeftAndTheProgramEnds() async throws {
        let output = try LogFile()
        let (node, port) = try await node(log: output.sink)
        upstream.isOpen.store(false, ordering: .relaxed)
        do {
            let caller = try Socket(port: port)
            caller.send(Self.create)
            #expect(await soon { upstream.asked.withLock { $0 } == ["events/create"] })
        }
        let end = Task { await node.end(seconds: 30) }
        try await Task.sleep(for: .milliseconds(50))
        upstream.isOpen.store(true, ordering: .relaxed)
        await end.value
        await node.stop()
        #expect(upstream.asked.withLock { $0 } == ["events/create", "events/get"])
        #expect(upstream.ended.load(ordering: .relaxed) == 1)
        output.sink.flush()
        #expect(output.text.contains("POST /events/ 201"), "\(output.text)")
    }

    /// A supervisor's watchdog asks every loop while another one is still bringing its requests to their end.
    @Test func aLoopAnswersUntilItIsStopped() async throws {
        let output = try LogFile()
        let (node, _) = try await node(log: output.sink)
        await node.end(seconds: 5)
        #expect(await node.loop.perform { _ in true })
        await node.stop()
    }

    /// It is told shortly before the time is over: a create that was sent has an outcome that nobody knows.
    @Test func whatTakesTooLongIsCancelledAtTheEnd() async throws {
        let output = try LogFile()
        let (node, port) = try await node(log: output.sink)
        upstream.isOpen.store(false, ordering: .relaxed)
        let caller = try Socket(port: port)
        caller.send(Self.create)
        #expect(await soon { upstream.asked.withLock { $0 } == ["events/create"] })
        await node.end(seconds: 0.1)
        await node.stop()
        #expect(upstream.ended.load(ordering: .relaxed) == 1)
        let answer = await caller.readAll()
        #expect(answer.hasPrefix("HTTP/1.1 504 "), "\(answer)")
        #expect(answer.contains(#""reason":"outcome_unknown""#))
        #expect(answer.contains("Connection: close"))
        output.sink.flush()
        #expect(output.text.contains("POST /events/ 504"), "\(output.text)")
    }
}
