import Glibc
import IO
import Testing

@Suite struct ListenSocketTests {
    private func closeAll(_ sockets: [[BoundSocket]]) { for socket in sockets.joined() { close(socket.descriptor) } }

    @Test func everyLoopHasASocketOfItsOwnOnTheSamePort() throws {
        let sockets = try ListenSocket.open(host: "localhost", port: 0, loops: 3)
        defer { closeAll(sockets) }
        #expect(sockets.count == 3)
        #expect(Set(sockets.joined().map(\.address.port)).count == 1)
        #expect(sockets[0].first?.address.description == "127.0.0.1:\(sockets[0][0].address.port)")
        for loop in sockets { #expect(loop.map(\.address) == sockets[0].map(\.address)) }
        if sockets[0].count == 2 { #expect(sockets[0][1].address.description.hasPrefix("[::1]:")) }
    }

    @Test func aPortInUseIsSeenAlsoWhenItsOwnerWouldShareIt() throws {
        let sockets = try ListenSocket.open(host: "127.0.0.1", port: 0)
        defer { closeAll(sockets) }
        let port = sockets[0][0].address.port
        #expect(throws: SystemError("bind", code: EADDRINUSE)) {
            _ = try ListenSocket.open(host: "127.0.0.1", port: port)
        }
    }

    @Test func aPortInUseIsSeenWhenItsOwnerDoesNotShareIt() throws {
        let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(other) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                #expect(bind(other, $0, length) == 0)
                #expect(listen(other, 1) == 0)
                #expect(getsockname(other, $0, &length) == 0)
            }
        }
        #expect(throws: SystemError("bind", code: EADDRINUSE)) {
            _ = try ListenSocket.open(host: "127.0.0.1", port: Int(in_port_t(bigEndian: address.sin_port)))
        }
    }

    @Test func aPortIsFreeAgainAtOnce() throws {
        let first = try ListenSocket.open(host: "127.0.0.1", port: 0, loops: 2)
        let port = first[0][0].address.port
        closeAll(first)
        let second = try ListenSocket.open(host: "127.0.0.1", port: port, loops: 2)
        #expect(second.joined().allSatisfy { $0.address.port == port })
        closeAll(second)
    }

    @Test func whatIsNoAddressIsRefused() {
        #expect(throws: SystemError.self) { _ = try ListenSocket.open(host: "192.0.2.1", port: 0) }
        #expect(throws: SystemError.self) { _ = try ListenSocket.open(host: "no such host", port: 0) }
        #expect(throws: SystemError("bind", code: EINVAL)) { _ = try ListenSocket.open(host: "::1", port: 65536) }
    }
}
