import HTTP
import IO
import IOTestKit
import Testing

/// A create must never be sent twice: libcurl repeats a request on its own when a kept connection ends unanswered.
@Suite struct CurlRepeatTests {
    /// A server that answers the first request of a connection, reads the second one and closes without an answer.
    private func forgetful(isReset: Bool) throws -> SocketServer {
        try SocketServer { connection in
            guard connection.read() != nil else { return }
            connection.answer("first")
            guard connection.read() != nil else { return }
            if isReset { connection.resetOnClose() }
        }
    }

    @Test(arguments: [true, false], ["", "{\"name\":\"party\"}", String(repeating: "x", count: 200_000)])
    func aPostThatGotNoAnswerOnAKeptConnectionIsNotRepeated(isReset: Bool, body: String) async throws {
        let server = try forgetful(isReset: isReset)
        let client = try await CurlClient.make()
        #expect(await client.get(server.url + "/warm").text == "first")
        let outcome = await client.post(server.url + "/create", body)
        #expect(outcome.outcome == TransportError(.connectionLost, neverSent: false))
        #expect(server.requests.filter { $0.method == "POST" }.count == 1)
        #expect(server.requests.count == 2)
        #expect(await client.statistics.repeatsRefused == 1)
        // The transport is as good as before, and the next POST goes out.
        #expect(await client.post(server.url + "/again", body).text == "first")
        await client.stop()
        server.stop()
    }

    /// The other side of it: the repetition is real, and it is let through where it does no harm.
    @Test func aGetIsRepeatedByLibcurl() async throws {
        let server = try forgetful(isReset: false)
        let client = try await CurlClient.make()
        #expect(await client.get(server.url + "/warm").text == "first")
        #expect(await client.get(server.url + "/read").text == "first")
        #expect(server.requests.map(\.target) == ["/warm", "/read", "/read"])
        await client.stop()
        server.stop()
    }

    @Test func aPostOnAFreshConnectionIsNotRepeated() async throws {
        let server = try SocketServer { connection in _ = connection.read() }
        let client = try await CurlClient.make()
        let outcome = await client.post(server.url, "a")
        #expect(outcome.outcome == TransportError(.connectionLost, neverSent: false))
        #expect(server.requests.count == 1)
        #expect(await client.statistics.repeatsRefused == 0)
        await client.stop()
        server.stop()
    }

    /// No second round for an expectation that failed or a challenge either.
    @Test(arguments: [
        "417 Expectation Failed", "401 Unauthorized", "407 Proxy Authentication Required", "425 Too Early",
    ])
    func anAnswerThatAsksForMoreIsOnlyReported(status: String) async throws {
        let server = try SocketServer { connection in
            while connection.read() != nil {
                connection.answer("", status: status, fields: "WWW-Authenticate: Basic realm=\"x\"\r\n")
            }
        }
        let client = try await CurlClient.make()
        #expect(try await client.post(server.url, "a").get().status == Int(status.prefix(3)))
        #expect(server.requests.count == 1)
        await client.stop()
        server.stop()
    }
}
