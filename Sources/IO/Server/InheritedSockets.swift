import CLinux
import Glibc

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
