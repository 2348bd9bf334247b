/// The octets that HTTP's grammar names, and the classes that it sorts octets into.
@usableFromInline enum Octet {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let percent: UInt8 = 0x25
    static let asterisk: UInt8 = 0x2A
    static let comma: UInt8 = 0x2C
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let zero: UInt8 = 0x30
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let equals: UInt8 = 0x3D
    static let question: UInt8 = 0x3F
    static let openBracket: UInt8 = 0x5B
    static let backslash: UInt8 = 0x5C
    static let closeBracket: UInt8 = 0x5D

    /// tchar (RFC 9110 §5.6.2).
    @inline(__always) static func isToken(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    /// What a field value may hold (RFC 9110 §5.5): visible characters, space, tab, obs-text.
    @inline(__always) static func isFieldContent(_ octet: UInt8) -> Bool {
        octet >= 0x20 ? octet != 0x7F : octet == tab
    }

    /// unreserved or sub-delims (RFC 3986 §2.2, §2.3): a registered name, without its escapes.
    @inline(__always) static func isName(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39: true
        case 0x21, 0x24, 0x26...0x2E, 0x3B, 0x3D, 0x5F, 0x7E: true
        default: false
        }
    }

    /// pchar or `/` without `%` (RFC 3986 §3.3).
    @inline(__always) static func isPath(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x61...0x7A, 0x2F...0x3B, 0x40...0x5A: true
        case 0x21, 0x24, 0x26...0x2E, 0x3D, 0x5F, 0x7E: true
        default: false
        }
    }

    @inline(__always) static func isDigit(_ octet: UInt8) -> Bool { octet &- zero < 10 }

    @inline(__always) static func isBlank(_ octet: UInt8) -> Bool { octet == space || octet == tab }

    /// The value of a hexadecimal digit.
    @inline(__always) static func hexValue(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x41...0x46: octet - 0x37
        case 0x61...0x66: octet - 0x57
        default: nil
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The offset of the first `octet` at or after `start`, eight octets at a time.
    @inline(__always) func firstOffset(of octet: UInt8, from start: Int) -> Int? {
        guard let base = baseAddress, start < count else { return nil }
        let pattern = 0x0101_0101_0101_0101 &* UInt64(octet)
        var offset = start
        while offset + 8 <= count {
            let word = UInt64(littleEndian: (base + offset).loadUnaligned(as: UInt64.self)) ^ pattern
            let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            if zeros != 0 { return offset + zeros.trailingZeroBitCount / 8 }
            offset += 8
        }
        while offset < count {
            if self[offset] == octet { return offset }
            offset += 1
        }
        return nil
    }

    /// Whether every octet may stand in a field value (RFC 9110 §5.5), eight octets at a time.
    @inline(__always) var isFieldContent: Bool {
        guard let base = baseAddress else { return true }
        var offset = 0
        while offset + 8 <= count {
            let word = (base + offset).loadUnaligned(as: UInt64.self)
            let del = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let low = (word &- 0x2020_2020_2020_2020) & ~word
            let odd = (low | (del &- 0x0101_0101_0101_0101) & ~del) & 0x8080_8080_8080_8080
            // Rare: a tab, or a borrow from the octet before, is told apart octet by octet.
            if odd != 0 { for index in offset..<(offset + 8) where !Octet.isFieldContent(self[index]) { return false } }
            offset += 8
        }
        while offset < count {
            if !Octet.isFieldContent(self[offset]) { return false }
            offset += 1
        }
        return true
    }

    /// `length` octets from `start`. Both must lie inside.
    @inline(__always) func part(_ start: Int, _ length: Int) -> UnsafeRawBufferPointer {
        assert(start >= 0 && length >= 0 && start + length <= count)
        return UnsafeRawBufferPointer(start: baseAddress.map { $0 + start }, count: length)
    }

    /// Compares with `text`, which must be lower-case ASCII letters, digits and `-`; letters match in both cases.
    @inline(__always) func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let expected = text.utf8Start
        for index in 0..<count {
            let octet = self[index]
            let folded = octet &- 0x41 < 26 ? octet | 0x20 : octet
            if folded != expected[index] { return false }
        }
        return true
    }

    @inline(__always) func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let expected = text.utf8Start
        for index in 0..<count where self[index] != expected[index] { return false }
        return true
    }

    /// Without the blanks at both ends (OWS, RFC 9110 §5.6.3).
    @inline(__always) func trimmingBlanks() -> UnsafeRawBufferPointer {
        var start = 0
        var end = count
        while start < end, Octet.isBlank(self[start]) { start += 1 }
        while end > start, Octet.isBlank(self[end - 1]) { end -= 1 }
        return part(start, end - start)
    }
}
