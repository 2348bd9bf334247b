/// A JSON document as a tree that keeps what the text said: member order and the spelling of numbers (RFC 8259).
///
/// Equality is exact: strings and names by their bytes, so that `"é"` written as one scalar or as two differs, where
/// Swift's own `==` on `String` would call them equal; numbers by their text.
public enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON: Equatable {
    public static func == (a: JSON, b: JSON) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }
}

extension String {
    /// Equality by UTF-8 bytes. `==` compares by canonical equivalence, which RFC 8259 §8.3 does not ask for.
    @inline(__always)
    func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return utf8.span.bytes.withUnsafeBytes { own in
            other.utf8.span.bytes.withUnsafeBytes { others in
                var offset = 0
                while offset &+ 8 <= own.count {
                    let difference =
                        own.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                        ^ others.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    if difference != 0 { return false }
                    offset &+= 8
                }
                while offset < own.count {
                    if own[offset] != others[offset] { return false }
                    offset &+= 1
                }
                return true
            }
        }
    }
}
