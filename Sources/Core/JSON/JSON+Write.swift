extension JSON {
    /// The compact text of this document.
    public var encoded: [UInt8] {
        var output: [UInt8] = []
        // An event's size; to grow there from nothing takes six steps.
        output.reserveCapacity(512)
        write(to: &output)
        return output
    }

    /// Appends the compact text of this document.
    public func write(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let number): output.append(contentsOf: number.text.utf8)
        case .string(let text): Self.write(text, to: &output)
        case .array(let items):
            output.append(UInt8(ascii: "["))
            var isFirst = true
            for item in items {
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                item.write(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object): object.write(to: &output)
        }
    }

    /// Appends `text` as a JSON string: quotes, backslash and control characters escaped, the rest as UTF-8.
    public static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            // What needs no escape goes over in runs.
            var start = 0
            for index in bytes.indices {
                let byte = bytes[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
                start = index + 1
                writeEscape(of: byte, to: &output)
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func writeEscape(of byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0a: output.append(UInt8(ascii: "n"))
        case 0x0c: output.append(UInt8(ascii: "f"))
        case 0x0d: output.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        default:
            output.append(contentsOf: "u00".utf8)
            output.append(UInt8.hexDigit(byte >> 4))
            output.append(UInt8.hexDigit(byte))
        }
    }
}

extension JSONObject {
    /// Appends the compact text of this object.
    public func write(to output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        var isFirst = true
        for member in members {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            JSON.write(member.name, to: &output)
            output.append(UInt8(ascii: ":"))
            member.value.write(to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }
}

extension JSON {
    /// The same value with the members of every object in the order of their names.
    public var canonical: JSON {
        switch self {
        case .object(let object):
            .object(
                JSONObject(
                    object.members.map { (name: $0.name, value: $0.value.canonical) }.sorted {
                        $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
                    }))
        case .array(let items): .array(items.map(\.canonical))
        default: self
        }
    }
}
