import CLinux
import Glibc

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
