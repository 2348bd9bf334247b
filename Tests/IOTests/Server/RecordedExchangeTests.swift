import Core
import HTTP
import IOTestKit
import Testing

@testable import IO

/// What only a record has: a peer that is played.
@Suite struct RecordedExchangeTests {
    private func onLoop<T: Sendable>(
        _ body: @escaping @Sendable (Exchange, RecordedExchange) async throws -> T
    ) async throws -> T {
        let loop = try Loop(label: "recorded")
        loop.start()
        let value = try await loop.run { reactor in
            let machine = try ExchangeWaysTests.machine("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let record = RecordedExchange(machine, on: reactor, peer: "2001:db8::1", network: 7)
            return try await body(Exchange(record), record)
        }
        await loop.stop()
        return value
    }

    /// Lets operations run until each of them waits.
    private static func settle() async { for _ in 0..<16 { await Task.yield() } }

    @Test func aPeerThatDoesNotReadHoldsTheWriterBack() async throws {
        let (before, held, after) = try await onLoop { exchange, record in
            var written = 0
            record.stopReading()
            exchange.perform {
                exchange.beginStream(Response(status: 200))
                for _ in 0..<10 {
                    do { try await exchange.write([UInt8](repeating: 0x61, count: 40_000)) } catch { return }
                    written += 1
                }
                exchange.endStream()
            }
            await Self.settle()
            let before = (written, record.received.count, record.end == nil)
            record.readOn()
            await Self.settle()
            let held = (written, record.end == .whole)
            return (before, held, record.pieces.map(\.count).reduce(0, +))
        }
        #expect("\(before)" == "(1, 0, true)")
        #expect("\(held)" == "(10, true)")
        #expect(after == 400_000)
    }

    @Test func aPeerThatGoesWhileTheWriterWaitsEndsIt() async throws {
        let (found, end) = try await onLoop { exchange, record in
            var found = ""
            record.stopReading()
            exchange.perform {
                exchange.beginStream(Response(status: 200))
                do { try await exchange.write([UInt8](repeating: 0x61, count: 1 << 20)) } catch { found = "\(error)" }
            }
            await Self.settle()
            record.goAway()
            await Self.settle()
            return (found, record.end)
        }
        #expect(found == "CancellationError()")
        #expect(end == .gone)
    }

    @Test(arguments: [(false, 500), (true, 503)])
    func whatIsForgottenWhileTheServerDrainsIsA503(drains: Bool, status: Int) async throws {
        let (told, text) = try await onLoop { exchange, record in
            if drains { record.drain() }
            exchange.perform {
                try? await LoopClock(exchange.reactor).sleep(
                    until: exchange.reactor.now.advanced(seconds: drains ? 60 : 0.001))
            }
            if drains { record.interrupt() }
            while record.end == nil {
                try await LoopClock(exchange.reactor).sleep(until: exchange.reactor.now.advanced(seconds: 0.001))
            }
            return (record.status, String(decoding: record.received, as: UTF8.self))
        }
        #expect(told == status)
        #expect(text.contains("\r\nConnection: close\r\n"))
    }

    @Test func whatIsRecorded() async throws {
        let (facts, fields, pieces, changes) = try await onLoop { exchange, record in
            var changes = 0
            record.onChange = { changes += 1 }
            exchange.respond(ExchangeWaysTests.whole, adding: Field("C", "d"))
            let facts = (exchange.peerAddress, exchange.peerNetwork, record.status, record.end)
            return (facts, record.fields, record.pieces, changes)
        }
        #expect(facts.0 == "2001:db8::1" && facts.1 == 7)
        #expect(facts.2 == 200 && facts.3 == .whole)
        #expect(fields == [Field("A", "b"), Field("C", "d")])
        #expect(pieces == [Array("one".utf8)])
        #expect(changes == 2)
    }
}

extension Loop {
    fileprivate func run<T: Sendable>(_ body: @Sendable (Reactor) async throws -> T) async throws -> T {
        try await body(reactor)
    }
}
