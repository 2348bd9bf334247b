import CLinux
import Glibc

/// An address that a server listens on.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// The numeric address, an IPv6 one without brackets.
    public let host: String
    public let port: Int

    /// As it stands in a URL: `127.0.0.1:8000`, `[::1]:8000`.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A listening socket. Whoever takes it closes it; `HTTPServer` does at the start of its drain.
public struct BoundSocket: Sendable {
    public let descriptor: Int32
    public let address: ListenAddress
    /// Its queue of connections is also another socket's, or another process's: who does not accept loses nobody.
    public var isShared = false
    /// The sockets of this process on the same address and port; nil for one that was inherited.
    var group: ListenerGroup?
}

/// Opens listening sockets: one for each address and loop, so that the kernel spreads connections over the loops.
public enum ListenSocket {
    private struct Target {
        let host: String
        let family: Int32
        /// A loopback address that may be missing on this machine.
        let optional: Bool
    }

    /// Opens sockets for `loops` loops that all listen on the same addresses and port.
    ///
    /// - Parameters:
    ///   - host: an address, a name, or `localhost` for 127.0.0.1 and, where the kernel has IPv6, ::1.
    ///   - port: 0 lets the kernel pick one, the same for all.
    ///   - joins: listen also when another process of this user, which shares its port too, listens there already.
    /// - Returns: for each loop one socket per address.
    /// - Throws: `SystemError` with `EADDRINUSE` when anybody else listens there, whether they share their port
    ///   (SO_REUSEPORT) or not, unless `joins`: a second gateway must not silently take half of the requests.
    public static func open(
        host: String, port: Int, loops: Int = 1, joins: Bool = false, backlog: Int32 = 1024
    ) throws(SystemError) -> [[BoundSocket]] {
        precondition(loops > 0)
        guard (0...65535).contains(port) else { throw SystemError("bind", code: EINVAL) }
        let targets = try resolve(host)
        var attempts = 0
        while true {
            var opened: [[BoundSocket]] = []
            do {
                try open(targets, port, loops, joins, backlog, into: &opened)
                return opened
            } catch {
                for socket in opened.joined() { close(socket.descriptor) }
                attempts += 1
                // The port that the kernel picked for one address can be taken for the other.
                guard port == 0, error.code == EADDRINUSE, attempts < 16 else { throw error }
            }
        }
    }

    private static func open(
        _ targets: [Target], _ port: Int, _ loops: Int, _ joins: Bool, _ backlog: Int32,
        into opened: inout [[BoundSocket]]
    ) throws(SystemError) {
        var chosen = port
        var missing: SystemError?
        let groups = targets.map { _ in ListenerGroup(size: loops) }
        for loop in 0..<loops {
            opened.append([])
            for (target, group) in zip(targets, groups) {
                do {
                    if loop == 0, port != 0, !joins { try probe(target, port) }
                    var socket = try listen(target, chosen, fixed: port != 0, backlog)
                    socket.group = group
                    // One that was killed while it drained may have left its steering behind.
                    if joins { ListenerGroup.stopSteering(socket.descriptor) }
                    chosen = socket.address.port
                    opened[loop].append(socket)
                } catch {
                    guard target.optional, error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL else {
                        throw error
                    }
                    missing = error
                }
            }
        }
        if let missing, opened[0].isEmpty { throw missing }
    }

    /// Fails when somebody listens there: without SO_REUSEPORT the kernel lets nobody share.
    private static func probe(_ target: Target, _ port: Int) throws(SystemError) {
        let descriptor = try bound(target, port, fixed: true, shared: false)
        close(descriptor)
    }

    private static func listen(
        _ target: Target, _ port: Int, fixed: Bool, _ backlog: Int32
    ) throws(SystemError) -> BoundSocket {
        let descriptor = try bound(target, port, fixed: fixed, shared: true)
        // Accepted sockets inherit it: what is left of them when the program has ended must not keep the port.
        set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        // Inherited too: an answer must not wait for the acknowledgement of the one before.
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        guard Glibc.listen(descriptor, backlog) == 0 else {
            let error = SystemError("listen")
            close(descriptor)
            throw error
        }
        return BoundSocket(
            descriptor: descriptor, address: ListenAddress(host: target.host, port: localPort(descriptor)))
    }

