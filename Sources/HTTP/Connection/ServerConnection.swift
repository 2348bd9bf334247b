/// One connection as its server sees it (RFC 9112 §9): unread bytes in, what to do next out.
///
/// Theory of operation. The shell keeps the unread bytes, calls `advance` with all of them, and does what the step
/// says. After `.request` it hands `request(in:)` to a handler; nothing more is read out of the bytes until that
/// request has been answered (`beginAnswer`, `endAnswer`), so the answers keep the order of pipelined requests without
/// a queue of them. A body in chunks is decoded in place, right behind its head, in the shell's own memory.
///
///     idle ─▶ head ─▶ body ─▶ answering ─▶ idle …
///       └───────┴──────┴──────────┴──────▶ closing
public struct ServerConnection: Sendable {
    /// Where the connection is in its exchange.
    public enum Phase: UInt8, Sendable {
        /// Between two requests: no byte of the next one is there.
        case idle
        case head
        case body
        /// A request was handed out; its answer has not ended.
        case answering
        /// No further request will be read: close once everything is sent.
        case closing
    }

    /// What the owner of the connection does next.
    public enum Step: Sendable, Equatable {
        /// Wait for bytes. The first `kept` octets are still needed, what came after them is used up.
        case needMore(kept: Int)
        /// Send `ServerConnection.interimContinue`, then call `advance` again (RFC 9110 §10.1.1).
        case sendContinue
        /// A whole request stands in the first `consumed` octets, which may go once it was handed out.
        case request(consumed: Int)
        /// Answer with this error, then close. No further request is read.
        case refuse(ProtocolError)
        /// Nothing to do before the current answer has ended.
        case wait
        /// Close; nothing is owed to the peer.
        case close
    }

    /// What `sendContinue` asks for.
    public static let interimContinue: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    private enum Framing: UInt8 { case none, length, chunked }

    /// Where the exchange is.
    public private(set) var phase = Phase.idle
    /// Set while the server shuts down: each answer closes its connection, and an idle one closes at once.
    public var isDraining = false
    /// Set for a connection that TLS secures: only there may an https URL be asked for (RFC 9110 §7.4).
    public var isSecured = false
    private var framing = Framing.none
    private var continueSettled = false
    private var keepsAlive = false
    private var head = HeadParser()
    private var chunks = ChunkedDecoder()
    private var chunkOffset: UInt32 = 0
    /// Where the chunk decoder stands in the unread bytes.
    private var chunkPosition: Int {
        get { Int(chunkOffset) }
        set { chunkOffset = UInt32(newValue) }
    }

    public init() {}

    /// True while the field table that `advance` was given holds fields of an unfinished request.
    public var needsTable: Bool { phase == .head || phase == .body }

    /// Looks at the unread bytes, which start with the first one that no step has used up.
    ///
    /// - Parameters:
    ///   - bytes: everything unread; a body in chunks is moved together in it.
    ///   - ended: the peer has ended its side: nothing comes after these bytes.
    ///   - table: the same for all calls of one request.
    public mutating func advance(
        _ bytes: UnsafeMutableRawBufferPointer, ended: Bool, limits: WireLimits, table: FieldTable
    ) -> Step {
        do {
            switch phase {
            case .answering: return .wait
            case .closing: return .close
            case .idle:
                if bytes.isEmpty {
                    guard ended || isDraining else { return .needMore(kept: 0) }
                    phase = .closing
                    return .close
                }
                head = HeadParser()
                phase = .head
                return try advanceHead(bytes, ended, limits, table)
            case .head: return try advanceHead(bytes, ended, limits, table)
            case .body: return try advanceBody(bytes, ended, limits)
            }
        } catch {
            phase = .closing
            return .refuse(error)
        }
    }

    private mutating func advanceHead(
        _ bytes: UnsafeMutableRawBufferPointer, _ ended: Bool, _ limits: WireLimits, _ table: FieldTable
    ) throws(ProtocolError) -> Step {
        guard try head.parse(UnsafeRawBufferPointer(bytes), limits, table) else {
            if ended { throw .incompleteRequest }
            return .needMore(kept: bytes.count)
        }
        if head.flags.contains(.https), !isSecured { throw .misdirectedRequest }
        if head.flags.contains(.chunked) {
            framing = .chunked
            chunks = ChunkedDecoder()
            chunkPosition = head.length
        } else {
            framing = head.contentLength > 0 ? .length : .none
        }
        // Whoever sends the body at once does not wait for the interim answer (RFC 9110 §10.1.1).
        continueSettled = !head.flags.contains(.expectContinue) || bytes.count > head.length || ended
        phase = .body
        return try advanceBody(bytes, ended, limits)
    }

