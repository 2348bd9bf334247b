import Core

/// One content line of iCalendar (RFC 5545 §3.1): `NAME;PARAMETER=value,"other value":VALUE`.
public struct ICSProperty: Sendable, Equatable {
    /// In capitals; names are the same in any case.
    public let name: String
    /// Names in capitals, and the values without their quotes.
    public let parameters: [(name: String, values: [String])]
    /// As it stands after the colon, nothing unescaped.
    public let value: String
    /// The line of the file where it begins, from 1.
    public let line: Int

    /// Reads an unfolded line.
    /// - Returns: nil for what is none.
    init?(_ bytes: [UInt8], line: Int = 1) {
        self.line = line
        var rest = bytes[...]
        guard let name = Self.name(&rest) else { return nil }
        var parameters: [(name: String, values: [String])] = []
        while rest.first == UInt8(ascii: ";") {
            rest = rest.dropFirst()
            guard parameters.count < Self.maxParameters, let parameter = Self.name(&rest),
                rest.popFirst() == UInt8(ascii: "="), let values = Self.values(&rest)
            else { return nil }
            parameters.append((parameter, values))
        }
        guard rest.popFirst() == UInt8(ascii: ":"), let value = String(validating: rest, as: UTF8.self) else {
            return nil
        }
        self.name = name
        self.parameters = parameters
        self.value = value.streamSafe
    }

    private static let maxParameters = 64

    /// The first value of the parameter of this name, in capitals.
    public func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.values.first }

    /// The value as TEXT: `\n` is a line end, and a backslash before any other character is that character
    /// (RFC 5545 §3.3.11).
    public var text: String {
        guard value.utf8.contains(UInt8(ascii: "\\")) else { return value }
        var output: [UInt8] = []
        output.reserveCapacity(value.utf8.count)
        var isEscaped = false
        for byte in value.utf8 {
            if isEscaped {
                output.append(byte | 0x20 == UInt8(ascii: "n") ? 0x0a : byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                output.append(byte)
            }
        }
        // A backslash at the very end escapes nothing.
        if isEscaped { output.append(UInt8(ascii: "\\")) }
        return String(decoding: output, as: UTF8.self).streamSafe
    }

    public static func == (a: ICSProperty, b: ICSProperty) -> Bool {
        a.name == b.name && a.value == b.value && a.line == b.line
            && a.parameters.elementsEqual(b.parameters) { $0.name == $1.name && $0.values == $1.values }
    }

    /// Letters, digits and hyphens, at least one.
    private static func name(_ rest: inout ArraySlice<UInt8>) -> String? {
        let bytes = rest.prefix { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        guard !bytes.isEmpty else { return nil }
        rest = rest[bytes.endIndex...]
        return String(decoding: bytes.map { $0 >= 0x61 && $0 <= 0x7a ? $0 - 0x20 : $0 }, as: UTF8.self)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20)
    }

    private static func values(_ rest: inout ArraySlice<UInt8>) -> [String]? {
        var values: [String] = []
        repeat {
            let bytes: ArraySlice<UInt8>
            if rest.first == UInt8(ascii: "\"") {
                bytes = rest.dropFirst().prefix { $0 != UInt8(ascii: "\"") }
                rest = rest[bytes.endIndex...]
                guard rest.popFirst() != nil else { return nil }
            } else {
                bytes = rest.prefix { !#",;:""#.utf8.contains($0) }
                rest = rest[bytes.endIndex...]
            }
            guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
            values.append(text.streamSafe)
            guard rest.first == UInt8(ascii: ",") else { return values }
            rest = rest.dropFirst()
        } while values.count < maxParameters
        return nil
    }
}
