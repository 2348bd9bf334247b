public import Core

/// The text of a key: `lmcp_<id>_<secret><checksum>`, 52 characters, so that a scanner finds it and a digest of it takes one block.
///
/// The id is drawn in Crockford's base 32 and may be logged; the 30 characters after it are 178 bits that nobody guesses; the last
/// six are the CRC-32 of all that stands before them, which tells a text that was cut off or mistyped from one that is not known.
public struct KeyText: Sendable {
    /// What each of them begins with.
    public static let prefix = "lmcp_"
    /// Characters of the id.
    public static let idLength = 10
    /// Characters of the part that nobody guesses.
    public static let secretLength = 30
    /// Characters of the whole.
    public static let length = 52
    /// What a scanner for leaked keys looks for, as a regular expression.
    public static let pattern = "lmcp_[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{36}"

    private static let checksumLength = 6
    private static let hintLength = 4
    private static let crockford = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// The whole, shown once and never kept.
    public let secret: Secret
    /// The id that stands in it.
    public let id: String

    /// What a text is, before anybody looks whether it is known.
    public enum Reading: Sendable, Equatable {
        /// No key of this kind.
        case notOurs
        /// It begins like one, and is cut off or mistyped.
        case malformed
        /// It is one; the id that stands in it is not to be believed before it is found.
        case key(id: String)
    }

    /// Draws a new one.
    /// - Parameters:
    ///   - id: the one that the former text of the same key has; nil, and any that no text can hold, to draw one.
    ///   - random: decides whether it can be guessed.
    public static func draw(id: String? = nil, using random: inout some RandomNumberGenerator) -> KeyText {
        let kept = id.flatMap { isDrawnID($0) ? $0 : nil }
        let id = kept ?? drawID(using: &random)
        var text = Array((prefix + id + "_").utf8)
        text += Identifier.make(length: secretLength, using: &random).utf8
        let checksum = text.withUnsafeBytes { CRC32.of($0) }
        text += base62(checksum)
        return KeyText(secret: Secret(String(decoding: text, as: UTF8.self)), id: id)
    }

    /// An id as texts hold them.
    public static func drawID(using random: inout some RandomNumberGenerator) -> String {
        var bits: UInt64 = random.next()
        return String(
            decoding: (0..<idLength).map { _ in
                defer { bits >>= 5 }
                return crockford[Int(bits & 31)]
            }, as: UTF8.self)
    }

    /// Whether it could stand in a text.
    static func isDrawnID(_ id: String) -> Bool {
        id.utf8.count == idLength && id.utf8.allSatisfy(isCrockford)
    }

    /// By which a person knows which of several texts it is.
    public var hint: String { String(secret.reveal().suffix(Self.hintLength)) }

    /// Reads what a request holds. Allocates nothing; looks at no more octets than a key has.
    public static func read(_ text: UnsafeRawBufferPointer) -> Reading {
        guard startsLikeOne(text) else { return .notOurs }
        let separator = prefix.utf8.count + idLength
        guard text.count == length, text[separator] == UInt8(ascii: "_"),
            text[prefix.utf8.count..<separator].allSatisfy(isCrockford),
            text[(separator + 1)...].allSatisfy(\.isASCIIAlphanumeric)
        else { return .malformed }
        let body = UnsafeRawBufferPointer(rebasing: text[..<(length - checksumLength)])
        guard isChecksum(text[(length - checksumLength)...], of: CRC32.of(body)) else { return .malformed }
        // Ten characters are kept within the value.
        return .key(
            id: String(
                decoding: UnsafeRawBufferPointer(rebasing: text[prefix.utf8.count..<separator]), as: UTF8.self))
    }

    /// The same of a text at hand.
    public static func read(_ text: String) -> Reading {
        text.utf8.span.bytes.withUnsafeBytes { read($0) }
    }

    private static func startsLikeOne(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count >= prefix.utf8.count else { return false }
        var index = 0
        for byte in prefix.utf8 {
            guard text[index] == byte else { return false }
            index += 1
        }
        return true
    }

    private static func isCrockford(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "i"), UInt8(ascii: "l"), UInt8(ascii: "o"), UInt8(ascii: "u"): false
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
    }

    // MARK: The checksum

    private static func base62(_ checksum: UInt32) -> [UInt8] {
        var (rest, digits) = (checksum, [UInt8](repeating: 0, count: checksumLength))
        for index in digits.indices.reversed() {
            digits[index] = digit(rest % 62)
            rest /= 62
        }
        return digits
    }

    private static func isChecksum(_ text: Slice<UnsafeRawBufferPointer>, of checksum: UInt32) -> Bool {
        var rest = checksum
        for byte in text.reversed() {
            guard byte == digit(rest % 62) else { return false }
            rest /= 62
        }
        return true
    }

    /// `0-9A-Za-z`, in this order.
    private static func digit(_ value: UInt32) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value)
        switch value {
        case 0..<10: return UInt8(ascii: "0") + value
        case 10..<36: return UInt8(ascii: "A") + value - 10
        default: return UInt8(ascii: "a") + value - 36
        }
    }
}

/// The checksum of zlib, PNG and Ethernet (ISO/IEC 8802-3 §3.2.9).
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
    }

    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            var checksum = UInt32.max
            for byte in bytes { checksum = checksum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: checksum) ^ byte)] }
            return ~checksum
        }
    }
}
