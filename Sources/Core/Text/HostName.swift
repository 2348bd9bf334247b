/// A host as a setting names it: a DNS name, an IPv4 or an IPv6 literal (RFC 3986 §3.2.2, RFC 1123 §2.1).
public struct HostName: Sendable, Equatable {
    /// Lower case, an IPv6 address without brackets.
    public let text: String
    /// It can only mean this machine: `localhost`, 127.0.0.0/8 or ::1.
    public let isLoopback: Bool
    /// All addresses of the machine: 0.0.0.0 or ::.
    public let isWildcard: Bool
    /// An IPv6 address, which a URL writes in brackets (RFC 3986 §3.2.2).
    public let isIPv6: Bool

    /// Nil when the text is not a host; brackets around an IPv6 address are accepted.
    public init?(_ given: String) {
        var text = given.lowercased()
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]") && text.utf8.count > 2
        if isBracketed { text = String(text.dropFirst().dropLast()) }
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let groups = Self.ipv6(text) else { return nil }
            isIPv6 = true
            isLoopback = groups == [0, 0, 0, 0, 0, 0, 0, 1]
            isWildcard = groups.allSatisfy { $0 == 0 }
        } else if isBracketed {
            return nil
        } else if let octets = Self.ipv4(text) {
            isIPv6 = false
            isLoopback = octets[0] == 127
            isWildcard = octets == [0, 0, 0, 0]
        } else {
            guard Self.isName(text) else { return nil }
            isIPv6 = false
            isLoopback = text == "localhost"
            isWildcard = false
        }
        self.text = text
    }

    /// An address of IPv4 or IPv6 and no name.
    public var isAddress: Bool { isIPv6 || Self.ipv4(text) != nil }

    /// As it stands in a URL: an IPv6 address in brackets.
    public var urlText: String { isIPv6 ? "[\(text)]" : text }

    /// Four decimal octets without leading zeros, which some resolvers read as octal.
    public static func ipv4(_ text: String) -> [UInt8]? {
        // Most texts are names: to take them apart by characters is dear, and comes with each event that has a meeting's URL.
        guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: ".") }) else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var octets: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                part.utf8.count == 1 || part.first != "0", let octet = UInt8(part)
            else { return nil }
            octets.append(octet)
        }
        return octets
    }

    /// Eight groups of an address by RFC 4291 §2.2: `::` at most once, an IPv4 tail allowed, no zone.
    public static func ipv6(_ text: String) -> [UInt16]? {
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return nil }
        var parts: [[UInt16]] = []
        for (index, half) in halves.enumerated() {
            guard let groups = groups(half, mayEndInIPv4: index == halves.count - 1) else { return nil }
            parts.append(groups)
        }
        if parts.count == 1 { return parts[0].count == 8 ? parts[0] : nil }
        let missing = 8 - parts[0].count - parts[1].count
        return missing >= 1 ? parts[0] + Array(repeating: 0, count: missing) + parts[1] : nil
    }

    private static func groups(_ text: Substring, mayEndInIPv4: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 8 else { return nil }
        for (index, part) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, let octets = ipv4(String(part)) {
                groups.append(UInt16(octets[0]) << 8 | UInt16(octets[1]))
                groups.append(UInt16(octets[2]) << 8 | UInt16(octets[3]))
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
                let group = UInt16(part, radix: 16)
            else { return nil }
            groups.append(group)
        }
        return groups
    }

    /// Labels of letters, digits, hyphens and underscores; the last one not all digits, or it would be a broken IPv4.
    private static func isName(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        var length = 0
        var previous = UInt8(ascii: "-")
        var isNumber = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "."):
                guard length > 0, previous != UInt8(ascii: "-") else { return false }
                (length, isNumber) = (0, true)
            case UInt8(ascii: "-") where length == 0: return false
            case 0x30...0x39: length += 1
            case 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"): (length, isNumber) = (length + 1, false)
            default: return false
            }
            guard length <= 63 else { return false }
            previous = byte
        }
        return length > 0 && previous != UInt8(ascii: "-") && !isNumber
    }
}