    private mutating func advanceBody(
        _ bytes: UnsafeMutableRawBufferPointer, _ ended: Bool, _ limits: WireLimits
    ) throws(ProtocolError) -> Step {
        var kept = bytes.count
        switch framing {
        case .none:
            return complete(consumed: head.length)
        case .length:
            let end = head.length + head.contentLength
            if bytes.count >= end { return complete(consumed: end) }
        case .chunked:
            if try decodeChunks(bytes, limits) { return complete(consumed: chunkPosition) }
            kept = closeGap(bytes)
        }
        if ended { throw .incompleteRequest }
        if !continueSettled {
            continueSettled = true
            return .sendContinue
        }
        return .needMore(kept: kept)
    }

    private mutating func complete(consumed: Int) -> Step {
        phase = .answering
        keepsAlive = head.wantsKeepAlive
        return .request(consumed: consumed)
    }

    // MARK: Chunks, in place

    /// Moves what data there is to the end of the decoded body. True when the body is complete.
    private mutating func decodeChunks(
        _ bytes: UnsafeMutableRawBufferPointer, _ limits: WireLimits
    ) throws(ProtocolError) -> Bool {
        var position = chunkPosition
        defer { chunkPosition = position }
        while true {
            let before = chunks.decoded
            switch try chunks.next(UnsafeRawBufferPointer(bytes), at: &position, limits) {
            case .needMore: return false
            case .done: return true
            case .data(let range):
                guard let base = bytes.baseAddress else { continue }
                let target = base + head.length + before
                if range.lowerBound != head.length + before {
                    target.copyMemory(from: base + range.lowerBound, byteCount: range.count)
                }
            }
        }
    }

    /// Moves the undecided rest, at most a part of one line, to the end of the decoded body.
    private mutating func closeGap(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
        let end = head.length + chunks.decoded
        let rest = bytes.count - chunkPosition
        if rest > 0, chunkPosition > end, let base = bytes.baseAddress {
            (base + end).copyMemory(from: base + chunkPosition, byteCount: rest)
        }
        chunkPosition = end
        return end + rest
    }

    // MARK: The request

    /// The request of the last `.request` step, in the very bytes that were given to it.
    public func request(in bytes: UnsafeRawBufferPointer, table: FieldTable) -> RequestView {
        precondition(phase == .answering, "no request to hand out")
        let length =
            switch framing {
            case .none: 0
            case .length: head.contentLength
            case .chunked: chunks.decoded
            }
        return RequestView(bytes, head, table, body: bytes.part(head.length, length))
    }

    /// True when the request that is, or cannot be, answered asked with HEAD.
    public var isHeadRequest: Bool { head.method == .head }

    /// Whether the peer of the current request understands interim answers (RFC 9110 §15.2).
    public var allowsInterim: Bool { phase == .answering && !head.flags.contains(.http10) }

    // MARK: The answer

    /// Settles how an answer is framed, and whether the connection lives on after it (RFC 9112 §6, §9.3).
    ///
    /// - Parameters:
    ///   - streams: the length of the body is not known.
    ///   - closes: the handler wants the connection to end after this answer.
    public mutating func beginAnswer(status: Int, streams: Bool = false, closes: Bool = false) -> AnswerFraming {
        guard phase == .answering else { return AnswerFraming.refusal(status: status, toHead: isHeadRequest) }
        let http10 = head.flags.contains(.http10)
        let bodiless = status == 204 || status == 304
        let untilClose = streams && http10 && !bodiless && !isHeadRequest
        if closes || isDraining || untilClose { keepsAlive = false }
        let body: AnswerFraming.Body =
            bodiless ? .none : !streams ? .length : http10 ? .untilClose : .chunked
        return AnswerFraming(
            body: body, sendsBody: !bodiless && !isHeadRequest,
            connection: !keepsAlive ? .close : http10 ? .keepAlive : .unsaid)
    }

    /// The answer is complete: the next request may be read, or the connection closes.
    public mutating func endAnswer() {
        guard phase == .answering else { return }
        phase = keepsAlive ? .idle : .closing
    }

    /// Refuses from outside the bytes: a timeout, or no room.
    public mutating func refuse() { phase = .closing }
}

/// How one answer stands on the wire.
public struct AnswerFraming: Sendable, Equatable {
    /// How the end of the body is told (RFC 9112 §6.3).
    public enum Body: UInt8, Sendable { case none, length, chunked, untilClose }
    /// What the field Connection says (RFC 9112 §9.3).
    public enum Connection: UInt8, Sendable { case unsaid, close, keepAlive }

    /// What the head says about the body.
    public var body: Body
    /// False for an answer to HEAD, whose head speaks of a body that does not come (RFC 9110 §9.3.2).
    public var sendsBody: Bool
    /// What the field Connection says.
    public var connection: Connection

    public init(body: Body, sendsBody: Bool, connection: Connection) {
        self.body = body
        self.sendsBody = sendsBody
        self.connection = connection
    }

    static func refusal(status: Int, toHead: Bool) -> AnswerFraming {
        AnswerFraming(body: .length, sendsBody: !toHead, connection: .close)
    }
}
