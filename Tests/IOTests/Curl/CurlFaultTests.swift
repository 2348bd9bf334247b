import Core
import Glibc
import HTTP
import IO
import IOTestKit
import Testing

/// What the caller learns when the upstream, the network or the caller itself breaks off.
@Suite struct CurlFaultTests {
    @Test func nobodyListens() async throws {
        let client = try await CurlClient.make()
        let outcome = await client.post("http://127.0.0.1:\(try unusedPort())/", "a")
        #expect(outcome.outcome == TransportError(.connectionRefused, neverSent: true))
        await client.stop()
    }

    @Test func aBodyThatPausesIsGivenUp() async throws {
        let server = try SocketServer { connection in
            while connection.read() != nil {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab")
                connection.waitForClose()
            }
        }
        let client = try await CurlClient.make()
        let paused = TransportError(.timeout, neverSent: false)
        #expect(await client.get(server.url + "/", idle: 0.2).outcome == paused)
        await client.stop()
        server.stop()
    }

    /// A pause is between two pieces: a service may take its time before it answers.
    @Test func whatComesLateAndWholeHasNotPaused() async throws {
        let server = try SocketServer { connection in
            while connection.read() != nil {
                usleep(400_000)
                connection.answer("late")
            }
        }
        let client = try await CurlClient.make()
        #expect(await client.get(server.url + "/", idle: 0.1).text == "late")
        #expect(await client.get(server.url + "/", idle: 0.1).text == "late")
        await client.stop()
        server.stop()
    }

    /// What a failed transfer leaves in its handle must not be in the next one's way.
    @Test func afterAFailureOfEachKindTheNextCallSucceeds() async throws {
        let server = try SocketServer { connection in
            while connection.read() != nil { connection.answer("{}") }
        }
        let client = try await CurlClient.make { $0.connectTimeoutMilliseconds = 3000 }
        for failing in ["https://upstream.invalid/", "http://127.0.0.1:\(try unusedPort())/", server.url + "/ok"] {
            _ = await client.post(failing, "a", seconds: 10)
            #expect(await client.post(server.url + "/ok", "a").failure == nil, "after \(failing)")
        }
        await client.stop()
    }

