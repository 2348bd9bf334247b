import Core
import Glibc
import HTTP
import IOTestKit
import Synchronization
import Testing

@testable import IO

/// An exchange over a socket and one that is recorded are the same to a handler, and to who reads the answer.
@Suite struct ExchangeWaysTests {
    /// What a handler has found, in order.
    final class Notes: Sendable {
        private let list = Mutex<[String]>([])
        var all: [String] { list.withLock { $0 } }
        func add(_ note: String) { list.withLock { $0.append(note) } }
    }

    /// What the peer does once its request is sent.
    enum Peer: Sendable {
        /// Reads to the end.
        case reads
        /// Ends its side, and reads to the end.
        case endsItsSide
        /// Resets the connection when the handler has noted `ready`.
        case goes
    }

    /// How the connection ends for the peer.
    enum Ending: Sendable { case closed, reset, gone }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The request line and its fields but Host.
        let request: [String]
        let peer: Peer
        /// What the answer begins with; nil when nothing of it need arrive.
        let head: String?
        let ending: Ending
        /// How many notes there are in the end.
        let notes: Int
        let act: @Sendable (Exchange, Notes) -> Void

        init(
            _ name: String, _ request: String..., peer: Peer = .reads, head: String? = "HTTP/1.1 200 OK\r\n",
            ending: Ending = .closed, notes: Int = 1, act: @escaping @Sendable (Exchange, Notes) -> Void
        ) {
            testDescription = name
            self.request = request.isEmpty ? ["GET / HTTP/1.1", "Connection: close"] : request
            self.peer = peer
            self.head = head
            self.ending = ending
            self.notes = notes
            self.act = act
        }

