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

    @Test func atTheDeadlineWhatStillRunsIsCancelled() async throws {
        let begun = Counter()
        let cancelled = Counter()
        let server = try await TestServer { _, exchange in
            let clock = LoopClock(exchange.reactor)
            exchange.perform {
                begun.add()
                do { try await clock.sleep(until: clock.now.advanced(seconds: 60)) } catch { cancelled.add() }
            }
        }
        let client = try await blocking {
            let client = try server.connect()
            try client.get("/")
            try eventually { begun.value == 1 }
            return client
        }
        let start = Reactor.readClock()
        await server.drain(seconds: 0.2)
        #expect(Reactor.readClock().seconds(since: start) >= 0.2)
        #expect(server.counter.count == 0)
        try await blocking {
            try eventually { cancelled.value == 1 }
            #expect(try client.isAtEnd())
        }
        await server.loop.stop()
    }
}
