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