        var octets: String { (request + ["Host: h"]).joined(separator: "\r\n") + "\r\n\r\n" }
    }

    struct Seen: Equatable {
        var octets: String
        var ending: Ending
        var notes: [String]
    }

    // MARK: The rows

    static let whole = Response(status: 200, fields: [Field("A", "b")], body: Array("one".utf8))

    private static func answer(_ response: Response) -> @Sendable (Exchange, Notes) -> Void {
        { exchange, notes in
            notes.add("queued \(exchange.respond(response, adding: Field("C", "d")))")
        }
    }

    /// Streams these pieces, and says after each how it went.
    private static func stream(
        _ pieces: [String], head: Response = Response(status: 200), length: Int? = nil,
        end: @escaping @Sendable (Exchange) -> Void = { $0.endStream() }
    ) -> @Sendable (Exchange, Notes) -> Void {
        { exchange, notes in
            exchange.perform {
                if let length { exchange.beginStream(head, length: length) } else { exchange.beginStream(head) }
                for piece in pieces {
                    do {
                        try await exchange.write(Array(piece.utf8))
                        notes.add("written")
                    } catch {
                        notes.add("\(error)")
                    }
                }
                end(exchange)
                notes.add("open \(exchange.isOpen)")
                do { try await exchange.write([0x61]) } catch { notes.add("\(error)") }
            }
        }
    }

    private static func pause(_ exchange: Exchange, seconds: Double) async throws {
        let clock = LoopClock(exchange.reactor)
        try await clock.sleep(until: clock.now.advanced(seconds: seconds))
    }

    static let large = String(repeating: "x", count: 200_000)

    static let answers: [Row] = [
        Row("a whole answer", act: answer(whole)),
        Row("to HEAD", "HEAD / HTTP/1.1", "Connection: close", act: answer(whole)),
        Row(
            "without a body", head: "HTTP/1.1 204 No Content\r\n", act: answer(Response(status: 204))),
        Row(
            "not modified", head: "HTTP/1.1 304 Not Modified\r\n",
            act: answer(Response(status: 304, fields: [Field("ETag", "\"1\"")]))),
        Row(
            "one that closes", "GET / HTTP/1.1",
            act: { exchange, notes in
                var response = whole
                response.closes = true
                answer(response)(exchange, notes)
            }),
        Row("of HTTP/1.0", "GET / HTTP/1.0", act: answer(whole)),
        Row(
            "of HTTP/1.0 that goes on", "GET / HTTP/1.0", "Connection: keep-alive", peer: .endsItsSide,
            act: answer(whole)),
        Row("of a connection that goes on", "GET / HTTP/1.1", peer: .endsItsSide, act: answer(whole)),
        Row(
            "one that comes later", notes: 2,
            act: { exchange, notes in
                exchange.perform {
                    try? await pause(exchange, seconds: 0.01)
                    answer(whole)(exchange, notes)
                    notes.add("open \(exchange.isOpen)")
                }
            }),
        Row(
            "one that cannot be written", "GET / HTTP/1.1", head: "HTTP/1.1 500 Internal Server Error\r\n",
            act: answer(Response(status: 200, fields: [Field("X", "a\r\nY: b")], body: [1, 2, 3]))),
        Row(
            "a head of a stream that cannot be written", "GET / HTTP/1.1",
            head: "HTTP/1.1 500 Internal Server Error\r\n", notes: 3,
            act: stream(["one"], head: Response(status: 200, fields: [Field("Date", "now")]))),
    ]

    static let streams: [Row] = [
        Row("in chunks", notes: 5, act: stream(["one", "", large])),
        Row("to HEAD", "HEAD / HTTP/1.1", "Connection: close", notes: 3, act: stream(["one"])),
        Row("of HTTP/1.0", "GET / HTTP/1.0", notes: 4, act: stream(["one", "two"])),
        Row("with a length", notes: 4, act: stream(["one", "two"], length: 6)),
        Row(
            "without a body", head: "HTTP/1.1 204 No Content\r\n", notes: 3,
            act: stream(["one"], head: Response(status: 204))
        ),
        Row("that breaks", notes: 3, act: stream(["one"]) { $0.breakStream() }),
        Row("with a length, that breaks", notes: 3, act: stream(["one"], length: 10) { $0.breakStream() }),
        Row(
            "of HTTP/1.0 that breaks", "GET / HTTP/1.0", head: nil, ending: .reset, notes: 3,
            act: stream(["one"]) { $0.breakStream() }),
        Row("that is aborted", head: nil, ending: .reset, notes: 3, act: stream(["one"]) { $0.abort() }),
        Row(
            "that nobody ends", head: nil, ending: .reset, notes: 2,
            act: { exchange, notes in
                exchange.whenGone { notes.add("gone") }
                exchange.perform {
                    exchange.beginStream(Response(status: 200))
                    notes.add("begun")
                }
            }),
        Row(
            "whose peer ends its side", peer: .endsItsSide, notes: 3,
            act: { exchange, notes in
                // Nothing has begun yet, so that nobody is told.
                exchange.whenPeerEnds { notes.add("never") }
                exchange.perform {
                    exchange.beginStream(Response(status: 200))
                    exchange.whenPeerEnds { notes.add("ended") }
                    try? await pause(exchange, seconds: 0.05)
                    exchange.whenPeerEnds { notes.add("ended before") }
                    try? await exchange.write(Array("still read".utf8))
                    notes.add("written")
                    exchange.endStream()
                }
            }),
    ]

    static let operations: [Row] = [
        Row(
            "an answer that was forgotten", "GET / HTTP/1.1", head: "HTTP/1.1 500 Internal Server Error\r\n",
            act: { exchange, notes in
                exchange.perform {
                    await Task.yield()
                    notes.add("over")
                }
            }),
        Row(
            "one forgets, the other answers", notes: 2,
            act: { exchange, notes in
                exchange.perform {
                    try? await pause(exchange, seconds: 0.02)
                    answer(whole)(exchange, notes)
                }
                exchange.perform { notes.add("over") }
            }),
        Row(
            "an abort before any answer", head: nil, ending: .reset, notes: 2,
            act: { exchange, notes in
                exchange.abort()
                exchange.abort()
                exchange.perform { notes.add("never") }
                exchange.beginStream(Response(status: 200))
                exchange.endStream()
                notes.add("open \(exchange.isOpen)")
                answer(whole)(exchange, notes)
            }),
        Row(
            "a peer that goes", peer: .goes, head: nil, ending: .gone, notes: 7,
            act: { exchange, notes in
                exchange.whenGone { notes.add("gone") }
                exchange.perform {
                    exchange.beginStream(Response(status: 200))
                    notes.add("ready")
                    do { try await pause(exchange, seconds: 60) } catch { notes.add("\(error)") }
                    do { try await exchange.write([0x61]) } catch { notes.add("\(error)") }
                    exchange.whenGone { notes.add("gone before") }
                    notes.add("cancelled \(Task.isCancelled), open \(exchange.isOpen)")
                    notes.add("queued \(exchange.respond(whole))")
                    exchange.endStream()
                    exchange.breakStream()
                }
            }),
        Row(
            "nobody is gone whose answer has ended", notes: 2,
            act: { exchange, notes in
                exchange.whenGone { notes.add("never") }
                exchange.perform {
                    answer(whole)(exchange, notes)
                    exchange.whenGone { notes.add("never") }
                    // By then the connection is closed.
                    try? await pause(exchange, seconds: 0.05)
                    exchange.whenGone { notes.add("never") }
                    notes.add("cancelled \(Task.isCancelled)")
                }
            }),
    ]

    // MARK: Both ways

    @Test(arguments: answers + streams + operations)
    func aHandlerAndItsPeerSeeTheSame(row: Row) async throws {
        let real = try await overSocket(row)
        let recorded = try await overRecord(row)
        #expect(real == recorded)
        #expect(real.notes.count == row.notes && !real.notes.contains("never"), "\(real.notes)")
        #expect(real.ending == row.ending)
        if let head = row.head { #expect(real.octets.hasPrefix(head), "\(real.octets.prefix(400))") }
    }

    private func overSocket(_ row: Row) async throws -> Seen {
        let notes = Notes()
        let server = try await TestServer { _, exchange in row.act(exchange, notes) }
        let seen = try await blocking {
            let client = try server.connect()
            try client.send(row.octets)
            switch row.peer {
            case .reads: break
            case .endsItsSide: client.finish()
            case .goes:
                try eventually { notes.all.contains("ready") }
                client.reset()
            }
            var seen = Seen(octets: "", ending: .gone, notes: [])
            if row.peer != .goes {
                var all: [UInt8] = []
                do {
                    while true {
                        let more = try client.read()
                        if more.isEmpty { break }
                        all += more
                    }
                    seen.ending = .closed
                } catch {
                    seen.ending = .reset
                }
                seen.octets = String(decoding: all, as: UTF8.self)
            }
            try eventually { notes.all.count >= row.notes }
            return seen
        }
        await server.stop()
        return Self.compared(seen, row, notes)
    }

    private func overRecord(_ row: Row) async throws -> Seen {
        let notes = Notes()
        let loop = try Loop(label: "recorded")
        loop.start()
        let record = try await loop.perform { loop in
            let record = try RecordedExchange(Self.machine(row.octets), on: loop.reactor)
            row.act(Exchange(record), notes)
            if row.peer == .endsItsSide { record.endSide() }
            return LoopBound(record, on: loop.executor)
        }
        if row.peer == .goes {
            try await blocking { try eventually { notes.all.contains("ready") } }
            await loop.perform { _ in record.value.goAway() }
        }
        try await blocking { try eventually { notes.all.count >= row.notes } }
        var seen = Seen(octets: "", ending: .gone, notes: [])
        for _ in 0..<500 {
            let (end, octets) = await loop.perform { _ in (record.value.end, record.value.received) }
            seen.octets = String(decoding: octets, as: UTF8.self)
            switch end {
            case .whole, .broken: seen.ending = .closed
            case .aborted: seen.ending = .reset
            case .gone: seen.ending = .gone
            case nil:
                try await Task.sleep(for: .milliseconds(10))
                continue
            }
            break
        }
        // Whatever is noted too late or too often, such as by a timer, is seen.
        try await Task.sleep(for: .milliseconds(20))
        await loop.stop()
        return Self.compared(seen, row, notes)
    }

    /// A connection that has read a request.
    static func machine(_ text: String) throws -> ServerConnection {
        let limits = WireLimits()
        var machine = ServerConnection()
        var bytes = Array(text.utf8)
        let step = bytes.withUnsafeMutableBytes {
            machine.advance($0, ended: false, limits: limits, table: FieldTable(limits: limits))
        }
        guard case .request = step else { throw Client.Failure(what: "no request: \(step)") }
        return machine
    }

    /// Without what may differ: the Date, and what a reset may have overtaken.
    private static func compared(_ seen: Seen, _ row: Row, _ notes: Notes) -> Seen {
        var seen = seen
        seen.notes = notes.all
        if seen.ending != .closed { seen.octets = "" }
        let lines = seen.octets.split(separator: "\r\n", omittingEmptySubsequences: false)
        seen.octets = lines.filter { !$0.hasPrefix("Date: ") }.joined(separator: "\r\n")
        return seen
    }
}
