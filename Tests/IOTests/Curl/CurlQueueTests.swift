import Dispatch
import HTTP
import IO
import Testing

/// The bounded queue in front of libcurl.
@Suite struct CurlQueueTests {
    @Test func oneMoreThanFitsIsTurnedAway() async throws {
        let server = try SocketServer { connection in
            if connection.read() != nil { connection.waitForClose() }
        }
        let client = try await CurlClient.make {
            $0.maxInFlight = 1
            $0.maxQueued = 2
        }
        var tasks: [Task<CurlClient.Outcome, Never>] = []
        for _ in 0..<3 { tasks.append(Task { await client.post(server.url, "a") }) }
        #expect(try await soon { await client.statistics.waiting == 2 })
        #expect(await client.post(server.url, "one more").outcome == TransportError(.overloaded, neverSent: true))
        #expect(await client.statistics.queueRefusals == 1)
        await client.shutdown()
        for task in tasks { #expect(await task.value.failure?.cause == .shuttingDown) }
        await client.stop()
        server.stop()
    }

    @Test func theDeadlinePassesWhileItWaits() async throws {
        let server = try SocketServer { connection in
            if connection.read() != nil { connection.waitForClose() }
        }
        let client = try await CurlClient.make { $0.maxInFlight = 1 }
        let first = Task { await client.get(server.url + "/first") }
        #expect(try await soon { server.requests.count == 1 })
        let outcome = await client.post(server.url + "/second", "a", seconds: 0.1)
        #expect(outcome.outcome == TransportError(.timeout, neverSent: true))
        #expect(server.requests.map(\.target) == ["/first"])
        #expect(await client.statistics.waiting == 0)
        first.cancel()
        #expect(await first.value.failure?.cause == .cancelled)
        await client.stop()
        server.stop()
    }

    @Test func theOrderIsKeptAndACancelledOneIsPassedOver() async throws {
        let gate = Gate()
        let server = try SocketServer { connection in
            while let request = connection.read() {
                if request.target == "/0" { gate.wait() }
                connection.answer(request.target)
            }
        }
        let client = try await CurlClient.make { $0.maxInFlight = 1 }
        var tasks: [Task<CurlClient.Outcome, Never>] = []
        for index in 0..<5 {
            tasks.append(Task { await client.get(server.url + "/\(index)") })
            #expect(
                try await soon {
                    let statistics = await client.statistics
                    return statistics.inFlight + statistics.waiting == index + 1
                })
        }
        tasks[2].cancel()
        #expect(await tasks[2].value.outcome == TransportError(.cancelled, neverSent: true))
        gate.open()
        for index in [0, 1, 3, 4] { #expect(await tasks[index].value.text == "/\(index)") }
        #expect(server.requests.map(\.target) == ["/0", "/1", "/3", "/4"])
        await client.stop()
        server.stop()
    }
}

/// Holds a server's thread until it is opened.
private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    func wait() { semaphore.wait() }
    func open() { semaphore.signal() }
}
