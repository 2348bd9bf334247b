import Core
import HTTP

/// The absolute URL of a request to an upstream, taken apart and checked before libcurl sees it.
///
/// Stricter than RFC 3986 on purpose: two parsers that read one URL differently are how a key ends up at a foreign
/// host. No user information, no fragment, no spelling of an IPv4 address but the dotted quad, and plain http
/// only towards this machine.
struct UpstreamURL {
    /// What is wrong with a URL; bounded texts for a log, none of them holds a part of the URL.
    enum Problem: String, Error, CaseIterable {
        case length = "the URL is empty or too long"
        case character = "the URL holds a character that must be percent-encoded"
        case scheme = "the URL's scheme is not https"
        case userInformation = "the URL holds user information"
        case host = "the URL's host is not a name or an address"
        case port = "the URL's port is not a number from 1 to 65535"
        case escape = "the URL holds a percent sign without two hexadecimal digits"
        case fragment = "the URL holds a fragment"
        case plainText = "http is only for a loopback host"
    }

    static let maximumLength = 8192

    /// What stands in front of the path. An object, because a client's URLs all have the same.
    final class Origin: Sendable {
        /// Scheme, host and port as given, without a path: `https://host:port`.
        let text: String
        let isSecure: Bool
        /// True for 127.0.0.0/8, ::1 and `localhost`.
        let isLoopback: Bool

        fileprivate init(_ text: String, isSecure: Bool, isLoopback: Bool) {
            (self.text, self.isSecure, self.isLoopback) = (text, isSecure, isLoopback)
        }
    }

    let origin: Origin
    /// The whole URL.
    private let text: String
    /// Where the path begins, or what stands in its place.
    private let pathStart: Int

    /// Path and query as given, `/` for none: the request target (RFC 9112 §3.2.1).
    var target: String { withTarget { String(cString: $0) } }

    /// Calls `body` with the target, which ends with a zero byte and lives as long as the call.
    func withTarget<T>(_ body: (UnsafePointer<CChar>) -> T) -> T {
        text.withCString { start in
            let path = start + pathStart
            if path.pointee == CChar(bitPattern: UInt8(ascii: "/")) { return body(path) }
            return ("/" + String(cString: path)).withCString(body)
        }
    }

    /// - Parameters:
    ///   - known: a URL that was checked before; what stands in front of the path is not checked anew when it is the same.
    ///   - allowsPlainText: for other hosts than this machine, too.
    init(_ text: String, like known: Origin? = nil, allowsPlainText: Bool = false) throws(Problem) {
        guard !text.isEmpty, text.utf8.count <= Self.maximumLength else { throw .length }
        var text = text
        let parts: Result<(Origin, Int), Problem> = text.withUTF8 { bytes in
            Result { () throws(Problem) in try Self.check(UnsafeRawBufferPointer(bytes), known, allowsPlainText) }
        }
        (origin, pathStart) = try parts.get()
        self.text = text
    }

    /// - Returns: what stands in front of the path, and its length.
    private static func check(
        _ bytes: UnsafeRawBufferPointer, _ known: Origin?, _ allowsPlainText: Bool
    ) throws(Problem) -> (origin: Origin, length: Int) {
        let origin: Origin
        let end: Int
        if let known, isOrigin(known, of: bytes) {
            (origin, end) = (known, known.text.utf8.count)
            try checkTarget(bytes, from: end)
        } else {
            try checkTarget(bytes, from: 0)
            let start: Int
            let isSecure: Bool
            if bytes.starts(with: "https://".utf8) {
                (isSecure, start) = (true, 8)
            } else if bytes.starts(with: "http://".utf8) {
                (isSecure, start) = (false, 7)
            } else {
                throw .scheme
            }
            end = bytes[start...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? bytes.count
            let host = try checkAuthority(ArraySlice(bytes[start..<end]))
            let isLoopback = isLoopback(host)
            guard isSecure || isLoopback || allowsPlainText else { throw .plainText }
            origin = Origin(
                String(decoding: bytes[..<end], as: UTF8.self), isSecure: isSecure, isLoopback: isLoopback)
        }
        try checkEscapes(bytes[end...])
        return (origin, end)
    }

    /// Refuses what no URL may hold unencoded.
    private static func checkTarget(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(Problem) {
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case 0...0x20, 0x7f..., UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
                UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                throw .character
            case UInt8(ascii: "#"): throw .fragment
            default: index += 1
            }
        }
    }

    /// Whether the bytes begin with this origin, and it ends there.
    private static func isOrigin(_ known: Origin, of bytes: UnsafeRawBufferPointer) -> Bool {
        let end = known.text.utf8.count
        guard end <= bytes.count else { return false }
        let isEqual = known.text.utf8.withContiguousStorageIfAvailable {
            UnsafeRawBufferPointer(rebasing: bytes[..<end]).isSame(as: UnsafeRawBufferPointer($0))
        }
        guard isEqual == true else { return false }
        return end == bytes.count || bytes[end] == UInt8(ascii: "/") || bytes[end] == UInt8(ascii: "?")
    }

