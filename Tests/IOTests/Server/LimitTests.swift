import Core
import Glibc
import HTTP
import Synchronization
import Testing

@testable import IO

/// Time limits, size limits, and the number of connections.
@Suite struct LimitTests {
    static let ok: TestServer.Handler = { _, exchange in exchange.respond(Response("ok")) }

    @Test func aHeadThatDoesNotEndIsTimedOutHoweverItDrips() async throws {
        let server = try await TestServer(ServerLimits(headerTimeout: 0.2), handler: Self.ok)
        try await blocking {
            let silent = try server.connect()
            try silent.send("GET / HTTP/1.1\r\nHost: h")
            let answer = try silent.answer()
            #expect(answer.status == 408)
            #expect(answer.body == "head_timeout")
            #expect(answer.fields["connection"] == "close")
            #expect(try silent.isAtEnd())

            let dripping = try server.connect()
            try dripping.send("GET / HTTP/1.1\r\n")
            // The limit is on the whole head, not on the time between two of its lines.
            for _ in 0..<200 where server.refusals.all.count < 2 {
                try dripping.send("X: y\r\n")
                usleep(20_000)
            }
        }
        #expect(server.refusals.all.map(\.error) == [.headTimeout, .headTimeout])
        #expect(server.refusals.all.first?.line == "GET / HTTP/1.1")
        await server.stop()
    }

    @Test func aBodyThatDoesNotComeIsTimedOut() async throws {
        let server = try await TestServer(ServerLimits(bodyTimeout: 0.1), handler: Self.ok)
        try await blocking {
            for framing in ["Content-Length: 5", "Transfer-Encoding: chunked"] {
                let client = try server.connect()
                try client.send("POST / HTTP/1.1\r\nHost: h\r\n\(framing)\r\n\r\n")
                #expect(try client.answer().body == "body_timeout")
                #expect(try client.isAtEnd())
            }
        }
        await server.stop()
    }

    @Test func anIdleConnectionIsClosedSilently() async throws {
        let server = try await TestServer(ServerLimits(idleTimeout: 0.15), handler: Self.ok)
        try await blocking {
            let fresh = try server.connect()
            #expect(try fresh.isAtEnd())
            let used = try server.connect()
            // Each request begins the time anew.
            for _ in 0..<4 {
                try used.get("/")
                #expect(try used.answer().body == "ok")
                usleep(60_000)
            }
            #expect(try used.isAtEnd())
        }
        #expect(server.refusals.all.isEmpty)
        await server.stop()
    }

    @Test func aPeerThatTakesNothingIsResetAfterTheWriteTimeout() async throws {
        let server = try await TestServer(ServerLimits(writeTimeout: 0.2)) { _, exchange in
            exchange.respond(Response(status: 200, body: [UInt8](repeating: 0x61, count: 20 << 20)))
        }
        try await blocking {
            let client = try server.connect(smallReceiveBuffer)
            try client.get("/")
            try eventually { server.counter.count == 1 }
            try eventually { server.counter.count == 0 }
        }
        await server.stop()
    }

    @Test(arguments: [
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n", 413, "body_too_large"),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", 413, "body_too_large"),
        ("GET /\(String(repeating: "a", count: 200)) HTTP/1.1\r\n", 414, "request_line_too_long"),
        ("GET / HTTP/1.1\r\nA: \(String(repeating: "a", count: 600))\r\n", 431, "fields_too_large"),
        ("GET / HTTP/1.1\r\n\(String(repeating: "A: b\r\n", count: 11))", 431, "too_many_fields"),
        ("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, "unsupported_transfer_coding"),
        ("GET / HTTP/3.0\r\n", 505, "unsupported_version"), ("\u{16}\u{3}\u{1}\n", 400, "bare_line_feed"),
        ("GET / HTTP/1.1\nHost: h\n\n", 400, "bare_line_feed"),
    ]) func whatIsTooMuchOrWrongIsRefusedAndTheConnectionClosed(
        _ request: String, _ status: Int, _ label: String
    ) async throws {
        let limits = ServerLimits(maxBodyBytes: 1000, maxHeadBytes: 500, maxRequestLine: 100, maxFields: 10)
        let server = try await TestServer(limits, handler: Self.ok)
        try await blocking {
            let client = try server.connect()
            // What comes after it must neither be served nor turn the answer into a reset.
            try client.send(request + String(repeating: "GET / HTTP/1.1\r\nHost: h\r\n\r\n", count: 2000))
            let answer = try client.answer()
            #expect(answer.status == status)
            #expect(answer.body == label)
            #expect(answer.fields["connection"] == "close")
            #expect(try client.isAtEnd())
        }
        await server.stop()
    }

    @Test func whoComesBeyondTheConnectionLimitIsToldSo() async throws {
        let server = try await TestServer(ServerLimits(maxConnections: 2), handler: Self.ok)
        try await blocking {
            var served = try (0..<2).map { _ in try server.connect() }
            for client in served {
                try client.get("/")
                #expect(try client.answer().status == 200)
            }
            for _ in 0..<3 {
                let client = try server.connect()
                try client.get("/")
                let answer = try client.answer()
                #expect(answer.status == 503)
                #expect(answer.fields["retry-after"] == "1")
                #expect(try client.isAtEnd())
            }
            served.removeLast()
            try eventually { server.counter.count == 1 }
            let next = try server.connect()
            try next.get("/")
            #expect(try next.answer().status == 200)
        }
        await server.stop()
    }

    @Test func withoutDescriptorsTheListenerRestsAndThenGoesOn() async throws {
        let calls = Counter()
        let refuseUntil = 3
        let server = try await TestServer(
            prepare: { server in
                let accept = server.acceptCall
                server.acceptCall = { descriptor, address, length in
                    calls.add()
                    if calls.value <= refuseUntil {
                        errno = EMFILE
                        return -1
                    }
                    return accept(descriptor, address, length)
                }
            }, handler: Self.ok)
        try await blocking {
            let start = Reactor.readClock()
            let client = try server.connect()
            try client.get("/")
            #expect(try client.answer().body == "ok")
            // One try for each rest: it must not have spun meanwhile.
            #expect(Reactor.readClock().seconds(since: start) >= 0.3)
            #expect(calls.value <= refuseUntil + 2)
        }
        await server.stop()
    }
}

/// Makes the kernel take little on behalf of a client that does not read.
func smallReceiveBuffer(_ descriptor: Int32) {
    var size: Int32 = 4096
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
}
