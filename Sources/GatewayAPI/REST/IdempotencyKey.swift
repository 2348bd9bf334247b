/// The value of an `Idempotency-Key` field (draft-ietf-httpapi-idempotency-key-header §2.1).
///
/// The draft wants a string of structured fields, `"8e03978e-40d5"`; many clients send it without the quotes, and both
/// are the same key here.
package struct IdempotencyKey: Equatable {
    package let text: String
    /// Far more than any identifier needs; what is longer is no key.
    package static let longest = 255
    /// What it must be, to follow its name.
    package static let rule = "must be 1 to 255 visible ASCII characters"

    package init(text: String) throws(APIError) {
        guard !text.isEmpty, text.utf8.count <= Self.longest, text.utf8.allSatisfy({ (0x20...0x7e).contains($0) })
        else { throw .idempotencyKeyInvalid }
        self.text = text
    }

    /// - Throws: `APIError` 400 for what is neither one string nor one plain word.
    package init(field: String) throws(APIError) {
        let bytes = field.utf8.drop { $0 == 0x20 || $0 == 0x09 }
        guard bytes.first == UInt8(ascii: "\"") else {
            let word = String(
                field.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
            // Two fields arrive joined with a comma, and parameters begin with a semicolon.
            guard word.utf8.allSatisfy({ $0 > 0x20 && !#"",;\"#.utf8.contains($0) }) else {
                throw .idempotencyKeyInvalid
            }
            try self.init(text: word)
            return
        }
        var text: [UInt8] = []
        var rest = bytes.dropFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                // Parameters of an item may follow and say nothing here (RFC 9651 §3.1.2).
                let tail = rest.drop { $0 == 0x20 || $0 == 0x09 }
                guard tail.isEmpty || tail.first == UInt8(ascii: ";"), !tail.contains(UInt8(ascii: ",")) else {
                    throw .idempotencyKeyInvalid
                }
                try self.init(text: String(decoding: text, as: UTF8.self))
                return
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\")
                else {
                    throw .idempotencyKeyInvalid
                }
                text.append(escaped)
            default: text.append(byte)
            }
        }
        throw .idempotencyKeyInvalid
    }
}
