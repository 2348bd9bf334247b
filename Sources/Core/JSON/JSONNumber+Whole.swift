extension JSONNumber {
    /// The value when it is a whole number that fits, however it is written: `10.0` and `1e3` are whole, as in JSON
    /// Schema. Reckoned from the digits: `1e-400` is none, though the nearest double is 0.
    public var wholeValue: Int? {
        if let plain = intValue { return plain }
        var digits: [UInt8] = []
        var isNegative = false
        var fraction = 0
        var isInFraction = false
        var rest = text.utf8[...]
        while let octet = rest.first, octet | 0x20 != UInt8(ascii: "e") {
            rest.removeFirst()
            switch octet {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isInFraction = true
            default:
                if isInFraction { fraction += 1 }
                // Leading zeros mean nothing.
                if octet != UInt8(ascii: "0") || !digits.isEmpty { digits.append(octet - UInt8(ascii: "0")) }
            }
        }
        if digits.isEmpty { return 0 }
        var exponent = Self.exponent(rest.dropFirst()) - fraction
        while exponent < 0, digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        // More digits than any Int has.
        guard exponent >= 0, digits.count <= 20, exponent <= 20 else { return nil }
        var value = 0
        for digit in digits + Array(repeating: 0, count: exponent) {
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isOver) = product.subtractingReportingOverflow(Int(digit))
            if isTooLarge || isOver { return nil }
            value = sum
        }
        // Gathered below zero, where one more fits.
        if isNegative { return value }
        return value == Int.min ? nil : -value
    }

    /// What stands behind the `e`, bounded: beyond that it makes no difference.
    private static func exponent(_ text: Substring.UTF8View) -> Int {
        var value = 0
        for octet in text where octet >= UInt8(ascii: "0") {
            value = min(value * 10 + Int(octet - UInt8(ascii: "0")), 1 << 40)
        }
        return text.first == UInt8(ascii: "-") ? -value : value
    }
}
