import Core

/// Which header fields a document may set, and what may stand in them.
enum FieldRules {
    static let longestValue = 8192
    static let most = 32

    /// What says where a message ends, who it is for and how it is encoded: the transport's own.
    private static let transport: Set<String> = [
        "accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "proxy-authorization",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// What says who asks, or from where: never what the caller of a tool says.
    private static let identity: Set<String> = [
        "authorization", "cookie", "forwarded", "via", "x-real-ip", "x-request-id",
    ]

    /// A token (RFC 9110 §5.6.2).
    static func isName(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count)
            && name.utf8.allSatisfy { $0.isASCIIAlphanumeric || "!#$%&'*+-.^_`|~".utf8.contains($0) }
    }

    /// - Parameter name: in lower case.
    static func isTransport(_ name: String) -> Bool { transport.contains(name) }

    /// Whether what an argument says must not decide the field.
    static func isClosedToArguments(_ name: String) -> Bool {
        transport.contains(name) || identity.contains(name)
            || ["proxy-", "x-forwarded-", "mcp-", "sec-"].contains { name.hasPrefix($0) }
    }

    /// Whether the value is one line: what ends a line would begin another field.
    static func isValue(_ value: String) -> Bool {
        value.utf8.count <= longestValue && !value.unicodeScalars.contains(where: isControl)
    }

    /// C0, DEL, C1, and the two separators that Unicode has for lines.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
    }
}