    @Test func aNameThatDoesNotExist() async throws {
        let client = try await CurlClient.make { $0.connectTimeoutMilliseconds = 3000 }
        let outcome = await client.post("https://upstream.invalid/", "a", seconds: 10)
        // Without a name server the look-up itself may take longer than the connect timeout.
        #expect(
            [TransportError.Cause.nameNotResolved, .connectTimeout].contains(try #require(outcome.failure).cause))
        #expect(outcome.failure?.neverSent == true)
        await client.stop()
    }

    @Test func aConnectThatIsNotAnswered() async throws {
        // A listener whose queue is full drops what asks to connect.
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var callers: [Int32] = []
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                #expect(bind(listener, pointer, length) == 0 && listen(listener, 0) == 0)
                #expect(getsockname(listener, pointer, &length) == 0)
                for _ in 0..<4 {
                    let caller = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
                    connect(caller, pointer, length)
                    callers.append(caller)
                }
            }
        }
        let client = try await CurlClient.make { $0.connectTimeoutMilliseconds = 300 }
        let outcome = await client.post("http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/", "a")
        #expect(outcome.outcome == TransportError(.connectTimeout, neverSent: true))
        await client.stop()
        for fd in callers + [listener] { close(fd) }
    }

    @Test(arguments: [true, false])
    func anAnswerThatIsTooLarge(isAnnounced: Bool) async throws {
        let server = try SocketServer { connection in
            guard connection.read() != nil else { return }
            if isAnnounced {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n")
            } else {
                connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            }
            let part = String(repeating: "x", count: 0x1000)
            while connection.write(isAnnounced ? part : "1000\r\n\(part)\r\n") {}
        }
        let client = try await CurlClient.make { $0.maxResponseBytes = 100_000 }
        let outcome = await client.get(server.url)
        #expect(outcome.outcome == TransportError(.responseTooLarge, neverSent: false))
        #expect(try await soon { server.closed == 1 })
        await client.stop()
        server.stop()
    }

    @Test func aHeadWithoutEnd() async throws {
        let server = try SocketServer { connection in
            guard connection.read() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\n")
            while connection.write("X-More: \(String(repeating: "x", count: 1000))\r\n") {}
        }
        let client = try await CurlClient.make()
        let outcome = await client.get(server.url)
        #expect(outcome.outcome == TransportError(.responseTooLarge, neverSent: false))
        #expect(try await soon { server.closed == 1 })
        await client.stop()
        server.stop()
    }

    @Test func anAnswerOfExactlyTheLimit() async throws {
        let server = try SocketServer.answering { _ in String(repeating: "x", count: 100_000) }
        let client = try await CurlClient.make { $0.maxResponseBytes = 100_000 }
        #expect(await client.get(server.url).text?.utf8.count == 100_000)
        await client.stop()
        server.stop()
    }

    /// What the server writes before it closes, and how it closes.
    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", false, TransportError.Cause.connectionLost),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", true, .connectionLost),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal", false, .connectionLost),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", false, .connectionLost),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", false, .connectionLost),
        ("HTTP/1.1 200 OK\r\nContent-", false, .connectionLost),
        ("HTTP/1.1 200 OK\r\nETag: a\r\n", false, .connectionLost),
        ("HTTP/1.1 200 OK\r\n", true, .connectionLost),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", false, .connectionLost),
        ("HTTP/1.1 100 Continue\r\n\r\n", false, .connectionLost),
        ("HTTP/1.1 2", false, .connectionLost),
        ("", false, .connectionLost),
        ("", true, .connectionLost),
        ("SSH-2.0-hello\r\n", false, .malformedResponse),
    ])
    func anAnswerThatBreaksOff(bytes: String, isReset: Bool, cause: TransportError.Cause) async throws {
        let server = try SocketServer { connection in
            guard connection.read() != nil else { return }
            connection.write(bytes)
            if isReset { connection.resetOnClose() }
        }
        let client = try await CurlClient.make()
        let outcome = await client.post(server.url, "a")
        #expect(outcome.outcome == TransportError(cause, neverSent: false), "\(bytes.debugDescription)")
        #expect(server.requests.count == 1)
        #expect(await client.statistics.inFlight == 0)
        await client.stop()
        server.stop()
    }

    @Test func aSlowAnswerMeetsTheDeadline() async throws {
        let server = try SocketServer { connection in
            guard connection.read() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx")
            connection.waitForClose()
        }
        let client = try await CurlClient.make()
        let outcome = await client.get(server.url, seconds: 0.2)
        #expect(outcome.outcome == TransportError(.timeout, neverSent: false))
        #expect(try await soon { server.closed == 1 })
        await client.stop()
        server.stop()
    }

    @Test func aDeadlineThatHasPassed() async throws {
        let server = try SocketServer.answering()
        let client = try await CurlClient.make()
        let outcome = await client.post(server.url, "a", seconds: -1)
        #expect(outcome.outcome == TransportError(.timeout, neverSent: true))
        #expect(server.connections == 0)
        await client.stop()
        server.stop()
    }

    @Test func aCancelledTransferClosesItsConnection() async throws {
        let server = try SocketServer.silent()
        let client = try await CurlClient.make()
        let task = Task { await client.post(server.url, "a") }
        #expect(try await soon { server.requests.count == 1 })
        task.cancel()
        #expect(await task.value.outcome == TransportError(.cancelled, neverSent: false))
        #expect(try await soon { server.closed == 1 })
        #expect(await client.statistics.inFlight == 0)
        await client.stop()
        server.stop()
    }

    @Test func aTaskThatWasCancelledBeforeSendsNothing() async throws {
        let server = try SocketServer.answering()
        let client = try await CurlClient.make()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await client.post(server.url, "a")
        }
        task.cancel()
        #expect(await task.value.outcome == TransportError(.cancelled, neverSent: true))
        #expect(server.connections == 0)
        await client.stop()
        server.stop()
    }

    @Test func cancellationsInTheMidstOfTrafficLoseNothing() async throws {
        let server = try SocketServer.answering()
        let client = try await CurlClient.make { $0.maxInFlight = 8 }
        let right = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let task = Task { await client.get(server.url + "/\(index)") }
                    if index % 3 == 0 { task.cancel() }
                    let outcome = await task.value
                    return outcome.text == "/\(index)" || index % 3 == 0 && outcome.failure?.cause == .cancelled
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(right == 200)
        let statistics = await client.statistics
        #expect(statistics.inFlight == 0)
        #expect(statistics.waiting == 0)
        await client.stop()
        server.stop()
    }

    @Test func shutdownEndsWhatRunsAndWhatWaits() async throws {
        let server = try SocketServer.silent()
        let client = try await CurlClient.make { $0.maxInFlight = 1 }
        let running = Task { await client.post(server.url, "a") }
        #expect(try await soon { server.requests.count == 1 })
        let waiting = Task { await client.post(server.url, "b") }
        #expect(try await soon { await client.statistics.waiting == 1 })
        await client.shutdown()
        #expect(await running.value.outcome == TransportError(.shuttingDown, neverSent: false))
        #expect(await waiting.value.outcome == TransportError(.shuttingDown, neverSent: true))
        #expect(await client.post(server.url, "c").outcome == TransportError(.shuttingDown, neverSent: true))
        #expect(try await soon { server.closed == 1 })
        await client.stop()
        server.stop()
    }
}
