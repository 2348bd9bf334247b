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
