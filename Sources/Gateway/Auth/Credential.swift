import Core
import HTTP
import Settings

/// The credential of a request, within the connection's buffer: a bearer token of `Authorization` (RFC 6750 §2.1), or the field
/// `X-API-Key`; never of the query or the body.
enum Credential {
    /// No field, or one of another scheme.
    case none
    /// A field that holds no credential, or more than one of it.
    case malformed
    /// The two fields hold different ones.
    case conflicting
    case text(UnsafeRawBufferPointer)

    private static let mostBytes = 4096

    init(_ request: RequestView) {
        let bearer = Self.bearer(request)
        switch Self.key(request) {
        case .none: self = bearer
        case .text(let key):
            switch bearer {
            case .none: self = .text(key)
            case .text(let token): self = token.isSame(as: key) ? bearer : .conflicting
            case .malformed, .conflicting: self = bearer
            }
        case .malformed, .conflicting: self = .malformed
        }
    }

    private static func bearer(_ request: RequestView) -> Credential {
        guard let field = request.value(of: .authorization) else { return .none }
        guard request.count(of: .authorization) == 1 else { return .malformed }
        let length = field.firstIndex(of: UInt8(ascii: " ")) ?? field.count
        guard length == 6, zip(field, "bearer".utf8).allSatisfy({ $0 | 0x20 == $1 }) else { return .none }
        let token = field[length...].drop { $0 == UInt8(ascii: " ") }
        return credential(UnsafeRawBufferPointer(rebasing: token))
    }

    private static func key(_ request: RequestView) -> Credential {
        guard let field = request.value(of: .xAPIKey) else { return .none }
        return request.count(of: .xAPIKey) == 1 ? credential(field) : .malformed
    }

    private static func credential(_ text: UnsafeRawBufferPointer) -> Credential {
        let isFit = (1...mostBytes).contains(text.count) && text.allSatisfy(Bearer.isTokenByte)
        return isFit ? .text(text) : .malformed
    }
}
