import Glibc
import Testing

@testable import IO

@Suite struct InheritedSocketsTests {
    /// A socket as a supervisor makes it: blocking, and open for children.
    private func socket(_ type: Int32 = Int32(SOCK_STREAM.rawValue), family: Int32 = AF_INET) -> Int32 {
        Glibc.socket(family, type, 0)
    }

    @Test func everyLoopHasACopyOfOneQueue() throws {
        let made = try ListenSocket.open(host: "127.0.0.1", port: 0)[0][0]
        _ = fcntl(made.descriptor, F_SETFL, 0)
        _ = fcntl(made.descriptor, F_SETFD, 0)
        let loops = try InheritedSockets.adopt(made.descriptor..<(made.descriptor + 1), loops: 3)
        defer { for socket in loops.joined() { close(socket.descriptor) } }
        #expect(loops.count == 3)
        #expect(Set(loops.joined().map(\.descriptor)).count == 3)
        for socket in loops.joined() {
            #expect(socket.isShared)
            #expect(socket.address == made.address)
            #expect(fcntl(socket.descriptor, F_GETFL) & O_NONBLOCK != 0)
            #expect(fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    @Test func whatDoesNotListenIsRefused() {
        let idle = socket()
        let datagram = socket(Int32(SOCK_DGRAM.rawValue))
        let local = socket(family: AF_UNIX)
        defer { for descriptor in [idle, datagram, local] { close(descriptor) } }
        for descriptor in [idle, datagram, local, 0, 9999] {
            #expect(throws: SystemError.self) {
                _ = try InheritedSockets.adopt(descriptor..<(descriptor + 1), loops: 2)
            }
        }
    }

    @Test func aPortMayBeJoinedByWhoAsksForIt() throws {
        let first = try ListenSocket.open(host: "127.0.0.1", port: 0, loops: 2)
        let port = first[0][0].address.port
        let second = try ListenSocket.open(host: "127.0.0.1", port: port, loops: 2, joins: true)
        #expect(second.joined().allSatisfy { $0.address.port == port && !$0.isShared })
        for socket in (first + second).joined() { close(socket.descriptor) }
    }
}
