import CLinux
import Glibc

/// An address that a host has.
struct HostAddress: Sendable, Equatable {
    /// As it is written, one of IPv6 without brackets.
    let text: String
    let family: Int32
    let reach: AddressReach

    /// All that the system's resolver says of a host, each once; none when it does not know it. Blocks its thread.
    static func all(of host: String) -> [HostAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(LM_SOCK_STREAM)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        var all: [HostAddress] = []
        var entry = first
        while let info = entry?.pointee {
            entry = info.ai_next
            guard let address = HostAddress(info), !all.contains(address) else { continue }
            all.append(address)
        }
        return all
    }

    /// Nil for another family than IPv4 and IPv6.
    private init?(_ info: addrinfo) {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard let address = info.ai_addr, let reach = AddressReach(address, length: Int(info.ai_addrlen)),
            getnameinfo(address, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0,
            let numeric = text.withUnsafeBufferPointer({ $0.baseAddress.map { String(cString: $0) } })
        else { return nil }
        (self.text, family, self.reach) = (numeric, info.ai_family, reach)
    }
}
