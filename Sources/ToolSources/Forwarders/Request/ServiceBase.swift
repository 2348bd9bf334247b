public import Core

/// Where a service is: what stands before the path of every request to it.
public struct ServiceBase: Sendable, Equatable {
    /// What the operator opens for a service; all closed, it is a public host that is reached by https.
    public struct Allowance: Sendable, Equatable {
        /// Addresses of private networks.
        public var isPrivate = false
        /// This machine.
        public var isLoopback = false
        /// Without TLS to a host that is not this machine.
        public var isPlainHTTP = false
        /// Other hosts that may give tokens out.
        public var tokenHosts: [String] = []

        public init() {}
    }

    static let longestURL = 8192

    /// Whether it is https.
    public let isSecure: Bool
    public let host: HostName
    /// Nil for the scheme's own.
    public let port: Int?
    /// Nothing, or segments that each begin with a slash.
    let prefix: String

    /// `https://host:port`, without a slash at the end.
    public let origin: String
    /// The base as text.
    let text: String

    /// Reads an absolute URL without user information, query and fragment.
    /// - Throws: what is wrong with it, in words that do not repeat it.
    init(_ text: String, allow: Allowance) throws(ReferenceError) {
        guard text.utf8.count <= 1024 else { throw ReferenceError("is too long for a base URL") }
        guard let (origin, target) = Origin.split(text) else {
            throw ReferenceError("must be an absolute URL of a host: https://host, with a port and a path if need be")
        }
        guard !target.contains("?") else { throw ReferenceError("must not have a query") }
        var prefix = target
        if prefix.hasSuffix("/") { prefix.removeLast() }
        guard URLPath.isClean(prefix), !prefix.hasSuffix("/") else {
            throw ReferenceError("has a path with an empty segment, a dot segment or a character that must be encoded")
        }
        try Self.check(origin, allow)
        (isSecure, host, port) = (origin.isSecure, origin.host, origin.port)
        self.prefix = prefix
        self.origin = (isSecure ? "https://" : "http://") + host.urlText + (port.map { ":\($0)" } ?? "")
        self.text = self.origin + prefix
    }

    /// Refuses an origin that the operator has not opened. Which address a name has is looked at when it is connected to.
    static func check(_ origin: Origin, _ allow: Allowance) throws(ReferenceError) {
        if origin.host.isLoopback {
            guard allow.isLoopback else {
                throw ReferenceError("is this machine, which needs \"allow\": {\"loopback\": true}")
            }
        } else if !origin.isSecure {
            guard allow.isPlainHTTP else {
                throw ReferenceError("is not https, which needs \"allow\": {\"plain_http\": true}")
            }
        }
        guard !origin.host.isWildcard else { throw ReferenceError("is not a valid host") }
    }

    /// The URL of a path and query below this base.
    func url(_ path: String, query: QueryString) -> String {
        text + path + (query.isEmpty ? "" : "?" + query.text)
    }

    /// Where a reference leads that is not followed.
    enum Departure: String, Error {
        case elsewhere = "another origin"
        case above = "a path outside of the base URL"
        /// It cannot be read in one way only.
        case unclear = "a URL that is malformed, too long or relative to the path"
    }

    /// The URL that a reference in an answer leads to.
    /// - Parameter current: the URL of the request that was answered.
    func follow(_ reference: String, from current: String) throws(Departure) -> String {
        guard reference.utf8.count <= Self.longestURL, !reference.isEmpty else { throw .unclear }
        let url: String
        switch reference.utf8.first {
        case UInt8(ascii: "?"): url = current.prefix { $0 != "?" } + reference
        case UInt8(ascii: "/") where reference.hasPrefix("//"): url = (isSecure ? "https:" : "http:") + reference
        case UInt8(ascii: "/"): url = origin + reference
        default: url = reference
        }
        if let departure = departure(of: url) { throw departure }
        return url
    }

    /// Whether an absolute URL is on this origin and below this base.
    func contains(_ url: String) -> Bool { departure(of: url) == nil }

    private func departure(of url: String) -> Departure? {
        guard url.utf8.count <= Self.longestURL else { return .unclear }
        let target: String
        do throws(Departure) { target = try self.target(of: url) } catch { return error }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first.map(String.init) ?? ""
        guard URLPath.isClean(path), parts.dropFirst().allSatisfy({ URLPath.isQuery(String($0)) }) else {
            return .unclear
        }
        return path == prefix || path.hasPrefix(prefix + "/") ? nil : .above
    }

