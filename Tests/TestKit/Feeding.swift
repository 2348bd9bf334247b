public import HTTP

/// What a connection made of a whole input: its requests in order, and how it ended.
public struct Outcome: Equatable, CustomStringConvertible {
    public struct Request: Equatable {
        public var method: String
        public var path: String
        public var query: String?
        public var host: String?
        public var fields: [Field]
        /// The body, decoded.
        public var octets: [UInt8]
        public var framing: AnswerFraming

        /// The body as text; other octets than UTF-8 as U+FFFD.
        public var body: String { String(decoding: octets, as: UTF8.self) }
        public var bodyLength: Int { octets.count }
    }
    public enum End: Equatable {
        /// More bytes are awaited; between two requests when nothing is unread.
        case waits(unread: Bool)
        case refuses(ProtocolError)
        case closes
    }
    public var requests: [Request] = []
    public var continues = 0
    public var end = End.closes
    /// The most octets that were kept unread between two steps.
    public var maxKept = 0

    public var description: String {
        "\(requests.map { "\($0.method) \($0.path) \($0.fields.count) fields, body \($0.body)" }) \(end)"
    }
}

/// Plays the shell: keeps the unread bytes, answers each request at once, notes what came.
public struct Feeding {
    private var connection = ServerConnection()
    public private(set) var outcome = Outcome()
    private var unread: [UInt8] = []
    private let limits: WireLimits
    private let table: FieldTable
    private var over = false

    public init(_ limits: WireLimits) {
        self.limits = limits
        table = FieldTable(limits: limits)
    }

    /// Feeds `input` cut at the given offsets.
    public static func outcome(
        of input: [UInt8], cutAt cuts: some Sequence<Int> = [], limits: WireLimits = WireLimits(), ended: Bool = false
    ) -> Outcome {
        var feeding = Feeding(limits)
        var start = 0
        for cut in cuts {
            feeding.feed(input[start..<cut])
            start = cut
        }
        feeding.feed(input[start...], ended: ended)
        return feeding.outcome
    }

    public mutating func feed(_ bytes: ArraySlice<UInt8>, ended: Bool = false) {
        guard !over else { return }
        // The parser works in the memory that it is given: exactly as much as there is, so that a step past it traps.
        unread += bytes
        while true {
            switch step(ended: ended) {
            case .request(let consumed):
                connection.endAnswer()
                unread.removeFirst(consumed)
            case .needMore(let kept):
                unread.removeLast(unread.count - kept)
                outcome.maxKept = max(outcome.maxKept, kept)
                outcome.end = .waits(unread: !unread.isEmpty)
                return
            case .sendContinue:
                outcome.continues += 1
            case .refuse(let error):
                outcome.end = .refuses(error)
                over = true
                return
            case .close:
                outcome.end = .closes
                over = true
                return
            case .wait:
                return
            }
        }
    }

    private mutating func step(ended: Bool) -> ServerConnection.Step {
        var bytes = unread
        let step = bytes.withUnsafeMutableBytes { bytes in
            let step = connection.advance(bytes, ended: ended, limits: limits, table: table)
            if case .request = step {
                let view = connection.request(in: UnsafeRawBufferPointer(bytes), table: table)
                outcome.requests.append(
                    Outcome.Request(
                        method: view.methodToken, path: Self.text(view.path), query: view.query.map(Self.text),
                        host: view.host, fields: view.allFields, octets: Array(view.body),
                        framing: connection.beginAnswer(status: 200)))
            }
            return step
        }
        unread = bytes
        return step
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension Outcome {
    /// Equal save for what depends on when the bytes came and is meant to: interim answers, and what had to be kept.
    public func same(as other: Outcome) -> Bool { requests == other.requests && end == other.end }
}