    /// Checks `host[:port]` and returns the host: for an IPv6 literal the text between the brackets.
    private static func checkAuthority(_ authority: ArraySlice<UInt8>) throws(Problem) -> ArraySlice<UInt8> {
        guard !authority.contains(UInt8(ascii: "@")) else { throw .userInformation }
        let host: ArraySlice<UInt8>
        var rest: ArraySlice<UInt8>
        if authority.first == UInt8(ascii: "[") {
            guard let close = authority.firstIndex(of: UInt8(ascii: "]")) else { throw .host }
            host = authority[(authority.startIndex + 1)..<close]
            rest = authority[(close + 1)...]
            guard !host.isEmpty, host.count <= 45, host.allSatisfy({ isHexDigit($0) || $0 == 0x3a || $0 == 0x2e })
            else {
                throw .host
            }
        } else {
            let colon = authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
            host = authority[..<colon]
            rest = authority[colon...]
            guard isName(host) || isDottedQuad(host) else { throw .host }
        }
        guard let colon = rest.popFirst() else { return host }
        guard colon == UInt8(ascii: ":") else { throw .host }
        guard (1...5).contains(rest.count), rest.allSatisfy(isDigit),
            let port = Int(String(decoding: rest, as: UTF8.self)),
            (1...65535).contains(port)
        else { throw .port }
        return host
    }

    /// A host name of letters, digits and hyphens (RFC 1123 §2.1) whose last label is not a number: a name like
    /// `127.1` or `0x7f000001` would be read as an address by libcurl.
    private static func isName(_ host: ArraySlice<UInt8>) -> Bool {
        guard !host.isEmpty, host.count <= 253 else { return false }
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        for label in labels {
            guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-"),
                label.allSatisfy({ isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") })
            else { return false }
        }
        guard let last = labels.last else { return false }
        let hexadecimal =
            last.count >= 2 && last.first == UInt8(ascii: "0") && last.dropFirst().first.map { $0 | 0x20 } == 0x78
        return !hexadecimal && !last.allSatisfy(isDigit)
    }

    private static func isDottedQuad(_ host: ArraySlice<UInt8>) -> Bool {
        let parts = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard (1...3).contains(part.count), part.allSatisfy(isDigit) else { return false }
                if part.count > 1, part.first == UInt8(ascii: "0") { return false }
                return part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
            }
    }

    private static func isLoopback(_ host: ArraySlice<UInt8>) -> Bool {
        if host.elementsEqual("::1".utf8) || host.elementsEqual("localhost".utf8) { return true }
        return isDottedQuad(host) && host.starts(with: "127.".utf8)
    }

    private static func checkEscapes(_ bytes: Slice<UnsafeRawBufferPointer>) throws(Problem) {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == UInt8(ascii: "%") {
                guard index + 2 < bytes.endIndex, isHexDigit(bytes[index + 1]), isHexDigit(bytes[index + 2]) else {
                    throw .escape
                }
                index += 2
            }
            index += 1
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
    private static func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte | 0x20) }
}

/// The check of the fields that a caller wants to send, and their form for libcurl's list.
enum OutboundFields {
    /// What is wrong with a field; bounded texts for a log.
    enum Problem: String, Error, CaseIterable {
        case count = "there are too many fields"
        case length = "a field is too long"
        case name = "a field's name is not a token"
        case value = "a field's value holds a control character"
        case reserved = "a field belongs to the transport"
    }

    static let maximumCount = 64
    static let maximumLength = 16_384

    /// Fields that describe the message's framing, its target or the connection. A caller that could set them could
    /// split a request in two or send the key to another virtual host.
    private static let reserved: Set<String> = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-authorization", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade",
    ]

    /// Checks names against RFC 9110 §5.1 and values against §5.5, before a byte goes to libcurl, which checks nothing.
    static func check(_ fields: [Field]) throws(Problem) {
        guard fields.count <= maximumCount else { throw .count }
        for field in fields {
            guard field.name.utf8.count + field.value.utf8.count <= maximumLength else { throw .length }
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(isTokenCharacter) else { throw .name }
            guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else { throw .value }
            guard !reserved.contains(field.name.lowercased()) else { throw .reserved }
        }
    }

    /// The line that makes libcurl send `field`. For an empty value it must end in a semicolon: `Name:` means
    /// "do not send this field" (CURLOPT_HTTPHEADER).
    static func line(_ field: Field) -> String {
        let isBlank = field.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
        return isBlank ? field.name + ";" : field.name + ": " + field.value
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
