import Dispatch
import HTTP
import IO
import IOTestKit
import Testing

/// The bounded queue in front of libcurl.
@Suite struct CurlQueueTests {
    @Test func oneMoreThanFitsIsTurnedAway() async throws {
        let server = try SocketServer.silent()
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
        let server = try SocketServer.silent()
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

/// What is only seen from the loop.
extension CurlQueueTests {
    /// Whoever sends again as soon as it has its answer does so in the very batch in which there is room for those who wait.
    @Test func whoComesAnewStandsBehindThoseWhoWait() async throws {
        let gate = Gate()
        let server = try SocketServer { connection in
            while let request = connection.read() {
                if request.target == "/0" { gate.wait() }
                connection.answer(request.target)
            }
        }
        let client = try await CurlClient.make { $0.maxInFlight = 1 }
        let first = Task { await client.getTwo(server.url + "/0", server.url + "/again") }
        #expect(try await soon { await client.statistics.inFlight == 1 })
        var waiting: [Task<CurlClient.Outcome, Never>] = []
        for index in 1..<4 {
            waiting.append(Task { await client.get(server.url + "/\(index)") })
            #expect(try await soon { await client.statistics.waiting == index })
        }
        gate.open()
        #expect(await first.value.text == "/again")
        for (index, task) in waiting.enumerated() { #expect(await task.value.text == "/\(index + 1)") }
        #expect(server.requests.map(\.target) == ["/0", "/1", "/2", "/3", "/again"])
        await client.stop()
        server.stop()
    }

    /// One that hangs keeps nobody's request in memory who does not wait any more.
    @Test func whoDoesNotWaitAnyMoreIsForgotten() async throws {
        let server = try SocketServer.silent()
        let client = try await CurlClient.make { $0.maxInFlight = 1 }
        let hanging = Task { await client.get(server.url + "/hangs") }
        #expect(try await soon { server.requests.count == 1 })
        for round in 0..<4 {
            let tasks = (0..<100).map { _ in Task { await client.post(server.url, "body") } }
            #expect(try await soon { await client.statistics.waiting == 100 })
            for task in tasks { task.cancel() }
            for task in tasks { #expect(await task.value.failure?.cause == .cancelled) }
            #expect(await client.places <= 64, "round \(round)")
        }
        hanging.cancel()
        _ = await hanging.value
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