    /// What follows this origin in an absolute URL.
    private func target(of url: String) throws(Departure) -> String {
        // A URL that was made of this base begins as it does, and nothing is left to be understood.
        if url.utf8.starts(with: origin.utf8) {
            let rest = url.utf8.dropFirst(origin.utf8.count)
            if rest.first == UInt8(ascii: "/") { return String(Substring(rest)) }
        }
        guard let (origin, target) = Origin.split(url) else { throw .unclear }
        guard origin.isSecure == isSecure, origin.host == host, origin.effectivePort == Origin(self).effectivePort
        else { throw .elsewhere }
        return target
    }
}

/// Scheme, host and port of a URL.
struct Origin: Equatable {
    let isSecure: Bool
    let host: HostName
    let port: Int?

    var effectivePort: Int { port ?? (isSecure ? 443 : 80) }

    init(_ base: ServiceBase) { (isSecure, host, port) = (base.isSecure, base.host, base.port) }

    private init(isSecure: Bool, host: HostName, port: Int?) {
        (self.isSecure, self.host, self.port) = (isSecure, host, port)
    }

    /// Takes an absolute URL apart into its origin and the rest; nil for one with user information, a fragment, another
    /// scheme, or a host or port that some program might read in another way.
    static func split(_ url: String) -> (origin: Origin, target: String)? {
        let isSecure: Bool
        let start: Int
        if url.prefix(8).lowercased() == "https://" {
            (isSecure, start) = (true, 8)
        } else if url.prefix(7).lowercased() == "http://" {
            (isSecure, start) = (false, 7)
        } else {
            return nil
        }
        let rest = url.dropFirst(start)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard !rest.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f || "#\\\"<>^`{|}".utf8.contains($0) }),
            let (host, port) = authority(rest[..<end])
        else { return nil }
        return (Origin(isSecure: isSecure, host: host, port: port), String(rest[end...]))
    }

    private static func authority(_ text: Substring) -> (HostName, Int?)? {
        var name = text
        var digits: Substring?
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            name = text[..<colon]
            digits = text[colon...].dropFirst()
        }
        guard let host = HostName(String(name)), !host.isIPv6 || name.first == "[", isPlain(host) else { return nil }
        guard let digits else { return (host, nil) }
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let port = Int(digits),
            (1...65535).contains(port)
        else { return nil }
        return (host, port)
    }

    /// No last label that a resolver reads as a number.
    private static func isPlain(_ host: HostName) -> Bool {
        guard !host.isIPv6, let last = host.text.split(separator: ".").last else { return true }
        return !last.hasPrefix("0x") && !host.text.contains("_")
    }
}

/// The rules of a URL's path and query.
enum URLPath {
    /// Whether it is nothing, or segments behind a slash each of what a URL may hold, none empty but the last, and none a dot
    /// segment in any spelling.
    static func isClean(_ path: String) -> Bool {
        if path.isEmpty { return true }
        guard path.utf8.first == UInt8(ascii: "/"), hasEscapes(path),
            path.utf8.allSatisfy({ isSegmentByte($0) || $0 == 0x2f })
        else { return false }
        let segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        return segments.dropLast().allSatisfy { !$0.isEmpty } && segments.allSatisfy { !isDotted($0) }
    }

    /// Whether it may stand behind the `?` of a URL.
    static func isQuery(_ query: String) -> Bool {
        hasEscapes(query) && query.utf8.allSatisfy { isSegmentByte($0) || $0 == 0x2f || $0 == 0x3f }
    }

    /// pchar (RFC 3986 §3.3) without the comma's friends that some servers end a segment at.
    private static func isSegmentByte(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || "-._~%!$&'()*+,;=:@".utf8.contains(byte)
    }

    private static func hasEscapes(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.indices.allSatisfy { index in
            bytes[index] != UInt8(ascii: "%")
                || index + 2 < bytes.count && bytes[index + 1].hexDigitValue != nil
                    && bytes[index + 2].hexDigitValue != nil
        }
    }

    /// Whether a part of it, between slashes or backslashes, means "here" or "above" to somebody who decodes it, how often
    /// they may do so, and who takes what follows a semicolon for a parameter.
    static func isDotted(_ text: some Collection<UInt8>) -> Bool {
        var bytes = Array(text)
        for _ in 0..<4 {
            let parts = bytes.split(omittingEmptySubsequences: false) { $0 == 0x2f || $0 == 0x5c }
            for part in parts {
                let name = part.prefix { $0 != UInt8(ascii: ";") }
                if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { return true }
            }
            let decoded = PercentCoding.decodeLeniently(bytes)
            if decoded.count == bytes.count { return false }
            bytes = decoded
        }
        // Nobody encodes a name four times but to get past somebody.
        return true
    }
}
