/// Reads one request head (RFC 9112 §2–§5) out of a connection's unread bytes, as they come.
///
/// It is given all bytes from the start of the request each time, remembers how far it has looked, and looks at no
/// byte twice for a line end. A line is judged when its LF is there, its length before: so the outcome depends on
/// the bytes alone, never on how they were cut. Nothing is copied: what it found are offsets from the first byte.
struct HeadParser: Sendable {
    private enum Part: UInt8 { case beforeRequestLine, requestLine, fields, complete }

    /// What the head says about its message, one bit each.
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt16
        static let http10 = Flags(rawValue: 1)
        static let asterisk = Flags(rawValue: 1 << 1)
        static let absolute = Flags(rawValue: 1 << 2)
        static let query = Flags(rawValue: 1 << 3)
        static let host = Flags(rawValue: 1 << 4)
        static let contentLength = Flags(rawValue: 1 << 5)
        static let chunked = Flags(rawValue: 1 << 6)
        static let close = Flags(rawValue: 1 << 7)
        static let keepAlive = Flags(rawValue: 1 << 8)
        static let expectContinue = Flags(rawValue: 1 << 9)
        static let https = Flags(rawValue: 1 << 10)
        static let transferEncoding = Flags(rawValue: 1 << 11)
        /// A transfer coding that this server does not decode.
        static let otherCoding = Flags(rawValue: 1 << 12)
    }

    /// A stretch of the head.
    struct Stretch: Sendable {
        var start: UInt32 = 0
        var length: UInt32 = 0
    }

    private var part = Part.beforeRequestLine
    private(set) var method = Method.other
    private(set) var flags: Flags = []
    private var fields: UInt32 = 0
    private var lineOffset: UInt32 = 0
    private var scannedOffset: UInt32 = 0
    private(set) var methodToken = Stretch()
    private(set) var path = Stretch()
    private(set) var query = Stretch()
    /// The effective host, without its port: the target's when it is absolute, else the Host field's (RFC 9112 §3.2.2).
    private(set) var host = Stretch()
    private(set) var contentLength = 0

    var fieldCount: Int { Int(fields) }
    /// The first byte of the line that is being read; once complete, of the body.
    private var lineStart: Int {
        get { Int(lineOffset) }
        set { lineOffset = UInt32(newValue) }
    }
    /// There is no LF from `lineStart` up to here.
    private var scanned: Int {
        get { Int(scannedOffset) }
        set { scannedOffset = UInt32(newValue) }
    }

    /// Octets of the head, its empty line included. Only when it is complete.
    var length: Int { lineStart }

    /// Goes on with the head. Returns true once it is complete.
    /// - Parameter bytes: everything unread from the first byte of the request on.
    mutating func parse(
        _ bytes: UnsafeRawBufferPointer, _ limits: WireLimits, _ table: FieldTable
    ) throws(ProtocolError) -> Bool {
        while part != .complete {
            guard let lineFeed = bytes.firstOffset(of: Octet.lineFeed, from: scanned) else {
                try checkLength(upTo: bytes.count, limits)
                scanned = bytes.count
                return false
            }
            // A line feed in the very place of the limit is one octet more than may be waited for.
            try checkLength(upTo: lineFeed, limits)
            if lineFeed >= limits.headBytes { throw tooLong }
            guard lineFeed > lineStart, bytes[lineFeed - 1] == Octet.carriageReturn else { throw .bareLineFeed }
            let start = lineStart
            let line = bytes.part(start, lineFeed - 1 - start)
            lineStart = lineFeed + 1
            scanned = lineStart
            try accept(line, at: start, limits, table)
        }
        return true
    }

    /// The error of a head that goes on past `limits`: which one depends on where it is.
    private var tooLong: ProtocolError { part == .fields ? .fieldsTooLarge : .requestLineTooLong }

    @inline(__always)
    private func checkLength(upTo end: Int, _ limits: WireLimits) throws(ProtocolError) {
        // One octet more than the line may have: its CR.
        if part != .fields, end - lineStart > limits.requestLine + 1 { throw .requestLineTooLong }
        if end > limits.headBytes { throw tooLong }
    }

    private mutating func accept(
        _ line: UnsafeRawBufferPointer, at start: Int, _ limits: WireLimits, _ table: FieldTable
    ) throws(ProtocolError) {
        switch part {
        case .beforeRequestLine where line.isEmpty:
            // One empty line before the request line is forgiven (RFC 9112 §2.2).
            part = .requestLine
        case .beforeRequestLine, .requestLine:
            try acceptRequestLine(line, at: start)
            part = .fields
        case .fields where line.isEmpty:
            try finish(limits)
            part = .complete
        case .fields:
            try acceptField(line, at: start, limits, table)
        case .complete:
            break
        }
    }

    // MARK: The request line (RFC 9112 §3)

    private mutating func acceptRequestLine(_ line: UnsafeRawBufferPointer, at start: Int) throws(ProtocolError) {
        var end = 0
        while end < line.count, Octet.isToken(line[end]) { end += 1 }
        guard end > 0, end < line.count, line[end] == Octet.space else { throw .malformedRequestLine }
        methodToken = Stretch(start: UInt32(start), length: UInt32(end))
        method = Method(recognising: line.part(0, end))
        let targetStart = end + 1
        guard let targetEnd = line.firstOffset(of: Octet.space, from: targetStart), targetEnd > targetStart else {
            throw .malformedRequestLine
        }
        try acceptVersion(line.part(targetEnd + 1, line.count - targetEnd - 1))
        let target = line.part(targetStart, targetEnd - targetStart)
        let found = try RequestTarget.parse(target, method)
        let base = UInt32(start + targetStart)
        path = Stretch(start: base + UInt32(found.pathStart), length: UInt32(found.pathLength))
        if let queryStart = found.queryStart {
            flags.insert(.query)
            query = Stretch(start: base + UInt32(queryStart), length: UInt32(target.count - queryStart))
        }
        switch found.form {
        case .origin: break
        case .asterisk: flags.insert(.asterisk)
        case .absolute:
            flags.insert(found.isHTTPS ? [.absolute, .https] : .absolute)
            host = Stretch(start: base + UInt32(found.hostStart), length: UInt32(found.hostLength))
        }
    }

    /// `HTTP/1.0`, or 1.1 and what comes after it in that major version (RFC 9110 §2.5).
    private mutating func acceptVersion(_ text: UnsafeRawBufferPointer) throws(ProtocolError) {
        guard text.count == 8, text.part(0, 5).equals("HTTP/"), Octet.isDigit(text[5]), text[6] == Octet.dot,
            Octet.isDigit(text[7])
        else { throw .malformedRequestLine }
        guard text[5] == Octet.zero + 1 else { throw .unsupportedVersion }
        if text[7] == Octet.zero { flags.insert(.http10) }
    }

    // MARK: Fields

    private mutating func acceptField(
        _ line: UnsafeRawBufferPointer, at start: Int, _ limits: WireLimits, _ table: FieldTable
    ) throws(ProtocolError) {
        let parts = try FieldLine.split(line)
        guard fieldCount < limits.fields, fieldCount < table.capacity else { throw .tooManyFields }
        let name = FieldName(recognising: line.part(0, parts.nameLength))
        table.slots[fieldCount] = FieldSlot(
            nameStart: UInt32(start), nameLength: UInt32(parts.nameLength),
            valueStart: UInt32(start + parts.valueStart), valueLength: UInt32(parts.valueLength), name: name)
        fields += 1
        let value = line.part(parts.valueStart, parts.valueLength)
        switch name {
        case .host: try acceptHost(value, at: start + parts.valueStart, table)
        case .contentLength: try acceptContentLength(value)
        case .transferEncoding: try acceptTransferEncoding(value)
        case .connection: acceptConnection(value)
        case .expect: try acceptExpect(value)
        default: break
        }
    }

    private mutating func acceptHost(
        _ value: UnsafeRawBufferPointer, at start: Int, _ table: FieldTable
    ) throws(ProtocolError) {
        if flags.contains(.host) { throw .duplicateHost }
        guard let length = table.lengthOfHost(in: value) else { throw .malformedHost }
        flags.insert(.host)
        if !flags.contains(.absolute) { host = Stretch(start: UInt32(start), length: UInt32(length)) }
    }

    /// One value of digits. A list is refused, also one of equal lengths, which RFC 9110 §8.6 would let us merge.
    private mutating func acceptContentLength(_ value: UnsafeRawBufferPointer) throws(ProtocolError) {
        if flags.contains(.contentLength) { throw .duplicateContentLength }
        guard !value.isEmpty else { throw .malformedContentLength }
        var length = 0
        for octet in value {
            guard Octet.isDigit(octet) else { throw .malformedContentLength }
            let (product, tooLarge) = length.multipliedReportingOverflow(by: 10)
            let (sum, over) = product.addingReportingOverflow(Int(octet - Octet.zero))
            guard !tooLarge, !over else { throw .malformedContentLength }
            length = sum
        }
        flags.insert(.contentLength)
        contentLength = length
    }

    private mutating func acceptTransferEncoding(_ value: UnsafeRawBufferPointer) throws(ProtocolError) {
        if flags.contains(.http10) { throw .transferEncodingInHTTP10 }
        flags.insert(.transferEncoding)
        var start = 0
        while start <= value.count {
            let end = value.firstOffset(of: Octet.comma, from: start) ?? value.count
            let coding = value.part(start, end - start).trimmingBlanks()
            try acceptTransferCoding(coding)
            start = end + 1
        }
    }

    /// The next in the list of codings, over all field lines: nothing may come after `chunked`, which has no parameters.
    /// Nor may an element be empty, as those of other lists may: what reads the list otherwise sees another body.
    private mutating func acceptTransferCoding(_ coding: UnsafeRawBufferPointer) throws(ProtocolError) {
        if flags.contains(.chunked) || coding.isEmpty { throw .transferEncodingNotChunked }
        if coding.equalsIgnoringCase("chunked") {
            flags.insert(.chunked)
        } else {
            flags.insert(.otherCoding)
        }
    }

    private mutating func acceptConnection(_ value: UnsafeRawBufferPointer) {
        var start = 0
        while start <= value.count {
            let end = value.firstOffset(of: Octet.comma, from: start) ?? value.count
            let option = value.part(start, end - start).trimmingBlanks()
            if option.equalsIgnoringCase("close") { flags.insert(.close) }
            if option.equalsIgnoringCase("keep-alive") { flags.insert(.keepAlive) }
            start = end + 1
        }
    }

    private mutating func acceptExpect(_ value: UnsafeRawBufferPointer) throws(ProtocolError) {
        guard value.equalsIgnoringCase("100-continue") else { throw .unknownExpectation }
        flags.insert(.expectContinue)
    }

    // MARK: The end of the head

    private mutating func finish(_ limits: WireLimits) throws(ProtocolError) {
        if !flags.contains(.host), !flags.contains(.http10) { throw .missingHost }
        if flags.contains(.transferEncoding), flags.contains(.contentLength) {
            throw .contentLengthWithTransferEncoding
        }
        if flags.contains(.transferEncoding), !flags.contains(.chunked) { throw .transferEncodingNotChunked }
        if flags.contains(.otherCoding) { throw .unsupportedTransferCoding }
        if contentLength > limits.bodyBytes { throw .bodyTooLarge }
        // HTTP/1.0 knows no interim answer (RFC 9110 §10.1.1).
        if flags.contains(.http10) { flags.remove(.expectContinue) }
    }

    /// Whether the peer wants another request on this connection (RFC 9112 §9.3).
    var wantsKeepAlive: Bool {
        if flags.contains(.close) { return false }
        return !flags.contains(.http10) || flags.contains(.keepAlive)
    }
}
