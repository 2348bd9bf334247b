import Core

/// What may be given as the link to a meeting: an absolute http or https URL (RFC 9110 §4.2).
package enum WebURL {
    /// `http://` or `https://`, then a host and perhaps a port; no space, no control character and no user information.
    /// A host outside of ASCII is left to Luma.
    package static func isValid(_ text: String) -> Bool {
        guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && !(0x7f...0xa0).contains($0.value) }) else {
            return false
        }
        let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") }
        let rest = text.utf8.dropFirst(scheme.count)
        // Lower case of a megabyte takes its time, and no scheme that counts is longer.
        guard scheme.count <= 5, ["http", "https"].contains(Substring(scheme).lowercased()),
            rest.starts(with: "://".utf8)
        else {
            return false
        }
        return isAuthority(
            rest.dropFirst(3).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
    }

    private static func isAuthority(_ text: Substring.UTF8View) -> Bool {
        guard !text.contains(UInt8(ascii: "@")), !text.contains(UInt8(ascii: "\\")) else { return false }
        var host = text.prefix { $0 != UInt8(ascii: ":") }
        if text.first == UInt8(ascii: "["), let end = text.firstIndex(of: UInt8(ascii: "]")) { host = text[...end] }
        let rest = text[host.endIndex...]
        return isHost(host) && (rest.isEmpty || rest.first == UInt8(ascii: ":") && isPort(rest.dropFirst()))
    }

    private static func isHost(_ text: Substring.UTF8View) -> Bool {
        guard text.allSatisfy({ $0 < 0x80 }) else { return true }
        // The dot of the root may end a name.
        return HostName(String(Substring(text.last == UInt8(ascii: ".") ? text.dropLast() : text))) != nil
    }

    private static func isPort(_ text: Substring.UTF8View) -> Bool {
        guard text.count <= 5, text.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return false }
        return text.isEmpty || UInt16(Substring(text)) != nil
    }
}
