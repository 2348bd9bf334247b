extension [UInt8] {
    /// A copy of octets by one `memcpy`. `Array(_:)` of a raw buffer that can be changed takes an instruction for each octet,
    /// which was a thirtieth of what a small request costs when its log lines were copied.
    public init(copying octets: UnsafeRawBufferPointer) {
        self.init(unsafeUninitializedCapacity: octets.count) { target, count in
            UnsafeMutableRawBufferPointer(target).copyMemory(from: octets)
            count = octets.count
        }
    }
}

extension [UInt8] {
    /// Appends `value` in decimal ASCII digits without making a string.
    public mutating func append(decimal value: some BinaryInteger) {
        guard value != 0 else { return append(UInt8(ascii: "0")) }
        if value < 0 { append(UInt8(ascii: "-")) }
        let start = count
        var rest = value.magnitude
        while rest != 0 {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
            rest = quotient
        }
        // In place: reversing a slice would copy it to a new array first.
        var (low, high) = (start, count - 1)
        while low < high {
            swapAt(low, high)
            low += 1
            high -= 1
        }
    }

    /// Appends a value that is not negative, with zeros in front up to `width` digits, as dates and times need.
    mutating func append(decimal value: Int, width: Int) {
        var scale = 10
        for _ in 1..<width {
            if value < scale { append(UInt8(ascii: "0")) }
            scale *= 10
        }
        append(decimal: value)
    }
}

extension UInt8 {
    /// 0 to 15 for an ASCII hexadecimal digit of either case, else nil.
    public var hexDigitValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The ASCII digit, 0 to 9 and a to f, of the low four bits of `value`.
    public static func hexDigit(_ value: UInt8) -> UInt8 {
        let value = value & 15
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// The value of an ASCII decimal digit, else nil.
    var decimalDigitValue: UInt8? { self &- UInt8(ascii: "0") < 10 ? self - UInt8(ascii: "0") : nil }

    /// An ASCII letter or digit.
    public var isASCIIAlphanumeric: Bool {
        decimalDigitValue != nil || (self | 0x20) &- UInt8(ascii: "a") < 26
    }

    /// What Luma's ids are made of: ASCII letters, digits, hyphens and underscores.
    public var isLumaIDByte: Bool { isASCIIAlphanumeric || self == UInt8(ascii: "-") || self == UInt8(ascii: "_") }
}

extension UnsafeRawBufferPointer {
    /// Whether both hold the same octets, compared eight at a time.
    @inlinable @inline(__always) public func isSame(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var offset = 0
        while offset + 8 <= count {
            let word = loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if word != other.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
            offset += 8
        }
        while offset < count {
            if self[offset] != other[offset] { return false }
            offset += 1
        }
        return true
    }
}

/// Looks for one text in others, in time that grows with their lengths alone (Knuth, Morris and Pratt).
public struct ByteSearch: Sendable {
    private let pattern: [UInt8]
    /// For each beginning of the pattern, the length of the longest shorter one that it ends with.
    private let fallback: [Int]

    /// Looks for these bytes; none are found in everything.
    public init(_ pattern: [UInt8]) {
        self.pattern = pattern
        var fallback = Array(repeating: 0, count: pattern.count)
        var length = 0
        for index in pattern.indices.dropFirst() {
            while length > 0, pattern[index] != pattern[length] { length = fallback[length - 1] }
            if pattern[index] == pattern[length] { length += 1 }
            fallback[index] = length
        }
        self.fallback = fallback
    }

    /// Whether the bytes stand somewhere in `text`.
    public func isFound(in text: [UInt8]) -> Bool {
        guard !pattern.isEmpty else { return true }
        var length = 0
        for byte in text {
            while length > 0, byte != pattern[length] { length = fallback[length - 1] }
            if byte == pattern[length] { length += 1 }
            if length == pattern.count { return true }
        }
        return false
    }
}
