import Core
import Glibc
import HTTP
import Synchronization
import Testing

@testable import IO

/// Answers in pieces, operations, and peers that go away.
@Suite struct StreamTests {
    @Test func aStreamIsSentInChunks() async throws {
        let server = try await TestServer { _, exchange in
            exchange.perform {
                exchange.beginStream(Response(status: 200, fields: [Field("Content-Type", "text/event-stream")]))
                for piece in ["one", "", "two", String(repeating: "3", count: 100_000)] {
                    try? await exchange.write(Array(piece.utf8))
                }
                exchange.endStream()
            }
        }
        let body = "onetwo" + String(repeating: "3", count: 100_000)
        try await blocking {
            let client = try server.connect()
            for _ in 0..<2 {
                try client.get("/")
                let answer = try client.answer()
                #expect(answer.fields["transfer-encoding"] == "chunked")
                #expect(answer.fields["content-length"] == nil)
                #expect(answer.body == body)
            }
            try client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer(toHead: true).fields["transfer-encoding"] == "chunked")
            try client.get("/")
            #expect(try client.answer().body == body)

            let old = try server.connect()
            try old.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let text = try old.readAll()
            #expect(text.contains("Connection: close\r\n\r\none"))
            #expect(text.hasSuffix("3333"))
        }
        await server.stop()
    }

    @Test func aStreamMaySayItsLength() async throws {
        let server = try await TestServer { request, exchange in
            let isCut = request.pathText == "/cut"
            exchange.perform {
                exchange.beginStream(Response(status: 200), length: isCut ? 10 : 6)
                for piece in ["one", "two"] { try? await exchange.write(Array(piece.utf8)) }
                if isCut { exchange.breakStream() } else { exchange.endStream() }
            }
        }
        try await blocking {
            let client = try server.connect()
            for _ in 0..<2 {
                try client.get("/")
                let answer = try client.answer()
                #expect(answer.fields["transfer-encoding"] == nil)
                #expect(answer.fields["content-length"] == "6")
                #expect(answer.body == "onetwo")
            }
            try client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer(toHead: true).fields["content-length"] == "6")
            try client.get("/cut")
            let text = try client.readAll()
            #expect(text.contains("Content-Length: 10\r\n"))
            #expect(text.hasSuffix("\r\n\r\nonetwo"))

            let old = try server.connect()
            try old.send("GET /cut HTTP/1.0\r\n\r\n")
            #expect(try old.readAll().hasSuffix("Content-Length: 10\r\nConnection: close\r\n\r\nonetwo"))
        }
        await server.stop()
    }

    @Test func theFirstPieceDoesNotWaitForTheNext() async throws {
        let server = try await TestServer { _, exchange in
            let clock = LoopClock(exchange.reactor)
            exchange.perform {
                exchange.beginStream(Response(status: 200))
                try? await exchange.write(Array("first".utf8))
                try? await clock.sleep(until: clock.now.advanced(seconds: 60))
            }
        }
        try await blocking {
            let client = try server.connect()
            try client.get("/")
            _ = try client.answer(toHead: true)
            #expect(String(decoding: try client.read(), as: UTF8.self) == "5\r\nfirst\r\n")
        }
        await server.stop()
    }

    @Test func aSlowReaderHoldsTheWriterBack() async throws {
        let written = Atomic<Int>(0)
        let most = Atomic<Int>(0)
        let ended = Counter()
        let total = 50 << 20
        try await withServer(
            { _, exchange in
                exchange.perform {
                    exchange.beginStream(Response(status: 200))
                    let piece = [UInt8](repeating: 0x61, count: 32 << 10)
                    for _ in 0..<(total / piece.count) {
                        do { try await exchange.write(piece) } catch { return }
                        written.add(piece.count, ordering: .relaxed)
                        most.max(exchange.connection?.outbox.reserved ?? 0, ordering: .relaxed)
                    }
                    exchange.endStream()
                    ended.add()
                }
            },
            client: { server in
                let client = try server.connect(smallReceiveBuffer)
                try client.get("/")
                var before = -1
                while written.load(ordering: .relaxed) != before {
                    before = written.load(ordering: .relaxed)
                    usleep(100_000)
                }
                // The kernel's buffers and ours have taken some; the rest waits for the reader.
                #expect(before < 16 << 20)
                #expect(ended.value == 0)
                _ = try client.answer(toHead: true)
                var received = 0
                while received < total { received += try client.read().count }
            })
        #expect(ended.value == 1)
        #expect(most.load(ordering: .relaxed) < 1 << 20)
    }

    @Test func aWriterStopsWhenItsPeerGoes() async throws {
        let stopped = Counter()
        try await withServer(
            { _, exchange in
                exchange.perform {
                    exchange.beginStream(Response(status: 200))
                    do {
                        while true { try await exchange.write([UInt8](repeating: 0x61, count: 10_000)) }
                    } catch is CancellationError {
                        #expect(!exchange.isOpen)
                        stopped.add()
                    } catch {}
                }
            },
            client: { server in
                for ends in [{ (client: Client) in client.reset() }, { _ in }] {
                    let before = stopped.value
                    do {
                        let client = try server.connect(smallReceiveBuffer)
                        try client.get("/")
                        _ = try client.answer(toHead: true)
                        ends(client)
                    }
                    try eventually { stopped.value == before + 1 }
                }
            })
    }

    @Test func aResetCancelsTheOperation() async throws {
        let cancelled = Counter()
        let begun = Counter()
        try await withServer(
            { _, exchange in
                let clock = LoopClock(exchange.reactor)
                exchange.perform {
                    begun.add()
                    do {
                        try await clock.sleep(until: clock.now.advanced(seconds: 60))
                    } catch {
                        #expect(Task.isCancelled)
                        #expect(!exchange.isOpen)
                        #expect(exchange.respond(Response("too late")) == 0)
                        exchange.abort()
                        cancelled.add()
                    }
                }
            },
            client: { server in
                let client = try server.connect()
                try client.get("/")
                try eventually { begun.value == 1 }
                client.reset()
                try eventually { cancelled.value == 1 }
                try eventually { server.counter.count == 0 }
            })
    }

    @Test func aPeerThatIsGoneIsNoticedThoughItOnlyEndedItsSide() async throws {
        let cancelled = Counter()
        try await withServer(
            { _, exchange in
                let clock = LoopClock(exchange.reactor)
                exchange.perform {
                    do { try await clock.sleep(until: clock.now.advanced(seconds: 60)) } catch { cancelled.add() }
                }
            },
            client: { server in
                let halfClosed = try server.connect()
                try halfClosed.get("/")
                halfClosed.finish()
                do {
                    let gone = try server.connect()
                    try gone.get("/")
                }
                // After two seconds both are told that it takes longer; only who is gone answers with a reset.
                try eventually { cancelled.value == 1 }
                #expect(try halfClosed.answer(toHead: true).status == 102)
                #expect(cancelled.value == 1)
                #expect(server.counter.count == 1)
            })
    }

    @Test func aForgottenAnswerIsA500() async throws {
        try await withServer(
            { request, exchange in
                let streams = request.pathText == "/stream"
                exchange.perform {
                    await Task.yield()
                    if streams { exchange.beginStream(Response(status: 200)) }
                }
            },
            client: { server in
                let client = try server.connect()
                try client.get("/")
                #expect(try client.answer().status == 500)
                #expect(try client.isAtEnd())
                let cut = try server.connect()
                try cut.get("/stream")
                #expect(throws: Client.Failure.self) { _ = try cut.answer() }
            })
    }

    @Test func anAbortIsAReset() async throws {
        try await withServer(
            { request, exchange in
                exchange.abort()
                // What the handler still does with its request must be harmless.
                #expect(request.pathText == "/x")
                #expect(!exchange.isOpen)
            },
            client: { server in
                let client = try server.connect()
                try client.get("/x", "A: b\r\n")
                #expect(throws: Client.Failure.self) { _ = try client.read() }
            })
    }

    @Test func aBrokenStreamArrivesUpToWhereItBroke() async throws {
        try await withServer(
            { _, exchange in
                exchange.perform {
                    exchange.beginStream(Response(status: 200))
                    try? await exchange.write([UInt8](repeating: 0x61, count: 1_000_000))
                    try? await exchange.write(Array("why".utf8))
                    exchange.breakStream()
                    #expect(!exchange.isOpen)
                }
            },
            client: { server in
                let client = try server.connect()
                try client.get("/")
                let text = try client.readAll()
                #expect(text.utf8.count > 1_000_000)
                #expect(text.hasSuffix("\r\n3\r\nwhy\r\n"))
                let old = try server.connect()
                try old.send("GET / HTTP/1.0\r\n\r\n")
                #expect(throws: Client.Failure.self) { _ = try old.readAll() }
            })
    }

    @Test func anAnswerThatCannotBeWrittenIsA500() async throws {
        let faults = Mutex<[ResponseError]>([])
        let server = try await TestServer(
            prepare: { server in
                server.onResponseError = { fault in faults.withLock { $0.append(fault) } }
            },
            handler: { _, exchange in
                exchange.respond(Response(status: 200, fields: [Field("X", "a\r\nY: b")], body: [1, 2, 3]))
            })
        try await blocking {
            let client = try server.connect()
            try client.get("/")
            let text = try client.readAll()
            #expect(text.hasPrefix("HTTP/1.1 500 "))
            #expect(!text.contains("Y: b"))
        }
        #expect(faults.withLock { $0 } == [.invalidField(name: "X")])
        await server.stop()
    }

    @Test func oneConnectionMayBeAnsweredWhileAnotherIsHandled() async throws {
        let waiting = Mutex<[Handle]>([])
        try await withServer(
            { request, exchange in
                if request.pathText == "/wait" {
                    waiting.withLock { $0.append(Handle(exchange: exchange)) }
                } else {
                    let handles = waiting.withLock { waiting in
                        defer { waiting = [] }
                        return waiting
                    }
                    for handle in handles { handle.exchange.respond(Response("woken")) }
                    exchange.respond(Response(request.pathText))
                }
            },
            client: { server in
                let first = try server.connect()
                try first.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\nGET /behind HTTP/1.1\r\nHost: h\r\n\r\n")
                try eventually { waiting.withLock { $0.count } == 1 }
                let second = try server.connect()
                try second.get("/wake")
                #expect(try second.answer().body == "/wake")
                #expect(try first.answer().body == "woken")
                #expect(try first.answer().body == "/behind")
            })
    }

    /// Guarded by use: both handlers run on the one loop.
    private struct Handle: @unchecked Sendable { let exchange: Exchange }

    private func withServer(
        _ handler: @escaping TestServer.Handler, client: @escaping @Sendable (TestServer) throws -> Void
    ) async throws {
        let server = try await TestServer(handler: handler)
        try await blocking { try client(server) }
        await server.stop()
    }
}

/// Waits until `condition` holds, at most five seconds.
func eventually(_ condition: () -> Bool) throws {
    for _ in 0..<5000 {
        if condition() { return }
        usleep(1000)
    }
    throw Client.Failure(what: "it did not happen")
}
