public import Core

/// Where Luma's API is: scheme, host, port and a path prefix, without a trailing slash.
///
/// The key travels there, so it is https; plain http only to this machine, where the sandbox may listen.
public struct BaseURL: Sendable, Equatable {
    public let text: String
    public let host: HostName
    public let isSecure: Bool

    /// Nil when the text is not such a URL.
    public init?(_ given: String) {
        guard given.utf8.count <= 2000 else { return nil }
        let lowered = given.lowercased()
        let isSecure = lowered.hasPrefix("https://")
        guard isSecure || lowered.hasPrefix("http://") else { return nil }
        let rest = given.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" }
        guard let (host, port) = Self.authority(authority), isSecure || host.isLoopback else { return nil }
        var path = rest.dropFirst(authority.count)
        while path.last == "/" { path.removeLast() }
        guard Self.isPath(path) else { return nil }
        self.host = host
        self.isSecure = isSecure
        let portText = port.map { ":\($0)" } ?? ""
        text = (isSecure ? "https://" : "http://") + host.urlText + portText + path
    }

    /// `host` or `host:port`, an IPv6 address in brackets; user information is refused.
    package static func authority(_ text: Substring) -> (host: HostName, port: Int?)? {
        var hostText = text
        var port: Int?
        let end = text.first == "[" ? text.lastIndex(of: "]") : nil
        if let colon = text.lastIndex(of: ":"), end.map({ $0 < colon }) ?? true {
            let digits = text[text.index(after: colon)...]
            guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                let number = Int(digits), (1...65535).contains(number)
            else { return nil }
            port = number
            hostText = text[..<colon]
        }
        // Without brackets a colon belongs to a port, never to an address.
        guard end != nil || !hostText.utf8.contains(UInt8(ascii: ":")) else { return nil }
        guard let host = HostName(String(hostText)) else { return nil }
        return (host, port)
    }

    private static func isPath(_ path: Substring) -> Bool {
        if path.isEmpty { return true }
        return path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".."
                && segment.utf8.allSatisfy {
                    switch $0 {
                    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
                    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
                    default: false
                    }
                }
        }
    }
}
