import Core

/// The origins (RFC 6454 §7) whose pages may call this server from a browser, besides its own.
public struct AllowedOrigins: Sendable, Equatable {
    private let origins: Set<String>

    /// - Parameter entries: `scheme://host[:port]`; what is not an origin is left out, the settings refuse it before.
    public init(_ entries: [String]) { origins = Set(entries.compactMap(Self.normal)) }

    public var isEmpty: Bool { origins.isEmpty }

    /// Whether a page of this origin may call. `null`, which sandboxed pages and local files send, is nobody's.
    public func contains(_ origin: String) -> Bool { Self.normal(origin).map(origins.contains) ?? false }

    package static func isEntry(_ text: String) -> Bool { normal(text) != nil }

    /// As browsers write it: lower case, without a port that goes without saying. Nil when it is no origin.
    private static func normal(_ text: String) -> String? {
        let text = text.lowercased()
        guard text.utf8.count <= 300, let mark = text.firstRange(of: "://") else { return nil }
        let (scheme, rest) = (text[..<mark.lowerBound], text[mark.upperBound...])
        guard let first = scheme.utf8.first, first >= 0x61, first <= 0x7a,
            scheme.utf8.allSatisfy({ $0.isASCIIAlphanumeric || $0 == 0x2b || $0 == 0x2d || $0 == 0x2e })
        else { return nil }
        if let bare = HostName(String(rest)) { return "\(scheme)://\(bare.urlText)" }
        guard let (host, port) = BaseURL.authority(rest) else { return nil }
        let isDefault = (scheme == "https" && port == 443) || (scheme == "http" && port == 80)
        guard let port, !isDefault else { return "\(scheme)://\(host.urlText)" }
        return "\(scheme)://\(host.urlText):\(port)"
    }
}
