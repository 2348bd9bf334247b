/// Walks over the tokens of a JSON text in place and decides about each of them: what the parser and the checker share,
/// so that they cannot disagree. Allocates nothing.
///
/// Holds an unsafe pointer: lives only within the call that lends the bytes.
struct JSONScanner {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    func error(_ kind: JSONError.Kind) -> JSONError { JSONError(kind, offset: position) }

    /// Skips the four bytes of RFC 8259 §2 that count as white space.
    @inline(__always)
    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0a, 0x0d: position += 1
            default: return
            }
        }
    }

    /// The byte after white space, which is not taken.
    @inline(__always)
    mutating func next() throws(JSONError) -> UInt8 {
        skipSpace()
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        return bytes[position]
    }

    /// Takes this byte, after white space.
    @inline(__always)
    mutating func take(_ byte: UInt8) throws(JSONError) {
        guard try next() == byte else { throw error(.unexpectedByte) }
        position += 1
    }

    /// Takes a comma or the end of the array or object; true at the end.
    @inline(__always)
    mutating func separator(end: UInt8) throws(JSONError) -> Bool {
        let byte = try next()
        guard byte == end || byte == UInt8(ascii: ",") else { throw error(.unexpectedByte) }
        position += 1
        return byte == end
    }

    /// Takes the end of an array or object that has no items; false when there is something else.
    @inline(__always)
    mutating func takeEmptyEnd(_ end: UInt8) throws(JSONError) -> Bool {
        guard try next() == end else { return false }
        position += 1
        return true
    }

    /// Takes `true`, `false` or `null`.
    mutating func word(_ text: StaticString) throws(JSONError) {
        for index in 0..<text.utf8CodeUnitCount {
            guard position < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[position] == text.utf8Start[index] else { throw error(.unexpectedByte) }
            position += 1
        }
    }

    /// Takes a number (RFC 8259 §6) that may be followed by anything but a digit.
    mutating func number() throws(JSONError) {
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") {
            position += 1
            if isDigit(current) { throw error(.invalidNumber) }
        } else {
            try digits()
        }
        if current == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if current | 0x20 == UInt8(ascii: "e") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
    }

    /// The byte here, or zero at the end: no token has a zero byte.
    private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Takes one digit or more.
    private mutating func digits() throws(JSONError) {
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        guard isDigit(bytes[position]) else { throw error(.invalidNumber) }
        repeat { position += 1 } while position < bytes.count && isDigit(bytes[position])
    }
}

// Strings: eight bytes at a time where they are plain ASCII, one at a time where something must be decided.

extension JSONScanner {
    /// What the reader of a string's content needs to know about it.
    struct StringKind {
        var hasEscape = false
        /// No byte from 0x80; what an escape stands for is not looked at.
        var isASCII = true
    }

    /// Takes a string from its opening to its closing quote and checks every byte of it.
    @inline(__always)
    mutating func string() throws(JSONError) -> StringKind {
        var kind = StringKind()
        position += 1
        while true {
            skipPlain()
            guard position < bytes.count else { throw error(.unexpectedEnd) }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return kind
            }
            if byte >= 0x80 {
                kind.isASCII = false
                repeat { try multiByteScalar() } while position < bytes.count && bytes[position] >= 0x80
            } else {
                guard byte == UInt8(ascii: "\\") else { throw error(.controlCharacter) }
                kind.hasEscape = true
                try escape()
            }
        }
    }

    /// The high bits of those of eight bytes that are a quote, a backslash, a control character or from 0x80 up. Only the
    /// lowest bit that is set can be relied on: a byte that becomes zero borrows, which sets its high bit, and a borrow can
    /// carry on into the bytes above.
    @inline(__always)
    static func notPlain(_ word: UInt64) -> UInt64 {
        let quote = word ^ 0x2222_2222_2222_2222
        let backslash = word ^ 0x5c5c_5c5c_5c5c_5c5c
        return
            ((quote &- 0x0101_0101_0101_0101) | (backslash &- 0x0101_0101_0101_0101)
            | (word &- 0x2020_2020_2020_2020) | word) & 0x8080_8080_8080_8080
    }

    /// Goes on to the next quote, backslash, control character or byte from 0x80, or to the end.
    @inline(__always)
    private mutating func skipPlain() {
        while position + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let found = Self.notPlain(word)
            if found != 0 {
                position += found.trailingZeroBitCount / 8
                return
            }
            position += 8
        }
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 || byte >= 0x80 { return }
            position += 1
        }
    }

    /// Takes an escape (RFC 8259 §7), or two that make a surrogate pair.
    mutating func escape() throws(JSONError) {
        let start = position
        position += 1
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            let unit = try hexUnit()
            if unit & 0xf800 != 0xd800 { return }
            guard unit < 0xdc00 else { throw JSONError(.loneSurrogate, offset: start) }
            try lowHalf(UInt8(ascii: "\\"), of: start)
            try lowHalf(UInt8(ascii: "u"), of: start)
            guard try hexUnit() & 0xfc00 == 0xdc00 else { throw JSONError(.loneSurrogate, offset: start) }
        default: throw error(.invalidEscape)
        }
    }

    /// Takes one byte of the introducer of the second half of the pair whose first half is at `start`.
    private mutating func lowHalf(_ byte: UInt8, of start: Int) throws(JSONError) {
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        guard bytes[position] == byte else { throw JSONError(.loneSurrogate, offset: start) }
        position += 1
    }

    /// Takes four hexadecimal digits.
    private mutating func hexUnit() throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw error(.unexpectedEnd) }
            guard let digit = bytes[position].hexDigitValue else { throw error(.invalidEscape) }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    /// Takes one scalar of two to four bytes, well-formed by table 3-7 of the Unicode standard: no overlong form, no
    /// surrogate, nothing past U+10FFFF.
    mutating func multiByteScalar() throws(JSONError) {
        let start = position
        let count: Int
        var second: ClosedRange<UInt8> = 0x80...0xbf
        switch bytes[start] {
        case 0xc2...0xdf: count = 2
        case 0xe0: (count, second) = (3, 0xa0...0xbf)
        case 0xed: (count, second) = (3, 0x80...0x9f)
        case 0xe1...0xef: count = 3
        case 0xf0: (count, second) = (4, 0x90...0xbf)
        case 0xf4: (count, second) = (4, 0x80...0x8f)
        case 0xf1...0xf3: count = 4
        default: throw error(.invalidUTF8)
        }
        for index in 1..<count {
            // Cut off, but well-formed as far as it goes: an unexpected end, like that of any other token.
            guard start + index < bytes.count else { throw JSONError(.unexpectedEnd, offset: bytes.count) }
            let allowed = index == 1 ? second : 0x80...0xbf
            guard allowed.contains(bytes[start + index]) else { throw error(.invalidUTF8) }
        }
        position += count
    }
}
