public import Core

/// An address that somebody else names, taken apart so that it can be read in one way only.
///
/// Stricter than RFC 3986 on purpose: two programs that read one address differently are how a request ends up at a host that
/// nobody has checked.
public struct FetchURL: Sendable, Equatable {
    /// Characters of an address.
    public static let maxLength = 2048

    /// What is wrong with an address, without a part of it.
    public enum Problem: Error, Sendable, Equatable, CaseIterable {
        case length, character, scheme, userInformation, host, port, escape, fragment
    }

    public let isSecure: Bool
    /// Without the dot that ends a name, in lower case.
    public let host: HostName
    /// The one that is given, or the scheme's own.
    public let port: Int
    /// Path and query, `/` for none (RFC 9112 §3.2.1).
    public let target: String

    /// The address as it is asked for.
    public var text: String { origin + target }

    private var origin: String {
        (isSecure ? "https://" : "http://") + host.urlText + (port == (isSecure ? 443 : 80) ? "" : ":\(port)")
    }

    /// Reads an absolute address.
    /// - Throws: why it is none that could be fetched.
    public init(_ text: String) throws(Problem) {
        guard (1...Self.maxLength).contains(text.utf8.count) else { throw .length }
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f || "\"<>\\^`{|}".utf8.contains($0) }) else {
            throw .character
        }
        let start: Int
        if text.prefix(8).lowercased() == "https://" {
            (isSecure, start) = (true, 8)
        } else if text.prefix(7).lowercased() == "http://" {
            (isSecure, start) = (false, 7)
        } else {
            throw .scheme
        }
        guard !text.utf8.contains(UInt8(ascii: "#")) else { throw .fragment }
        let rest = text.dropFirst(start)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard !rest[..<end].contains("@") else { throw .userInformation }
        let (host, port) = try Self.authority(rest[..<end])
        self.host = host
        self.port = port ?? (isSecure ? 443 : 80)
        let target = String(rest[end...])
        guard Self.hasWholeEscapes(target) else { throw .escape }
        self.target = target.hasPrefix("/") ? target : "/" + target
    }

    private static func authority(_ text: Substring) throws(Problem) -> (HostName, Int?) {
        var name = text
        var digits: Substring?
        if text.first == "[" {
            guard let close = text.firstIndex(of: "]") else { throw .host }
            name = text[...close]
            let rest = text[text.index(after: close)...]
            guard rest.isEmpty || rest.first == ":" else { throw .host }
            if !rest.isEmpty { digits = rest.dropFirst() }
        } else if let colon = text.firstIndex(of: ":") {
            name = text[..<colon]
            digits = text[text.index(after: colon)...]
        }
        let host = try host(name)
        guard let digits else { return (host, nil) }
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let port = Int(digits),
            (1...65535).contains(port)
        else { throw .port }
        return (host, port)
    }

    /// A name, a dotted quad or an address of IPv6 in brackets, without a zone; no other spelling of a number.
    private static func host(_ text: Substring) throws(Problem) -> HostName {
        let isBracketed = text.first == "["
        // The dot of the root means the same name, and would pass a list of names unseen.
        let name = text.last == "." ? text.dropLast() : text
        guard let host = HostName(String(name)), host.isIPv6 == isBracketed, !host.text.contains("_") else {
            throw .host
        }
        // A number is no name, and has no root.
        guard name.endIndex == text.endIndex || !host.isAddress else { throw .host }
        // What a resolver reads as a number in hexadecimal.
        guard host.isIPv6 || host.text.split(separator: ".").last?.hasPrefix("0x") != true else { throw .host }
        return host
    }

    private static func hasWholeEscapes(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.indices.allSatisfy { index in
            bytes[index] != UInt8(ascii: "%")
                || index + 2 < bytes.count && bytes[index + 1].hexDigitValue != nil
                    && bytes[index + 2].hexDigitValue != nil
        }
    }
}

extension FetchURL {
    /// The address to which a reference in an answer to this one leads (RFC 3986 §5.2). Its fragment is dropped: it is never sent.
    /// - Throws: why that cannot be fetched.
    public func following(_ reference: String) throws(Problem) -> FetchURL {
        guard reference.utf8.count <= Self.maxLength else { throw .length }
        let text = reference.prefix { $0 != "#" }
        if Self.hasScheme(text) { return try FetchURL(String(text)) }
        if text.hasPrefix("//") { return try FetchURL((isSecure ? "https:" : "http:") + text) }
        let path = target.prefix { $0 != "?" }
        if text.isEmpty { return self }
        if text.first == "?" { return try FetchURL(origin + path + text) }
        let query = text.firstIndex(of: "?") ?? text.endIndex
        let whole = text.first == "/" ? String(text[..<query]) : Self.folder(of: path) + text[..<query]
        return try FetchURL(origin + Self.withoutDots(whole) + text[query...])
    }

    private static func hasScheme(_ text: Substring) -> Bool {
        guard let end = text.firstIndex(where: { ":/?".contains($0) }), text[end] == ":" else { return false }
        return true
    }

    private static func folder(of path: Substring) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "/"
    }

    /// RFC 3986 §5.2.4.
    private static func withoutDots(_ path: String) -> String {
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            switch segment {
            case ".": if isLast { kept.append("") }
            case "..":
                _ = kept.popLast()
                if isLast { kept.append("") }
            default: kept.append(segment)
            }
        }
        return "/" + kept.joined(separator: "/")
    }
}
