import Core
import HTTP
import IO
import Testing

@Suite struct ServerTests {
    /// Answers `METHOD path body`.
    static let echo: TestServer.Handler = { request, exchange in
        exchange.respond(Response("\(request.methodToken) \(request.pathText) \(request.bodyText)"))
    }

    @Test func oneConnectionServesManyRequests() async throws {
        let server = try await TestServer(handler: Self.echo)
        let client = try await blocking {
            let client = try server.connect()
            for number in 0..<50 {
                try client.get("/\(number)")
                let answer = try client.answer()
                #expect(answer.status == 200)
                #expect(answer.body == "GET /\(number) ")
                #expect(answer.fields["server"] == "luma-mcp")
                #expect(answer.fields["date"]?.hasSuffix(" GMT") == true)
                #expect(answer.fields["connection"] == nil)
            }
            return client
        }
        #expect(await server.connectionCount() == 1)
        #expect(server.counter.count == 1)
        client.finish()
        await server.stop()
        #expect(server.counter.count == 0)
    }

    @Test func aConnectionEndsWhenItsPeerWantsIt() async throws {
        let server = try await TestServer(handler: Self.echo)
        try await blocking {
            let close = try server.connect()
            try close.get("/", "Connection: close\r\n")
            #expect(try close.answer().fields["connection"] == "close")
            #expect(try close.isAtEnd())

            let old = try server.connect()
            try old.send("GET / HTTP/1.0\r\n\r\n")
            #expect(try old.answer().fields["connection"] == "close")
            #expect(try old.isAtEnd())

            let kept = try server.connect()
            for _ in 0..<2 {
                try kept.send("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
                #expect(try kept.answer().fields["connection"] == "keep-alive")
            }
        }
        await server.stop()
    }

    @Test func tenThousandPipelinedRequestsAreAnsweredInOrder() async throws {
        let server = try await TestServer(handler: Self.echo)
        try await blocking {
            let client = try server.connect()
            let requests = (0..<10_000).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined()
            // Nothing is read before all is sent: the server must go on reading while it cannot send everything.
            try client.send(requests)
            for number in 0..<10_000 { #expect(try client.answer().body == "GET /\(number) ") }
        }
        await server.stop()
    }

    @Test func pipelinedRequestsWaitForAnAnswerThatComesLater() async throws {
        let server = try await TestServer { request, exchange in
            let path = request.pathText
            exchange.perform {
                await Task.yield()
                exchange.respond(Response(path))
            }
        }
        try await blocking {
            let client = try server.connect()
            try client.send((0..<3_000).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
            for number in 0..<3_000 { #expect(try client.answer().body == "/\(number)") }
        }
        await server.stop()
    }

    @Test func requestsMayComeInAnyPieces() async throws {
        let server = try await TestServer(handler: Self.echo)
        try await blocking {
            let client = try server.connect { descriptor in noDelay(descriptor) }
            let request =
                "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
            for octet in request.utf8 { try client.send([octet]) }
            #expect(try client.answer().body == "POST /x abcde")
            try client.send("POST /y HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nab")
            try client.send("cGET /z HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer().body == "POST /y abc")
            #expect(try client.answer().body == "GET /z ")
        }
        await server.stop()
    }

    @Test func aLargeBodyComesWhole() async throws {
        let server = try await TestServer { request, exchange in
            exchange.respond(Response("\(request.body.count) \(request.body.reduce(0) { $0 &+ Int($1) })"))
        }
        try await blocking {
            let client = try server.connect()
            let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
            let expected = "1000000 \(body.reduce(0) { $0 + Int($1) })"
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.count)\r\n\r\n")
            try client.send(body)
            #expect(try client.answer().body == expected)
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            for start in stride(from: 0, to: body.count, by: 1000) {
                try client.send("3e8\r\n")
                try client.send(Array(body[start..<(start + 1000)]) + Array("\r\n".utf8))
            }
            try client.send("0\r\n\r\n")
            #expect(try client.answer().body == expected)
        }
        await server.stop()
    }

    @Test func anAnswerToHeadHasNoBody() async throws {
        let server = try await TestServer(handler: Self.echo)
        try await blocking {
            let client = try server.connect()
            try client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer(toHead: true).fields["content-length"] == "8")
            try client.get("/b")
            #expect(try client.answer().body == "GET /b ")
        }
        await server.stop()
    }

    @Test func aBodyIsAskedForOnlyOnce() async throws {
        let server = try await TestServer(ServerLimits(maxBodyBytes: 10), handler: Self.echo)
        try await blocking {
            let client = try server.connect()
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.answer().status == 100)
            try client.send("abc")
            #expect(try client.answer().body == "POST / abc")
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.answer().status == 413)
            #expect(try client.isAtEnd())
        }
        await server.stop()
    }

    @Test func aPeerThatHasEndedItsSideGetsItsAnswer() async throws {
        let server = try await TestServer { request, exchange in
            let clock = LoopClock(exchange.reactor)
            exchange.perform {
                try? await clock.sleep(until: clock.now.advanced(seconds: 0.05))
                exchange.respond(Response("late"))
            }
        }
        try await blocking {
            let client = try server.connect()
            try client.get("/1")
            try client.get("/2")
            client.finish()
            #expect(try client.answer().body == "late")
            #expect(try client.answer().body == "late")
            #expect(try client.isAtEnd())
            let cut = try server.connect()
            try cut.send("GET / HT")
            cut.finish()
            #expect(try cut.answer().body == "incomplete_request")
        }
        await server.stop()
    }

    @Test func aHundredConnectionsAtOnce() async throws {
        let server = try await TestServer(handler: Self.echo)
        let clients = try await blocking {
            let clients = try (0..<100).map { _ in try server.connect() }
            for round in 0..<5 {
                for (number, client) in clients.enumerated() { try client.get("/\(round)/\(number)") }
                for (number, client) in clients.enumerated() {
                    #expect(try client.answer().body == "GET /\(round)/\(number) ")
                }
            }
            return clients
        }
        #expect(await server.connectionCount() == clients.count)
        await server.stop()
    }

    @Test func thePeerAddressIsKnown() async throws {
        let server = try await TestServer { _, exchange in exchange.respond(Response(exchange.peerAddress)) }
        try await blocking {
            let client = try server.connect()
            try client.get("/")
            #expect(try client.answer().body == "127.0.0.1")
        }
        await server.stop()
    }
}
