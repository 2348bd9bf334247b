import Core
import Glibc
import HTTP
import Testing

@testable import IO

@Suite struct DrainTests {
    @Test func whatRunsIsAnsweredAndNothingNewAccepted() async throws {
        let begun = Counter()
        let released = Counter()
        let server = try await TestServer { _, exchange in
            let clock = LoopClock(exchange.reactor)
            exchange.perform {
                begun.add()
                while released.value == 0 { try? await clock.sleep(until: clock.now.advanced(seconds: 0.005)) }
                exchange.respond(Response("done"))
            }
        }
        let busy = try await blocking {
            let busy = try server.connect()
            try busy.get("/")
            try eventually { begun.value == 1 }
            return busy
        }
        async let drained: Void = server.drain(seconds: 30)
        try await blocking {
            try eventually { (try? server.connect()) == nil }
            released.add()
            let answer = try busy.answer()
            #expect(answer.body == "done")
            #expect(answer.fields["connection"] == "close")
            #expect(try busy.isAtEnd())
        }
        await drained
        #expect(server.counter.count == 0)
        await server.loop.stop()
    }

    /// The drain's own deadline is far behind the test's.
    @Test(.timeLimit(.minutes(1))) func idleConnectionsCloseAndFreshOnesAreServed() async throws {
        let server = try await TestServer { _, exchange in exchange.respond(Response("ok")) }
        let (idle, fresh) = try await blocking {
            let idle = try server.connect()
            try idle.get("/")
            _ = try idle.answer()
            return (idle, try server.connect())
        }
        async let drained: Void = server.drain(seconds: 600)
        try await blocking {
            #expect(try idle.isAtEnd())
            try fresh.get("/")
            let answer = try fresh.answer()
            #expect(answer.body == "ok")
            #expect(answer.fields["connection"] == "close")
        }
        await drained
        await server.loop.stop()
    }

    /// Shortly before the deadline, so that there is time for an answer.
    @Test func atTheDeadlineWhatStillRunsIsCancelled() async throws {
        let begun = Counter()
        let cancelled = Counter()
        let server = try await TestServer { request, exchange in
            let clock = LoopClock(exchange.reactor)
            let answers = request.pathText == "/answers"
            exchange.perform {
                begun.add()
                do { try await clock.sleep(until: clock.now.advanced(seconds: 60)) } catch { cancelled.add() }
                if answers { exchange.respond(Response("cut off")) }
            }
        }
        let (silent, talkative) = try await blocking {
            let clients = (try server.connect(), try server.connect())
            try clients.0.get("/")
            try clients.1.get("/answers")
            try eventually { begun.value == 2 }
            return clients
        }
        let start = Reactor.readClock()
        await server.drain(seconds: 0.5)
        let taken = Reactor.readClock().seconds(since: start)
        #expect(taken >= 0.3)
        #expect(server.counter.count == 0)
        #expect(cancelled.value == 2)
        try await blocking {
            let answer = try talkative.answer()
            #expect(answer.body == "cut off")
            #expect(try silent.answer().status == 503)
            #expect(try silent.isAtEnd())
            #expect(try talkative.isAtEnd())
        }
        await server.loop.stop()
    }

    /// What does not heed its cancellation is cut off.
    @Test(.timeLimit(.minutes(1))) func whoDoesNotEndIsCutOff() async throws {
        let begun = Counter()
        let released = Counter()
        let server = try await TestServer { _, exchange in
            let clock = LoopClock(exchange.reactor)
            exchange.perform {
                begun.add()
                while released.value == 0 {
                    let pause = exchange.reactor.start {
                        try? await clock.sleep(until: clock.now.advanced(seconds: 0.005))
                    }
                    await pause.value
                }
            }
        }
        let client = try await blocking {
            let client = try server.connect()
            try client.get("/")
            try eventually { begun.value == 1 }
            return client
        }
        await server.drain(seconds: 0.3)
        #expect(server.counter.count == 0)
        let isAtEnd = try await blocking { try client.isAtEnd() }
        #expect(isAtEnd)
        released.add()
        await server.loop.stop()
    }

    /// The header timeout is far behind the test's.
    @Test(.timeLimit(.minutes(1))) func halfAHeadDoesNotHoldTheDrainUp() async throws {
        let server = try await TestServer(ServerLimits(headerTimeout: 600)) { _, exchange in
            exchange.respond(Response("ok"))
        }
        let (half, slow) = try await blocking {
            let clients = (try server.connect(), try server.connect())
            for client in [clients.0, clients.1] { try client.send("GET / HTTP/1.1\r\nHo") }
            return clients
        }
        while await server.connectionCount() < 2 { try await Task.sleep(for: .milliseconds(5)) }
        async let drained: Void = server.drain(seconds: 600)
        try await blocking {
            // Who ends the head within the grace is served.
            try slow.send("st: h\r\n\r\n")
            #expect(try slow.answer().body == "ok")
            #expect(try half.answer().status == 408)
            #expect(try half.isAtEnd())
        }
        await drained
        await server.loop.stop()
    }
}
