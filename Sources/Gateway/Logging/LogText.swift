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

    /// Nothing in it must be escaped: most texts are such. Eight octets at a time, the last eight with some of those before.
    @inline(__always)
    private static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let octets = UnsafeRawBufferPointer(bytes)
        guard octets.count >= 8 else {
            for byte in bytes where byte &- 0x20 >= 0x5f || byte == 0x22 || byte == 0x5c { return false }
            return true
        }
        var offset = 0
        while true {
            if !isPlain(octets.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) { return false }
            if offset == octets.count - 8 { return true }
            offset = min(offset + 8, octets.count - 8)
        }
    }

    /// Whether none of eight octets is a control character, a quote, a backslash, or no ASCII. A borrow can make an octet
    /// seem to be one, but only beside one that is.
    @inline(__always)
    private static func isPlain(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5c)
        let delete = word ^ (ones &* 0x7f)
        let odd =
            word | (word &- ones &* 0x20) | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash
            | (delete &- ones) & ~delete
        return odd & (ones &* 0x80) == 0
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
        let number = UInt32(truncatingIfNeeded: value)
        let digits = (
            0x30 + UInt8(truncatingIfNeeded: number / 100), 0x30 + UInt8(truncatingIfNeeded: number / 10 % 10),
            0x30 + UInt8(truncatingIfNeeded: number % 10)
        )
        withUnsafeBytes(of: digits) { line.append($0) }
    }
}
