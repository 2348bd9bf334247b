import Core
import HTTP

/// Text inside a log line: nothing from outside may end the line, forge a field or steer a terminal.
enum LogText {
    /// Longest text from outside that a line repeats, in bytes.
    static let longest = 1024

    /// In double quotes, escaped as in JSON.
    static func appendQuoted(_ text: String, to line: inout ByteBuffer) {
        line.append("\"")
        appendEscaped(text, to: &line)
        line.append("\"")
    }

    /// Bare when that is not ambiguous, else in quotes.
    static func appendPlain(_ text: String, to line: inout ByteBuffer) {
        let isBare =
            !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c && $0 != 0x3d }
        if isBare { appendEscaped(text, to: &line) } else { appendQuoted(text, to: &line) }
    }

    /// Quotes, backslash and control characters escaped as in JSON; those of U+0080 to U+009F too, which terminals obey.
    static func appendEscaped(_ text: String, to line: inout ByteBuffer) {
        var text = text
        text.withUTF8 { bytes in
            if bytes.count <= longest, isPlain(bytes) { return line.append(UnsafeRawBufferPointer(bytes)) }
            var index = 0
            var copied = 0
            let end = min(bytes.count, longest)
            while index < end {
                let byte = bytes[index]
                let isC1 = byte == 0xc2 && index + 1 < bytes.count && bytes[index + 1] < 0xa0
                if byte >= 0x20, byte != 0x22, byte != 0x5c, byte != 0x7f, !isC1 {
                    index += 1
                    continue
                }
                line.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[copied..<index])))
                switch byte {
                case 0x22: line.append("\\\"")
                case 0x5c: line.append("\\\\")
                case 0x0a: line.append("\\n")
                case 0x0d: line.append("\\r")
                case 0x09: line.append("\\t")
                default:
                    let code = isC1 ? bytes[index + 1] : byte
                    line.append("\\u00")
                    line.append(.hexDigit(code >> 4))
                    line.append(.hexDigit(code))
                }
                index += isC1 ? 2 : 1
                copied = index
            }
            // A cut must not leave half a character behind: continuation bytes at the border go too.
            var last = max(copied, min(index, bytes.count))
            if last < bytes.count {
                while last > copied, bytes[last] & 0xc0 == 0x80 { last -= 1 }
            }
            line.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[copied..<last])))
            if bytes.count > longest { line.append("…") }
        }
    }

    /// Nothing in it must be escaped: most texts are such.
    @inline(__always)
    private static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        for byte in bytes where byte &- 0x20 >= 0x5f || byte == 0x22 || byte == 0x5c { return false }
        return true
    }

    /// In decimal digits, with a minus sign when it is negative.
    static func appendInteger(_ number: Int, to line: inout ByteBuffer) {
        if number < 0 { line.append("-") }
        line.append(utf8: String(number.magnitude))
    }

    /// `12.345` for 12,345,678 ns; negative spans, which a clock cannot give, count as zero.
    static func appendMilliseconds(_ nanoseconds: Int64, to line: inout ByteBuffer) {
        let microseconds = max(0, nanoseconds) / 1000
        line.append(decimal: Int(microseconds / 1000))
        line.append(".")
        appendThousandths(Int(microseconds % 1000), to: &line)
    }

    /// Three digits.
    static func appendThousandths(_ value: Int, to line: inout ByteBuffer) {
        line.append(0x30 + UInt8(truncatingIfNeeded: value / 100))
        line.append(0x30 + UInt8(truncatingIfNeeded: value / 10 % 10))
        line.append(0x30 + UInt8(truncatingIfNeeded: value % 10))
    }
}
