import CLinux
import Core
import Glibc

/// Which addresses a connection may go to.
///
/// It is looked at when the socket is made: what a name resolves to is not known before, and may be another one each time. Public
/// addresses are always allowed; those that lead nowhere, to many, or to the network that the machine is plugged into never are.
public struct AddressRule: Sendable, Equatable {
    /// This machine.
    public var allowsLoopback: Bool
    /// Networks that are reached from within alone (RFC 1918, RFC 4193, RFC 6598).
    public var allowsPrivate: Bool

    public init(allowsLoopback: Bool = false, allowsPrivate: Bool = false) {
        (self.allowsLoopback, self.allowsPrivate) = (allowsLoopback, allowsPrivate)
    }

    func allows(_ reach: AddressReach) -> Bool {
        switch reach {
        case .open: true
        case .privateNetwork: allowsPrivate
        case .loopback: allowsLoopback
        case .special: false
        }
    }
}

/// From where an address is reached (RFC 6890, RFC 4291).
enum AddressReach: Equatable {
    case open
    case privateNetwork
    case loopback
    /// None that a service has: unspecified, link-local, multicast, reserved, or a way around what IPv4 forbids.
    case special

    /// Of a socket's address; nil for another family than IPv4 and IPv6.
    init?(_ address: UnsafePointer<sockaddr>, length: Int) {
        let bytes = UnsafeRawBufferPointer(start: address, count: length)
        switch Int32(address.pointee.sa_family) {
        case AF_INET where bytes.count >= 8: self.init(ipv4: Array(bytes[4..<8]))
        case AF_INET6 where bytes.count >= 24: self.init(ipv6: Array(bytes[8..<24]))
        default: return nil
        }
    }

    /// - Parameter ipv4: four octets.
    init(ipv4 octets: [UInt8]) {
        switch (octets[0], octets[1], octets[2]) {
        case (127, _, _): self = .loopback
        case (10, _, _), (172, 16...31, _), (192, 168, _), (100, 64...127, _): self = .privateNetwork
        case (0, _, _), (169, 254, _), (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _), (198, 51, 100),
            (203, 0, 113), (224..., _, _):
            self = .special
        default: self = .open
        }
    }

    /// - Parameter ipv6: sixteen octets.
    init(ipv6 octets: [UInt8]) {
        let groups = (0..<8).map { UInt16(octets[2 * $0]) << 8 | UInt16(octets[2 * $0 + 1]) }
        let tail = Array(octets[12...])
        switch (groups[0], groups[1]) {
        case (0, 0) where groups[2...4].allSatisfy({ $0 == 0 }):
            if groups[5] == 0xffff {
                self.init(ipv4: tail)
            } else {
                self = groups[5...6].allSatisfy({ $0 == 0 }) && groups[7] == 1 ? .loopback : .special
            }
        // An address of IPv4 behind a translator (RFC 6052).
        case (0x64, 0xff9b) where groups[2...5].allSatisfy({ $0 == 0 }): self.init(ipv4: tail)
        case (0xfc00...0xfdff, _): self = .privateNetwork
        // Teredo and the like, documentation, and 6to4: each may lead to an address of IPv4.
        case (0x2001, 0..<0x200), (0x2001, 0xdb8), (0x2002, _), (0x3fff, 0..<0x1000): self = .special
        // So may an interface's id of ISATAP (RFC 5214).
        case (0x2000...0x3fff, _) where groups[4] & 0xfdff == 0 && groups[5] == 0x5efe: self.init(ipv4: tail)
        case (0x2000...0x3fff, _): self = .open
        default: self = .special
        }
    }
}
