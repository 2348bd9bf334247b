import CLinux
package import Core
import Glibc
import Synchronization

/// Opens the listening sockets, with a failure that says what to do.
package enum Listening {
    /// Sockets of one's own: for each loop one per address.
    /// - Parameter joins: other processes may listen at the same port (`SO_REUSEPORT`).
    package static func open(
        host: HostName, port: UInt16, loops: Int, joins: Bool = false
    ) throws(StartFailure) -> [[BoundSocket]] {
        do throws(SystemError) {
            return try ListenSocket.open(host: host.text, port: Int(port), loops: loops, joins: joins)
        } catch {
            let place = "\(host.urlText):\(port)"
            let words =
                switch error.code {
                case EADDRINUSE:
                    "\(place) is already in use. Stop the other program, or choose another port (0 picks a free one)."
                case EACCES: "\(place) cannot be bound: permission denied. Ports below 1024 need CAP_NET_BIND_SERVICE."
                case EADDRNOTAVAIL: "\(host.text) is not an address of this machine."
                default: "\(place) cannot be listened on: \(error)."
                }
            throw StartFailure(.unavailable, words, isInUse: error.code == EADDRINUSE)
        }
    }

    /// The URL at which clients reach what listens there.
    package static func url(isSecure: Bool, host: HostName, _ addresses: [ListenAddress]) -> String {
        let name = host.isWildcard ? "localhost" : host.urlText
        return "\(isSecure ? "https" : "http")://\(name):\(addresses.first?.port ?? 0)"
    }
}

/// Listening sockets that a supervisor has opened and handed over (systemd's socket activation, sd_listen_fds(3)).
///
/// They stay open in the supervisor: connections wait in their queue while no gateway runs, and none is lost.
public enum InheritedSockets {
    /// Takes over `descriptors` for `loops` loops; all loops accept from the same queues.
    ///
    /// - Returns: for each loop one socket per descriptor.
    /// - Throws: `SystemError` when one of them is no TCP socket that listens. They stay open then.
    public static func adopt(_ descriptors: Range<Int32>, loops: Int) throws(SystemError) -> [[BoundSocket]] {
        precondition(loops > 0)
        var own: [BoundSocket] = []
        for descriptor in descriptors { own.append(try adopt(descriptor)) }
        var all = [own]
        for _ in 1..<loops {
            var copies: [BoundSocket] = []
            for socket in own {
                let copy = fcntl(socket.descriptor, F_DUPFD_CLOEXEC, 0)
                guard copy >= 0 else { throw SystemError("fcntl") }
                copies.append(BoundSocket(descriptor: copy, address: socket.address, isShared: true))
            }
            all.append(copies)
        }
        return all
    }

    private static func adopt(_ descriptor: Int32) throws(SystemError) -> BoundSocket {
        guard try option(descriptor, SO_TYPE) == Int32(LM_SOCK_STREAM), try option(descriptor, SO_ACCEPTCONN) == 1
        else {
            throw SystemError("accept", code: EINVAL)
        }
        let family = try option(descriptor, SO_DOMAIN)
        guard family == AF_INET || family == AF_INET6 else { throw SystemError("accept", code: EAFNOSUPPORT) }
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0,
            fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
        else { throw SystemError("fcntl") }
        ListenSocket.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        let address = ListenAddress(host: try host(descriptor, family), port: ListenSocket.localPort(descriptor))
        return BoundSocket(descriptor: descriptor, address: address, isShared: true)
    }

    private static func option(_ descriptor: Int32, _ name: Int32) throws(SystemError) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 else { throw SystemError("getsockopt") }
        return value
    }

    private static func host(_ descriptor: Int32, _ family: Int32) throws(SystemError) -> String {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { throw SystemError("getsockname") }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        withUnsafeBytes(of: &address) { raw in
            // Behind family and port; IPv6 has its flow label between (RFC 3493 §3.3).
            let offset = family == AF_INET6 ? 8 : 4
            _ = inet_ntop(family, raw.baseAddress.map { $0 + offset }, &text, socklen_t(text.count))
        }
        return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }
}

/// The listening sockets of one process that share an address and a port, one for each loop, and their common end.
///
/// With SO_REUSEPORT each socket has a queue of its own, and whoever stands in the queue of a socket that is closed is
/// reset, as is whoever is in the middle of a handshake with it. To lose nobody when another process has joined the port,
/// the kernel is first told to give new handshakes to a socket of that process (`steerAway`), while those that
/// have begun come to their end and are accepted; then all sockets of this process are closed in one moment, by the
/// last loop that lets go of its own.
///
/// Any thread.
final class ListenerGroup: Sendable {
    private let size: Int
    private let left = Mutex<[Int32]>([])

    init(size: Int) { self.size = size }

    /// Lets new handshakes go to who has joined the port behind this process. The kernel keeps the sockets of a port in a
    /// list: the program gives the first place behind ours, and where there is none the kernel picks by hash as before.
    /// False when it could not be done.
    func steerAway(_ descriptor: Int32) -> Bool { lm_steer_to(descriptor, UInt32(size)) == 0 }

    static func stopSteering(_ descriptor: Int32) { _ = lm_stop_steering(descriptor) }

    /// Takes over a socket from a loop that watches it no more.
    ///
    /// - Returns: every socket of the group, to be emptied and closed at once, when this was the last; else none.
    func letGo(_ descriptor: Int32) -> [Int32] {
        left.withLock { left in
            left.append(descriptor)
            return left.count == size ? left : []
        }
    }
}
