import Core
import Glibc
import HTTP
import Testing

@testable import IO

/// Two generations of servers on one port, as two processes have it.
@Suite struct ListenerGroupTests {
    /// Loops that listen together, and say their name.
    private struct Generation {
        let loops: [Loop]
        let servers: [LoopBound<HTTPServer>]
        let port: Int

        init(_ name: String, port: Int, loops count: Int) async throws {
            let sockets = try ListenSocket.open(host: "127.0.0.1", port: port, loops: count, joins: port != 0)
            var loops: [Loop] = []
            var servers: [LoopBound<HTTPServer>] = []
            for own in sockets {
                let loop = try Loop(label: name)
                loop.start()
                servers.append(
                    try await loop.perform { loop in
                        let server = HTTPServer(
                            reactor: loop.reactor, sockets: own, limits: ServerLimits(), counter: ConnectionCounter(),
                            handler: Namesake(name))
                        try server.start()
                        return LoopBound(server, on: loop.executor)
                    })
                loops.append(loop)
            }
            (self.loops, self.servers) = (loops, servers)
            self.port = sockets[0][0].address.port
        }

        func end() async {
            await withTaskGroup(of: Void.self) { group in
                for (loop, server) in zip(loops, servers) { group.addTask { await loop.end(server) } }
            }
            for loop in loops { await loop.stop() }
        }
    }

    private final class Namesake: RequestHandler {
        let name: String
        init(_ name: String) { self.name = name }
        func handle(_ request: RequestView, _ exchange: Exchange) { exchange.respond(Response(name)) }
        func refusal(_ error: ProtocolError, requestLine: String?) -> Response { Response(status: error.status) }
    }

    /// While the old one drains and after it, everyone is answered, and nobody waits for a second attempt.
    @Test(.timeLimit(.minutes(1)), arguments: [(1, 1), (2, 1), (1, 3), (2, 2)])
    func whoComesWhileTheOldOneEndsIsServedByTheNewOneWithoutDelay(old: Int, new: Int) async throws {
        let first = try await Generation("old", port: 0, loops: old)
        let second = try await Generation("new", port: first.port, loops: new)
        let port = first.port
        async let ended: Void = first.end()
        let retransmitted = try await blocking {
            var retransmitted = 0
            let start = Reactor.readClock()
            while Reactor.readClock().seconds(since: start) < 0.4 {
                let client = try Client(port: port)
                try client.get("/", "Connection: close\r\n")
                _ = try client.answer()
                retransmitted += client.retransmissions
            }
            return retransmitted
        }
        await ended
        // A handshake that was dropped is begun again after a second.
        #expect(retransmitted == 0)
        try await blocking {
            for _ in 0..<20 {
                let client = try Client(port: port)
                try client.get("/", "Connection: close\r\n")
                #expect(try client.answer().body == "new")
            }
        }
        await second.end()
    }

    /// Steered away from the first moment, not only when the old one is gone.
    @Test func newHandshakesGoToWhoHasJoined() async throws {
        let first = try ListenSocket.open(host: "127.0.0.1", port: 0, loops: 2)
        let port = first[0][0].address.port
        let second = try ListenSocket.open(host: "127.0.0.1", port: port, loops: 2, joins: true)
        let group = try #require(first[0][0].group)
        #expect(group === first[1][0].group)
        #expect(group.steerAway(first[0][0].descriptor))
        var clients: [Client] = []
        for _ in 0..<64 { clients.append(try Client(port: port)) }
        func accepted(_ sockets: [[BoundSocket]]) -> Int {
            var count = 0
            for socket in sockets.joined() {
                while true {
                    let taken = accept(socket.descriptor, nil, nil)
                    if taken < 0 { break }
                    close(taken)
                    count += 1
                }
            }
            return count
        }
        #expect(accepted(first) == 0)
        #expect(accepted(second) == 64)
        ListenerGroup.stopSteering(first[0][0].descriptor)
        #expect(group.letGo(first[0][0].descriptor).isEmpty)
        #expect(group.letGo(first[1][0].descriptor).count == 2)
        for socket in (first + second).joined() { close(socket.descriptor) }
    }
}

extension Loop {
    fileprivate func end(_ server: LoopBound<HTTPServer>) async {
        await server.value.drain(deadline: LoopClock(reactor).now.advanced(seconds: 5))
    }
}
