/// What iCalendar makes of texts and lines (RFC 5545 §3.1, §3.3.11).
enum ICSText {
    /// Octets of one line, its end not counted.
    static let mostOctets = 75

    /// The text as whoever reads the calendar sees it: every kind of line end is `\n`, and every other control character but
    /// the tab, which no property may hold, is a space. So no text can begin a line of its own, whatever a reader takes
    /// for the end of one.
    static func neutral(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0a: if previous != "\r" { output.append("\n") }
            case 0x0d, 0x85, 0x2028, 0x2029: output.append("\n")
            case 0x09: output.append(scalar)
            case 0x00...0x1f, 0x7f...0x9f: output.append(" ")
            default: output.append(scalar)
            }
            previous = scalar
        }
        return String(output)
    }

    /// Appends a text as the value of a property.
    static func append(_ text: String, to line: inout [UInt8]) {
        for octet in neutral(text).utf8 {
            switch octet {
            case 0x0a: line += #"\n"#.utf8
            case UInt8(ascii: "\\"), UInt8(ascii: ";"), UInt8(ascii: ","):
                line.append(UInt8(ascii: "\\"))
                line.append(octet)
            default: line.append(octet)
            }
        }
    }

    /// Appends a line in parts that are short enough, none of which begins within a character.
    static func fold(_ line: [UInt8], into output: inout [UInt8]) {
        var start = 0
        var room = mostOctets
        while line.count - start > room {
            var end = start + room
            while line[end] & 0xc0 == 0x80 { end -= 1 }
            output += line[start..<end]
            output += "\r\n ".utf8
            start = end
            // The blank that marks a continuation counts.
            room = mostOctets - 1
        }
        output += line[start...]
        output += "\r\n".utf8
    }
}
