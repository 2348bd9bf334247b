import HTTP
import IO
import IOTestKit
import Testing

/// Requests that are refused before libcurl sees them: nothing may reach the network.
@Suite struct CurlRefusalTests {
    @Test(arguments: [
        "http://example.com/", "http://10.0.0.1/", "http://127.0.0.1@example.com/", "http://user:pass@127.0.0.1/",
        "https://user@127.0.0.1/", "ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1", "", "http://127.1/",
        "http://2130706433/", "http://0x7f000001/", "http://127.0.0.1.example.com/", "http://localhost.example.com/",
        "http://[::2]/", "https://127.0.0.1/#fragment", "https://127.0.0.1/a b", "https://127.0.0.1/\r\nX: y",
        "HTTP://127.0.0.1/", "http://127.0.0.1:0/", "http://127.0.0.1:99999/", "http://127.0.0.1:/",
    ])
    func aURL(url: String) async throws {
        let client = try await CurlClient.make()
        #expect(await client.post(url, "a").outcome == TransportError(.invalidRequest, neverSent: true))
        #expect(await client.statistics == CurlTransport.Statistics())
        await client.stop()
    }

    @Test(arguments: [
        Field("x-a", "1\r\nx-b: 2"), Field("x-a", "1\n"), Field("x-a", "1\r"), Field("x-a", "a\u{0}b"),
        Field("x-a", "\u{1b}"), Field("x-a", "\u{7f}"), Field("", "1"), Field("x a", "1"), Field("x-a:", "1"),
        Field("x\r\n", "1"), Field("ä", "1"), Field("x;", ""), Field("Host", "elsewhere"), Field("content-length", "3"),
        Field("Transfer-Encoding", "chunked"), Field("Connection", "close"), Field("EXPECT", "100-continue"),
        Field("x-a", String(repeating: "a", count: 20_000)),
    ])
    func aField(field: Field) async throws {
        let server = try SocketServer.answering()
        let client = try await CurlClient.make()
        let outcome = await client.get(server.url, fields: [Field("x-fine", "1"), field])
        #expect(outcome.outcome == TransportError(.invalidRequest, neverSent: true))
        #expect(outcome.failure?.detail.contains(field.value) == false || field.value.count < 3)
        #expect(server.connections == 0)
        await client.stop()
        server.stop()
    }

    @Test func tooManyFields() async throws {
        let client = try await CurlClient.make()
        let fields = (0..<65).map { Field("x-\($0)", "1") }
        let outcome = await client.get("http://127.0.0.1:1/", fields: fields)
        #expect(outcome.outcome == TransportError(.invalidRequest, neverSent: true))
        await client.stop()
    }

    @Test func aGetWithABody() async throws {
        let client = try await CurlClient.make()
        let outcome = await client.send(.get, "http://127.0.0.1:1/", fields: [], body: "a", seconds: 5)
        #expect(outcome.outcome == TransportError(.invalidRequest, neverSent: true))
        await client.stop()
    }

    @Test func textOutsideOfASCIIInAValueIsSentAsItIs() async throws {
        let server = try SocketServer.answering { $0.field("x-a") ?? "" }
        let client = try await CurlClient.make()
        #expect(await client.get(server.url, fields: [Field("x-a", "Zürich\t✓")]).text == "Zürich\t✓")
        await client.stop()
        server.stop()
    }
}
