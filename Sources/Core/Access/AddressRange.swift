/// An address of IPv4 or IPv6 as a number. One of IPv4 that is mapped into IPv6 is the one of IPv4 (RFC 4291 §2.5.5.2).
public struct NetworkAddress: Sendable, Hashable {
    /// Which of the two kinds it is.
    public let isIPv4: Bool
    /// 32 bits of IPv4, 128 of IPv6.
    let bits: UInt128

    init(isIPv4: Bool, bits: UInt128) {
        let isMapped = !isIPv4 && bits >> 32 == 0xffff
        self.isIPv4 = isIPv4 || isMapped
        self.bits = isMapped ? bits & 0xffff_ffff : bits
    }

    /// Reads `192.0.2.1` or `2001:db8::1`, as a socket tells of its peer; the zone of an address on a link is left out. Nil for
    /// anything else.
    public init?(_ text: some StringProtocol) {
        let plain = String(text.prefix { $0 != "%" })
        if let octets = HostName.ipv4(plain) {
            self.init(isIPv4: true, bits: octets.reduce(0) { $0 << 8 | UInt128($1) })
        } else if plain.utf8.contains(UInt8(ascii: ":")), let groups = HostName.ipv6(plain) {
            self.init(isIPv4: false, bits: groups.reduce(0) { $0 << 16 | UInt128($1) })
        } else {
            return nil
        }
    }

    /// How many bits an address of this kind has.
    var width: Int { isIPv4 ? 32 : 128 }

    /// As it is written: four octets, or eight groups of which the longest row of zeros is left out (RFC 5952).
    public var text: String {
        if isIPv4 {
            return [24, 16, 8, 0].map { String(UInt8(truncatingIfNeeded: bits >> $0)) }.joined(separator: ".")
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
        let words = { (range: Range<Int>) in groups[range].map { String($0, radix: 16) }.joined(separator: ":") }
        guard let zeros = Self.longestZeros(groups) else { return words(0..<8) }
        return words(0..<zeros.lowerBound) + "::" + words(zeros.upperBound..<8)
    }

    /// The first of the longest rows of two zeros or more.
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
        var (longest, start): (Range<Int>?, Int) = (nil, 0)
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start >= 2, index - start > longest?.count ?? 0 { longest = start..<index }
            start = index + 1
        }
        return longest
    }
}

/// Addresses with the same beginning, in the form of CIDR (RFC 4632, RFC 4291 §2.3).
public struct AddressRange: Sendable, Hashable {
    /// Why a text is no range.
    public enum Problem: Error, Sendable, Equatable {
        /// It does not begin with an address of IPv4 or IPv6.
        case address
        /// What follows the slash is no number of bits that such an address has.
        case prefix
        /// The address has bits behind the prefix; this would be the range.
        case hostBits(String)
    }

    /// The first address.
    private let first: NetworkAddress
    /// How many bits the addresses have in common.
    public let prefix: Int

    /// Reads `10.0.0.0/8`, `2001:db8::/32` or one address.
    public init(_ text: some StringProtocol) throws(Problem) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let written = parts.first, !written.contains("%"), let address = NetworkAddress(written) else {
            throw .address
        }
        guard parts.count > 1 else {
            (first, prefix) = (address, address.width)
            return
        }
        // The prefix of a mapped address counts the 96 bits before it.
        let mapped = address.isIPv4 && written.utf8.contains(UInt8(ascii: ":")) ? 96 : 0
        guard parts.count == 2, (1...3).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), parts[1].utf8.count == 1 || parts[1].first != "0",
            let bits = Int(parts[1]), (mapped...mapped + address.width).contains(bits)
        else { throw .prefix }
        let prefix = bits - mapped
        let start = address.bits & Self.mask(prefix, of: address.width)
        guard start == address.bits else {
            throw .hostBits(NetworkAddress(isIPv4: address.isIPv4, bits: start).text + "/\(prefix)")
        }
        (first, self.prefix) = (address, prefix)
    }

    private static func mask(_ prefix: Int, of width: Int) -> UInt128 {
        let ones = width == 128 ? UInt128.max : (1 << UInt128(width)) - 1
        return prefix == 0 ? 0 : ones & (ones << UInt128(width - prefix))
    }

    /// Whether the address is one of the range. Those of IPv4 are in no range of IPv6, `::/0` included.
    public func contains(_ address: NetworkAddress) -> Bool {
        address.isIPv4 == first.isIPv4 && address.bits & Self.mask(prefix, of: first.width) == first.bits
    }

    /// Whether all addresses of the other one are of this one, too.
    public func contains(_ other: AddressRange) -> Bool { prefix <= other.prefix && contains(other.first) }

    /// As it is read; a single address without its prefix.
    public var text: String { prefix == first.width ? first.text : first.text + "/\(prefix)" }
}
