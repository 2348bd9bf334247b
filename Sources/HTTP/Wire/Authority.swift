/// The grammar of `host [":" port]` (RFC 3986 §3.2) as Host, the absolute-form and the authority-form use it.
///
/// No user information (RFC 9110 §4.2.4), no empty host (§4.2.1), and no comma, though a registered name could hold one:
/// it is what a proxy makes of two Host fields.
enum Authority {
    struct Parts {
        /// From the start of the text; brackets of an IP literal included.
        var hostLength: Int
        /// Nil when there is no colon, or nothing after it.
        var port: Int?
    }

    static func parse(_ text: UnsafeRawBufferPointer) -> Parts? {
        guard let first = text.first else { return nil }
        var end = 0
        if first == Octet.openBracket {
            guard let close = text.firstOffset(of: Octet.closeBracket, from: 1) else { return nil }
            guard isAddressLiteral(text.part(1, close - 1)) else { return nil }
            end = close + 1
        } else {
            while end < text.count, text[end] != Octet.colon {
                if text[end] == Octet.percent {
                    guard isEscape(text, at: end) else { return nil }
                    end += 3
                } else if Octet.isName(text[end]), text[end] != Octet.comma {
                    end += 1
                } else {
                    return nil
                }
            }
        }
        guard end > 0, end <= 255 else { return nil }
        if end == text.count { return Parts(hostLength: end, port: nil) }
        guard text[end] == Octet.colon else { return nil }
        var port = 0
        for index in (end + 1)..<max(text.count, end + 1) {
            guard Octet.isDigit(text[index]) else { return nil }
            port = port * 10 + Int(text[index] - Octet.zero)
            guard port <= 65535 else { return nil }
        }
        return Parts(hostLength: end, port: end + 1 == text.count ? nil : port)
    }

    /// A percent sign with two hexadecimal digits after it.
    @inline(__always)
    static func isEscape(_ text: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        offset + 2 < text.count && Octet.hexValue(text[offset + 1]) != nil && Octet.hexValue(text[offset + 2]) != nil
    }

    /// IPv6address (RFC 3986 §3.2.2), without a zone. IPvFuture is refused: no such address exists.
    private static func isAddressLiteral(_ text: UnsafeRawBufferPointer) -> Bool {
        var groups = 0
        var compressed = false
        var offset = 0
        if text.count >= 2, text[0] == Octet.colon, text[1] == Octet.colon {
            compressed = true
            offset = 2
        }
        while offset < text.count {
            let start = offset
            while offset < text.count, Octet.hexValue(text[offset]) != nil { offset += 1 }
            if offset < text.count, text[offset] == Octet.dot {
                guard isIPv4(text.part(start, text.count - start)) else { return false }
                groups += 2
                break
            }
            guard (1...4).contains(offset - start) else { return false }
            groups += 1
            if offset == text.count { break }
            guard text[offset] == Octet.colon, offset + 1 < text.count else { return false }
            offset += 1
            if text[offset] == Octet.colon {
                guard !compressed else { return false }
                compressed = true
                offset += 1
            }
        }
        return compressed ? groups <= 7 : groups == 8
    }

    private static func isIPv4(_ text: UnsafeRawBufferPointer) -> Bool {
        var octets = 0
        var value = -1
        for octet in text {
            if octet == Octet.dot {
                guard value >= 0 else { return false }
                octets += 1
                value = -1
            } else {
                guard Octet.isDigit(octet), value != 0 else { return false }
                value = max(value, 0) * 10 + Int(octet - Octet.zero)
                guard value <= 255 else { return false }
            }
        }
        return octets == 3 && value >= 0
    }
}
