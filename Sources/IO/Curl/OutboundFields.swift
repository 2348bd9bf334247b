import HTTP

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
