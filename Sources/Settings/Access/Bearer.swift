import Core

/// The credential of a request (RFC 6750 §2.1): only the Authorization field, never the query or the body.
package enum Bearer: Equatable {
    /// No field, or one of another scheme.
    case none
    /// A field that holds no token, or more than one field.
    case malformed
    case token(String)

    /// - Parameter fields: the values of all Authorization fields.
    package init(_ fields: [String]) {
        guard let field = fields.first else {
            self = .none
            return
        }
        guard fields.count == 1 else {
            self = .malformed
            return
        }
        let scheme = field.prefix { $0 != " " }
        guard scheme.lowercased() == "bearer" else {
            self = .none
            return
        }
        let token = field.dropFirst(scheme.count).drop { $0 == " " }
        let isFit = !token.isEmpty && token.utf8.count <= 4096 && token.utf8.allSatisfy(Self.isTokenByte)
        self = isFit ? .token(String(token)) : .malformed
    }

    /// What a `b64token` of RFC 6750 is made of.
    package static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "+"),
            UInt8(ascii: "/"), UInt8(ascii: "="):
            true
        default: byte.isASCIIAlphanumeric
        }
    }
}
