public import Core

/// Why an answer cannot be put on the wire: a fault of this program, never of the peer.
public enum ResponseError: Error, Sendable, Equatable {
    /// A field name that is no token, or a value with CR, LF, NUL or another control character: with it a text from
    /// outside could end the head and write an answer of its own.
    case invalidField(name: String)
    /// A field that the server itself writes: Date, Server, Content-Length, Transfer-Encoding, Connection.
    case reservedField(name: String)
    /// Not 200–599.
    case invalidStatus(Int)
}

/// Writes answers (RFC 9112 §4, §6, §7.1).
public enum ResponseEncoder {
    /// Appends the head of an answer, its empty line included. On an error `out` is as before.
    ///
    /// - Parameters:
    ///   - prepared: lines in front of `fields`.
    ///   - extra: one more field behind them; apart, so that a handler can add it without a copy of the others.
    ///   - opening: what `opening(at:)` has made for this second.
    ///   - length: octets of the body, for `.length`.
    public static func appendHead(
        status: Int, prepared: FieldBlock? = nil, fields: [Field], extra: Field? = nil, framing: AnswerFraming,
        length: Int, opening: UnsafeRawBufferPointer, to out: inout ByteBuffer
    ) throws(ResponseError) {
        guard (200...599).contains(status) else { throw .invalidStatus(status) }
        let before = out.count
        if status == 200 {
            out.append(opening)
        } else {
            out.append("HTTP/1.1 ")
            out.append(decimal: status)
            out.append(Octet.space)
            out.append(ReasonPhrase.of(status))
            out.append(opening.part(statusLine.utf8.count, opening.count - statusLine.utf8.count))
        }
        if let prepared { out.append(prepared.bytes) }
        do throws(ResponseError) {
            for field in fields { try append(field, to: &out) }
            if let extra { try append(extra, to: &out) }
        } catch {
            out.truncate(to: before)
            throw error
        }
        switch framing.body {
        case .none, .untilClose: break
        case .chunked: out.append("Transfer-Encoding: chunked\r\n")
        case .length:
            out.append("Content-Length: ")
            out.append(decimal: length)
            // Nearly all heads end here.
            if framing.connection == .unsaid { return out.append("\r\n\r\n") }
            out.append("\r\n")
        }
        switch framing.connection {
        case .unsaid: out.append("\r\n")
        case .close: out.append("Connection: close\r\n\r\n")
        case .keepAlive: out.append("Connection: keep-alive\r\n\r\n")
        }
    }

    /// What every 200 of a second begins with, to be copied as one piece: the status line, the Date (RFC 9110 §5.6.7) and the
    /// constant lines. An answer with another status has its own status line before the rest.
    public static func opening(at time: Timestamp) -> [UInt8] {
        Array((statusLine + "\r\nDate: " + time.httpDate + constantLines).utf8)
    }

    /// Octets of each opening.
    public static let openingLength = opening(at: Timestamp(milliseconds: 0)).count

    private static let statusLine = "HTTP/1.1 200 OK"

    /// What every answer says after its Date: besides the name of the server, that a browser takes no answer for another type than it
    /// has (WHATWG Fetch §3.6), and that no page of another site gets it as an image, a script or the like (§3.7).
    private static let constantLines =
        "\r\nServer: luma-mcp\r\nX-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n"

    /// Appends one chunk; nothing for no data, which would end the body.
    public static func appendChunk(_ data: UnsafeRawBufferPointer, to out: inout ByteBuffer) {
        guard !data.isEmpty else { return }
        out.append(hexadecimal: data.count)
        out.append("\r\n")
        out.append(data)
        out.append("\r\n")
    }

    /// Appends the end of a body in chunks.
    public static func appendLastChunk(to out: inout ByteBuffer) { out.append("0\r\n\r\n") }

    static func append(_ field: Field, to out: inout ByteBuffer) throws(ResponseError) {
        // The one that every answer of a gateway has; two short strings are compared as two words.
        if field.name == "X-Request-Id" {
            out.append("X-Request-Id: ")
            return try append(value: field, to: &out)
        }
        let name = out.count
        out.append(utf8: field.name)
        out.append(": ")
        let value = out.count
        // Checked where it was copied to: strings are bytes there.
        let written = UnsafeRawBufferPointer(out.bytes)
        guard value - name > 2 else { throw .invalidField(name: field.name) }
        for index in name..<(value - 2) where !Octet.isToken(written[index]) {
            throw .invalidField(name: field.name)
        }
        if isReserved(written.part(name, value - 2 - name)) { throw .reservedField(name: field.name) }
        try append(value: field, to: &out)
    }

    private static func append(value field: Field, to out: inout ByteBuffer) throws(ResponseError) {
        let value = out.count
        out.append(utf8: field.value)
        let written = UnsafeRawBufferPointer(out.bytes)
        guard written.part(value, written.count - value).isFieldContent else { throw .invalidField(name: field.name) }
        out.append("\r\n")
    }

    private static func isReserved(_ name: UnsafeRawBufferPointer) -> Bool {
        switch name.count {
        case 4: name.equalsIgnoringCase("date")
        case 6: name.equalsIgnoringCase("server")
        case 10: name.equalsIgnoringCase("connection")
        case 14: name.equalsIgnoringCase("content-length")
        case 17: name.equalsIgnoringCase("transfer-encoding")
        default: false
        }
    }
}
