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