    private static func bound(
        _ target: Target, _ port: Int, fixed: Bool, shared: Bool
    ) throws(SystemError) -> Int32 {
        let descriptor = socket(target.family, Int32(LM_SOCK_STREAM_NONBLOCKING), 0)
        guard descriptor >= 0 else { throw SystemError("socket") }
        // Two sockets with it may be given the same free port before they listen: only for a port that was asked for.
        if fixed { set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) }
        if shared { set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) }
        // "::" means every address of both families.
        if target.family == AF_INET6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, target.host == "::" ? 0 : 1) }
        guard bind(descriptor, target, port) == 0 else {
            let error = SystemError("bind")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func bind(_ descriptor: Int32, _ target: Target, _ port: Int) -> Int32 {
        if target.family == AF_INET6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = in_port_t(port).bigEndian
            inet_pton(AF_INET6, target.host, &address.sin6_addr)
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        inet_pton(AF_INET, target.host, &address.sin_addr)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    static func localPort(_ descriptor: Int32) -> Int {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        // The port stands at the same place in both families.
        return Int(in_port_t(bigEndian: address.sin6_port))
    }

    static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    // MARK: Names

    private static func resolve(_ host: String) throws(SystemError) -> [Target] {
        if host == "localhost" {
            return [
                Target(host: "127.0.0.1", family: AF_INET, optional: true),
                Target(host: "::1", family: AF_INET6, optional: true),
            ]
        }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        var binary = in6_addr()
        if inet_pton(AF_INET, bare, &binary) == 1 { return [Target(host: bare, family: AF_INET, optional: false)] }
        if inet_pton(AF_INET6, bare, &binary) == 1 { return [Target(host: bare, family: AF_INET6, optional: false)] }
        return try lookUp(host)
    }

    /// Asks the system's resolver, which may block: start-up only.
    private static func lookUp(_ host: String) throws(SystemError) -> [Target] {
        let addresses = HostAddress.all(of: host)
        guard !addresses.isEmpty else { throw SystemError("getaddrinfo", code: EADDRNOTAVAIL) }
        return addresses.map { Target(host: $0.text, family: $0.family, optional: false) }
    }
}

/// Where a connection comes from, kept as the kernel gave it and made a text only when it is asked for.
struct PeerAddress {
    private let storage: (UInt64, UInt64)
    private let isIPv6: Bool

    init(_ address: sockaddr_storage) {
        var address = address
        isIPv6 = Int32(address.ss_family) == AF_INET6
        let isIPv6 = isIPv6
        storage = withUnsafeBytes(of: &address) { raw in
            if isIPv6 {
                let offset = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 8
                return (
                    raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
                    raw.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
                )
            }
            let offset = MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) ?? 4
            return (UInt64(raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self)), 0)
        }
    }

    /// What tells one peer from another: the address, of IPv6 its first half, as one network has the second to itself.
    /// An IPv4 address that came through IPv6 counts as IPv4, and ::1 as an address.
    var network: UInt64 { isIPv6 && storage.0 == 0 ? storage.1 >> 32 : storage.0 }

    /// The address without its port: `127.0.0.1`, `::1`; an IPv4 address that came through IPv6 as IPv4.
    var text: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        withUnsafeBytes(of: storage) { raw in
            if isIPv6, !raw.starts(with: mapped) {
                _ = inet_ntop(AF_INET6, raw.baseAddress, &buffer, socklen_t(buffer.count))
            } else {
                let source = isIPv6 ? raw.baseAddress.map { $0 + 12 } : raw.baseAddress
                _ = inet_ntop(AF_INET, source, &buffer, socklen_t(buffer.count))
            }
        }
        return buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }
}
