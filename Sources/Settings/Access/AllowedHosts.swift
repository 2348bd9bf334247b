import Core

/// The names under which this server may be addressed, checked against each request's `Host` field (RFC 9110 §7.2).
///
/// A page in a browser can make its own name resolve to this machine (DNS rebinding); the name in `Host` gives it
/// away. The names of the loopback are always allowed, whatever the port.
public struct AllowedHosts: Sendable, Equatable {
    private struct Entry: Sendable, Equatable {
        let host: [UInt8]
        let port: [UInt8]?
    }
    private var entries: [Entry] = []
    /// Every name is allowed.
    public let allowsAny: Bool

    /// The names of this machine, as a Host field has them.
    package static let loopback = ["localhost", "127.0.0.1", "[::1]"]

    /// - Parameter names: `host`, `host:port` or `*`; what is not an entry is left out, the settings refuse it before.
    public init(_ names: [String]) {
        allowsAny = names.contains("*")
        for name in Self.loopback + names where name != "*" {
            guard let (host, port) = Self.parse(name) else { continue }
            entries.append(Entry(host: Array(host.urlText.utf8), port: port.map { Array(String($0).utf8) }))
        }
    }

    /// Only names of this machine's loopback are allowed.
    package var areLoopbackOnly: Bool { !allowsAny && entries.count == Self.loopback.count }

    /// Whether a list of allowed hosts may hold this text.
    package static func isEntry(_ text: String) -> Bool { text == "*" || parse(text) != nil }

    private static func parse(_ text: String) -> (host: HostName, port: Int?)? {
        if let bare = HostName(text) { return (bare, nil) }
        return BaseURL.authority(text[...])
    }

    /// Whether a `Host` value names this server. Compares bytes; nothing is allocated.
    public func allows(_ field: UnsafeRawBufferPointer) -> Bool {
        if allowsAny { return true }
        var end = field.count
        var port: Slice<UnsafeRawBufferPointer>?
        // Digits behind a colon are a port; an address in brackets ends with its bracket.
        var colon = field.count - 1
        while colon >= 0, field[colon] &- 0x30 < 10 { colon -= 1 }
        if colon >= 0, field[colon] == UInt8(ascii: ":") {
            end = colon
            port = field[(colon + 1)...]
        }
        for entry in entries where entry.host.count == end && Self.matches(entry.host, field) {
            guard let wanted = entry.port else { return true }
            if let port, port.elementsEqual(wanted) { return true }
        }
        return false
    }

    /// Convenience for code that is not on the way of a request.
    public func allows(_ field: String) -> Bool {
        Array(field.utf8).withUnsafeBytes { allows($0) }
    }

    /// Whether a page of this origin (RFC 6454 §7) may use the server: one that is served under an allowed name.
    ///
    /// `*` is about the names of this server and opens nothing here: a page of any site would be let in. `null`, which
    /// sandboxed pages and local files send, is nobody's name.
    public func allows(origin: String) -> Bool {
        let text = origin.lowercased()
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return false }
        let named = AllowedHosts(entries: entries)
        return named.allows(String(text.dropFirst(scheme.count)))
    }

    private init(entries: [Entry]) {
        self.entries = entries
        allowsAny = false
    }

    private static func matches(_ host: [UInt8], _ field: UnsafeRawBufferPointer) -> Bool {
        for index in host.indices {
            var byte = field[index]
            if byte >= 0x41, byte <= 0x5a { byte |= 0x20 }
            if byte != host[index] { return false }
        }
        return true
    }
}

/// The origins (RFC 6454 §7) whose pages may call this server from a browser, besides its own.
public struct AllowedOrigins: Sendable, Equatable {
    private let origins: Set<String>

    /// - Parameter entries: `scheme://host[:port]`; what is not an origin is left out, the settings refuse it before.
    public init(_ entries: [String]) { origins = Set(entries.compactMap(Self.normal)) }

    /// Whether no foreign page may call.
    public var isEmpty: Bool { origins.isEmpty }

    /// Whether a page of this origin may call. `null`, which sandboxed pages and local files send, is nobody's.
    public func contains(_ origin: String) -> Bool { Self.normal(origin).map(origins.contains) ?? false }

    /// Whether a text is an origin that can be allowed.
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
