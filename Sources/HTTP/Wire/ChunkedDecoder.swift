/// Takes a chunked body apart (RFC 9112 §7.1), as its bytes come.
///
/// Size lines and trailer lines are judged when they are whole, so the outcome does not depend on how the bytes were
/// cut. Every trailer field is checked and then dropped: no handler has a use for one, and a field that comes after
/// the body must never act as if it had come before (RFC 9110 §6.5.1).
struct ChunkedDecoder: Sendable {
    private enum Part: UInt8 { case size, data, dataEnd, trailer, done }

    enum Event: Equatable {
        /// Octets of the body, as offsets in the bytes that were given.
        case data(Range<Int>)
        case needMore
        /// The body and its trailer section have ended before the position.
        case done
    }

    /// A size line with its extensions, without its CRLF. Extensions have no use here at all.
    static let longestSizeLine = 512
    /// What may be spent on sizes, extensions and line ends, beyond eight octets for each octet of data.
    static let overheadAllowance = 16 << 10

    private var part = Part.size
    /// Octets of the current chunk that have not come yet.
    private var remaining = 0
    private(set) var decoded = 0
    private var overhead = 0
    private var trailerBytes: UInt32 = 0
    private var trailerFields: UInt32 = 0
    /// There is no LF in the current line up to here, counted from its start.
    private var scanned: UInt32 = 0

    /// Goes on at `position`, which it moves past what needs no second look.
    mutating func next(
        _ bytes: UnsafeRawBufferPointer, at position: inout Int, _ limits: WireLimits
    ) throws(ProtocolError) -> Event {
        while true {
            switch part {
            case .size:
                guard
                    let line = try line(bytes, &position, longest: Self.longestSizeLine, else: .malformedChunk)
                else { return .needMore }
                try acceptSize(line, limits)
            case .data:
                let taken = min(remaining, bytes.count - position)
                if taken == 0 { return .needMore }
                let range = position..<(position + taken)
                position += taken
                remaining -= taken
                decoded += taken
                if remaining == 0 { part = .dataEnd }
                return .data(range)
            case .dataEnd:
                let left = bytes.count - position
                if left > 0, bytes[position] != Octet.carriageReturn { throw .malformedChunk }
                if left > 1, bytes[position + 1] != Octet.lineFeed { throw .malformedChunk }
                if left < 2 { return .needMore }
                position += 2
                part = .size
            case .trailer:
                let room = limits.headBytes - Int(trailerBytes)
                guard let line = try line(bytes, &position, longest: room, else: .fieldsTooLarge) else {
                    return .needMore
                }
                trailerBytes += UInt32(line.count + 2)
                if line.isEmpty {
                    part = .done
                    continue
                }
                trailerFields += 1
                if Int(trailerFields) > limits.fields { throw .tooManyFields }
                _ = try FieldLine.split(line)
            case .done:
                return .done
            }
        }
    }

    /// The line at `position` without its CRLF, or nil while it is not whole.
    private mutating func line(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, longest: Int, else error: ProtocolError
    ) throws(ProtocolError) -> UnsafeRawBufferPointer? {
        guard let lineFeed = bytes.firstOffset(of: Octet.lineFeed, from: position + Int(scanned)) else {
            if bytes.count - position > longest + 1 { throw error }
            scanned = UInt32(bytes.count - position)
            return nil
        }
        if lineFeed - position > longest + 1 { throw error }
        guard lineFeed > position, bytes[lineFeed - 1] == Octet.carriageReturn else { throw .bareLineFeed }
        let line = bytes.part(position, lineFeed - 1 - position)
        position = lineFeed + 1
        scanned = 0
        return line
    }

    private mutating func acceptSize(
        _ line: UnsafeRawBufferPointer, _ limits: WireLimits
    ) throws(ProtocolError) {
        var size = 0
        var digits = 0
        while digits < line.count, let digit = Octet.hexValue(line[digits]) {
            digits += 1
            guard digits <= 16 else { throw .malformedChunk }
            // Past the limit the value no longer matters; it must only not overflow.
            size = min(size, 1 << 56) << 4 | Int(digit)
        }
        guard digits > 0 else { throw .malformedChunk }
        try ChunkExtensions.check(line.part(digits, line.count - digits))
        if size > limits.bodyBytes - decoded { throw .bodyTooLarge }
        overhead += line.count + 4
        if overhead > Self.overheadAllowance + 8 * decoded { throw .excessiveChunkOverhead }
        remaining = size
        part = size == 0 ? .trailer : .data
    }
}

/// `*( BWS ";" BWS name [ BWS "=" BWS value ] )` (RFC 9112 §7.1.1). Checked, then ignored.
enum ChunkExtensions {
    static func check(_ text: UnsafeRawBufferPointer) throws(ProtocolError) {
        var offset = 0
        while offset < text.count {
            skipBlanks(text, &offset)
            guard offset < text.count, text[offset] == Octet.semicolon else { throw .malformedChunk }
            offset += 1
            skipBlanks(text, &offset)
            guard skipToken(text, &offset) else { throw .malformedChunk }
            var ahead = offset
            skipBlanks(text, &ahead)
            guard ahead < text.count, text[ahead] == Octet.equals else { continue }
            offset = ahead + 1
            skipBlanks(text, &offset)
            guard skipQuoted(text, &offset) || skipToken(text, &offset) else { throw .malformedChunk }
        }
    }

    private static func skipBlanks(_ text: UnsafeRawBufferPointer, _ offset: inout Int) {
        while offset < text.count, Octet.isBlank(text[offset]) { offset += 1 }
    }

    private static func skipToken(_ text: UnsafeRawBufferPointer, _ offset: inout Int) -> Bool {
        let start = offset
        while offset < text.count, Octet.isToken(text[offset]) { offset += 1 }
        return offset > start
    }

    /// quoted-string (RFC 9110 §5.6.4).
    private static func skipQuoted(_ text: UnsafeRawBufferPointer, _ offset: inout Int) -> Bool {
        guard offset < text.count, text[offset] == Octet.quote else { return false }
        var index = offset + 1
        while index < text.count, Octet.isFieldContent(text[index]) {
            if text[index] == Octet.quote {
                offset = index + 1
                return true
            }
            if text[index] == Octet.backslash {
                index += 1
                guard index < text.count, Octet.isFieldContent(text[index]) else { return false }
            }
            index += 1
        }
        return false
    }
}
