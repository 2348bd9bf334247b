import Dispatch
import HTTP
import IOTestKit
import Synchronization
import Testing

@testable import IO

/// Names that lead to where nothing is fetched from.
extension FileFetchTests {
    /// A name is nothing to go by: it leads where its owner wants, another way each time.
    @Test(
        arguments: [
            ("files.example", ["127.0.0.1"], [], .network), ("files.example", ["10.255.255.1"], [], .network),
            ("files.example", ["169.254.169.254"], [], .network), ("files.example", ["0.0.0.0"], [], .network),
            ("files.example", ["100.64.0.1"], [], .network), ("files.example", ["224.0.0.1"], [], .network),
            ("files.example", ["fd00::1"], [], .network), ("files.example", [], [], .unknownHost),
            // A host in a private network is not this machine.
            ("nas.example", ["127.0.0.1"], ["nas.example"], .network),
            ("nas.example", ["169.254.169.254"], ["nas.example"], .network),
            // One address that is not allowed is one too many, wherever it stands.
            ("localhost", ["10.255.255.1", "127.0.0.1"], ["localhost"], .network),
            ("localhost", ["127.0.0.1", "10.255.255.1"], ["localhost"], .network),
            ("localhost", ["127.0.0.1", "169.254.169.254"], ["localhost"], .network),
            ("localhost", ["127.0.0.1", "::ffff:10.0.0.1"], ["localhost"], .network),
            ("localhost", ["127.0.0.1"], ["localhost"], nil), ("localhost", ["::1", "127.0.0.1"], ["localhost"], nil),
        ] as [(String, [String], [String], FetchFailure.Reason?)])
    func namesAreJudgedByTheirAddresses(
        name: String, addresses: [String], privateHosts: [String], reason: FetchFailure.Reason?
    ) async throws {
        let server = try SocketServer.answering()
        let port = server.port
        let rule = try Self.rule(port, private: privateHosts)
        try await FetchClient.with(names: [name: addresses]) { client in
            #expect(await client.reason("http://\(name):\(port)/", rule) == reason)
        }
        #expect(server.connections == (reason == nil ? 1 : 0))
        server.stop()
    }

    /// Whoever answers another address the next time is looked at again.
    @Test func eachRequestLooksItsNameUp() async throws {
        let server = try Self.serving([], "Location: /next\r\n", status: "302 Found")
        let asked = Mutex(0)
        let resolver: NameLookup.Resolver = { _ in
            let count = asked.withLock { asked in
                asked += 1
                return asked
            }
            return HostAddress.all(of: count == 1 ? "127.0.0.1" : "10.255.255.1")
        }
        try await FetchClient.with(resolver: resolver) { client in
            let rule = try Self.rule(server.port, private: ["localhost"])
            #expect(await client.reason("http://localhost:\(server.port)/", rule) == .network)
        }
        #expect(asked.withLock { $0 } == 2 && server.connections == 1)
        server.stop()
    }

    /// libcurl looks up nothing by itself: between two answers is room for another one.
    @Test func onlyWhatWasLookedAtIsConnectedTo() async throws {
        let server = try SocketServer.answering()
        try await FetchClient.with(names: ["localhost": ["127.9.9.9"]]) { client in
            let rule = try Self.rule(server.port, private: ["localhost"])
            #expect(await client.reason("http://localhost:\(server.port)/", rule) == .unreachable)
        }
        #expect(server.connections == 0)
        server.stop()
    }

    /// A resolver that hangs holds nobody for longer than his time, and not the end.
    @Test func aLookUpThatHangsIsNotWaitedFor() async throws {
        let lock = DispatchSemaphore(value: 0)
        let asked = Atomic(0)
        let resolver: NameLookup.Resolver = { _ in
            asked.wrappingAdd(1, ordering: .relaxed)
            lock.wait()
            return []
        }
        try await FetchClient.with(resolver: resolver) { client in
            let url = "http://files.example/"
            #expect(await client.reason(url, try Self.rule(80) { $0.seconds = 0.1 }) == .overdue(0.1))
            let rule = try Self.rule(80)
            let cancelled = Task { await client.reason(url, rule) }
            #expect(try await soon { asked.load(ordering: .relaxed) == 2 })
            cancelled.cancel()
            #expect(await cancelled.value == .cancelled)
            let ended = Task { await client.reason(url, rule) }
            #expect(try await soon { asked.load(ordering: .relaxed) == 3 })
            await client.end()
            #expect(await ended.value == .cancelled)
            // Nobody hears what comes now.
            for _ in 0..<3 { lock.signal() }
        }
    }

    @Test func whatIsRefusedLooksTheSameWhateverIsThere() async throws {
        let server = try SocketServer.silent()
        var told: [FetchFailure] = []
        for port in [server.port, try unusedPort()] {
            try await FetchClient.with(names: ["files.example": ["127.0.0.1"]]) { client in
                if case .failure(let failure) = await client.fetch("http://files.example:\(port)/", try Self.rule(port))
                {
                    told.append(failure)
                }
            }
        }
        #expect(told.count == 2 && told.first == told.last && told.first?.reason == .network)
        server.stop()
    }
}
