extension JSONParser {
    /// Takes a string. One without an escape becomes a `String` straight from its bytes, which the scanner has checked. Whoever
    /// has written it, to compare it costs no more than its length (`streamSafe`).
    mutating func string() throws(JSONError) -> String {
        let start = scanner.position + 1
        let kind = try scanner.string()
        let content = UnsafeRawBufferPointer(rebasing: scanner.bytes[start..<scanner.position - 1])
        if kind.hasEscape { return Self.unescaped(content).streamSafe }
        let bytes = content.bindMemory(to: UInt8.self)
        let text = String(copying: UTF8Span(unchecked: bytes.span, isKnownASCII: kind.isASCII))
        return kind.isASCII ? text : text.streamSafe
    }

    /// The text of a string's content that the scanner has accepted.
    private static func unescaped(_ content: UnsafeRawBufferPointer) -> String {
        // No escape is shorter than the UTF-8 that it stands for.
        String(unsafeUninitializedCapacity: content.count) { output in
            var read = 0
            var written = 0
            while read < content.count {
                let byte = content[read]
                read += 1
                guard byte == UInt8(ascii: "\\") else {
                    output[written] = byte
                    written += 1
                    continue
                }
                let letter = content[read]
                read += 1
                switch letter {
                case UInt8(ascii: "b"): output[written] = 0x08
                case UInt8(ascii: "f"): output[written] = 0x0c
                case UInt8(ascii: "n"): output[written] = 0x0a
                case UInt8(ascii: "r"): output[written] = 0x0d
                case UInt8(ascii: "t"): output[written] = 0x09
                case UInt8(ascii: "u"):
                    written = appendScalar(at: &read, of: content, to: output, at: written)
                    continue
                default: output[written] = letter
                }
                written += 1
            }
            return written
        }
    }

    /// Writes the scalar whose hexadecimal digits start at `read`, with the second half of a pair; gives the new end.
    private static func appendScalar(
        at read: inout Int, of content: UnsafeRawBufferPointer, to output: UnsafeMutableBufferPointer<UInt8>,
        at end: Int
    ) -> Int {
        func unit() -> UInt32 {
            var unit: UInt32 = 0
            for _ in 0..<4 {
                unit = unit << 4 | UInt32(content[read].hexDigitValue ?? 0)
                read += 1
            }
            return unit
        }
        var value = unit()
        if value & 0xfc00 == 0xd800 {
            read += 2
            value = 0x10000 + (value & 0x3ff) << 10 + unit() & 0x3ff
        }
        var end = end
        for byte in UTF8.encode(Unicode.Scalar(value) ?? "\u{fffd}") ?? UTF8.encodedReplacementCharacter {
            output[end] = byte
            end += 1
        }
        return end
    }
}
