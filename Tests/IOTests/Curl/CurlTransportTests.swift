import HTTP
import IO
import IOTestKit
import Testing

@Suite struct CurlTransportTests {
    @Test func aGetBringsStatusBodyAndTheFieldsThatAreRead() async throws {
        let server = try SocketServer { connection in
            while connection.read() != nil {
                connection.answer(
                    "{\"id\":1}", status: "429 Too Many Requests",
                    fields: "Content-Type: application/json\r\nRETRY-AFTER: 7\r\nX-Other: no\r\netag: \"a\"\r\n")
            }
        }
        let client = try await CurlClient.make()
        let response = try await client.get(server.url + "/v1/x?after=1&b=%2F", fields: [Field("x-luma-api-key", "k")])
            .get()
        #expect(response.status == 429)
        #expect(response.body == Array("{\"id\":1}".utf8))
        #expect(response.fields == [Field("retry-after", "7"), Field("etag", "\"a\"")])
        let request = try #require(server.requests.first)
        #expect(request.method == "GET")
        #expect(request.target == "/v1/x?after=1&b=%2f" || request.target == "/v1/x?after=1&b=%2F")
        #expect(request.field("x-luma-api-key") == "k")
        #expect(request.field("host") == "127.0.0.1:\(server.port)")
        #expect(request.field("user-agent") == "luma-mcp")
        #expect(request.field("accept-encoding") == nil)
        await client.stop()
        server.stop()
    }

    @Test(arguments: [0, 1, 298, 100_000, 3_000_000])
    func aPostSendsItsBodyWhole(size: Int) async throws {
        let server = try SocketServer.answering { "\($0.body.count) \($0.body.allSatisfy { $0 == 0x78 })" }
        let client = try await CurlClient.make()
        let body = String(repeating: "x", count: size)
        let outcome = await client.post(server.url + "/v1/e", body, fields: [Field("Content-Type", "application/json")])
        #expect(outcome.text == "\(size) true")
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.field("content-length") == "\(size)")
        #expect(request.field("content-type") == "application/json")
        #expect(request.field("expect") == nil)
        await client.stop()
        server.stop()
    }

    @Test func aBodyWithoutATypeIsNotCalledAForm() async throws {
        let server = try SocketServer.answering()
        let client = try await CurlClient.make()
        #expect(await client.post(server.url + "/a", "1", fields: [Field("x-empty", "")]).text == "/a")
        let request = try #require(server.requests.first)
        #expect(request.field("content-type") == nil)
        #expect(request.field("x-empty") == "")
        await client.stop()
        server.stop()
    }

    @Test func nothingOfARequestIsLeftInTheNextOne() async throws {
        let server = try SocketServer.answering { "\($0.method) \($0.target) \($0.body.count)" }
        let client = try await CurlClient.make { $0.maxInFlight = 1 }
        #expect(await client.post(server.url + "/p?q=1", "body", fields: [Field("x-a", "1")]).text == "POST /p?q=1 4")
        #expect(await client.get(server.url + "/g").text == "GET /g 0")
        #expect(await client.get(server.url).text == "GET / 0")
        #expect(server.requests[1].field("x-a") == nil)
        #expect(server.requests[1].field("content-length") == nil)
        await client.stop()
        server.stop()
    }

    @Test func keptConnectionsAreUsedAgain() async throws {
        let server = try SocketServer.answering()
        let client = try await CurlClient.make()
        for index in 0..<20 { #expect(await client.get(server.url + "/\(index)").text == "/\(index)") }
        for index in 0..<20 { #expect(await client.post(server.url + "/\(index)", "b").text == "/\(index)") }
        #expect(server.connections == 1)
        let statistics = await client.statistics
        #expect(statistics.transfers == 40)
        #expect(statistics.connectionsOpened == 1)
        #expect(statistics.failures == 0)
        #expect(statistics.inFlight == 0)
        await client.stop()
        #expect(try await soon { server.closed == 1 })
        server.stop()
    }

    @Test func manyAtATimeGetTheirOwnAnswers() async throws {
        let server = try SocketServer.answering()
        let client = try await CurlClient.make { $0.maxInFlight = 16 }
        for _ in 0..<3 {
            let right = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<50 { group.addTask { await client.get(server.url + "/\(index)").text == "/\(index)" } }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(right == 50)
        }
        #expect(server.connections <= 16)
        let statistics = await client.statistics
        #expect(statistics.transfers == 150)
        #expect(statistics.waiting == 0)
        await client.stop()
        server.stop()
    }

    @Test func aConnectionThatTheServerClosedWhileIdleIsReplaced() async throws {
        let server = try SocketServer { connection in
            if connection.read() != nil { connection.answer("\(connection.number)") }
        }
        let client = try await CurlClient.make()
        #expect(await client.post(server.url, "a").text == "1")
        #expect(try await soon { server.closed == 1 })
        #expect(await client.post(server.url, "b").text == "2")
        #expect(server.requests.count == 2)
        await client.stop()
        server.stop()
    }

    @Test func aRedirectIsAnAnswer() async throws {
        let server = try SocketServer { connection in
            while connection.read() != nil {
                connection.answer("", status: "302 Found", fields: "Location: http://127.0.0.1:1/elsewhere\r\n")
            }
        }
        let client = try await CurlClient.make()
        #expect(try await client.get(server.url, fields: [Field("x-luma-api-key", "k")]).get().status == 302)
        #expect(server.requests.count == 1)
        await client.stop()
        server.stop()
    }

    @Test func anInterimAnswerIsNotTheAnswer() async throws {
        let server = try SocketServer { connection in
            while connection.read() != nil {
                connection.write("HTTP/1.1 103 Early Hints\r\nETag: early\r\n\r\n")
                connection.answer("final", fields: "ETag: late\r\n")
            }
        }
        let client = try await CurlClient.make()
        let response = try await client.get(server.url).get()
        #expect(response.status == 200)
        #expect(response["etag"] == "late")
        await client.stop()
        server.stop()
    }

    @Test func trailersAreNotFields() async throws {
        let server = try SocketServer { connection in
            while connection.read() != nil {
                connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: ETag\r\n\r\n")
                connection.write("3\r\nabc\r\n0\r\nETag: trailing\r\n\r\n")
            }
        }
        let client = try await CurlClient.make()
        for _ in 0..<2 {
            let response = try await client.get(server.url).get()
            #expect(response.body == Array("abc".utf8))
            #expect(response["etag"] == nil)
        }
        #expect(server.connections == 1)
        await client.stop()
        server.stop()
    }

    @Test func localhostIsFoundByName() async throws {
        let server = try SocketServer.answering()
        let client = try await CurlClient.make()
        #expect(await client.get("http://localhost:\(server.port)/n").text == "/n")
        await client.stop()
        server.stop()
    }
}
