public import Core

/// One request as its handler sees it: who asks, and the ways to speak with the client before the result.
///
/// Belongs to the request's loop. After the result it sends nothing.
public final class Call {
    /// Who calls, and how the two speak.
    public let caller: Caller
    public let id: JSONRPCID
    /// The method, such as `tools/call`.
    public let method: String
    /// The request's `_meta`.
    public let meta: JSON?
    private let sink: any Sink
    private let tools: (String) -> Bool
    private let progressToken: JSON?
    private let level: LoggingLevel?
    private var lastProgress: Double?
    private var isOver = false
    /// The client's answers to what an earlier round has asked for, by key.
    private let responses: JSONObject
    /// The keys of those that the handler was given.
    private(set) var taken: Set<String> = []
    /// What an earlier round has left to remember; nil in the first. It is this server's own, unchanged.
    public let state: JSON?

    init(
        caller: Caller, id: JSONRPCID, method: String, meta: JSON?, sink: any Sink,
        tools: @escaping (String) -> Bool, responses: JSONObject = [:], state: JSON? = nil
    ) throws(JSONRPCError) {
        self.caller = caller
        self.id = id
        self.method = method
        self.meta = meta
        self.sink = sink
        self.tools = tools
        self.responses = responses
        self.state = state
        switch meta?["progressToken"] {
        case .string(let token): progressToken = .string(token)
        case .number(let token): progressToken = .number(token)
        default: progressToken = nil
        }
        if caller.revision.era == .modern {
            guard let named = meta?[Envelope.logLevelKey] else {
                level = nil
                return
            }
            guard let known = named.stringValue.flatMap(LoggingLevel.init) else {
                throw .invalidParams("Invalid params: there is no such log level")
            }
            level = known
        } else {
            level = caller.session?.level
        }
    }

    func end() { isOver = true }

    /// Whether whoever calls sees a tool of this name: no text names one to them that they do not see.
    public func shows(tool name: String) -> Bool { tools(name) }

    /// Tells how far the work is, if the client has asked to be told. Goes up only: what does not is not sent.
    public func progress(_ progress: Double, of total: Double? = nil, _ message: String? = nil) {
        guard !isOver, let progressToken, progress > lastProgress ?? -.infinity, let number = JSONNumber(progress)
        else { return }
        lastProgress = progress
        var params: JSONObject = ["progressToken": progressToken, "progress": .number(number)]
        params["total"] = total.flatMap { JSONNumber($0) }.map { .number($0) }
        if caller.revision >= .march2025 { params["message"] = message.map { .string($0) } }
        sink.send(.notification(method: "notifications/progress", params: params))
    }

    /// Sends a log message, if the client wants those of this level.
    public func log(_ level: LoggingLevel, _ data: JSON, logger: String? = nil) {
        guard !isOver, let wanted = self.level, level >= wanted else { return }
        var params: JSONObject = ["level": .string(level.rawValue)]
        params["logger"] = logger.map { .string($0) }
        params["data"] = data
        sink.send(.notification(method: "notifications/message", params: params))
    }

    // MARK: Asking the client

    /// Whether the client can show a form to its user.
    public var canElicit: Bool { InputRequest.form("", schema: [:]).isPossible(for: caller) }

    /// Asks the client's user to fill in a form.
    ///
    /// In the modern era the first round ends here, and a later one comes with the answer: what runs before must bear
    /// to run again, and `state` comes back with it. Without a `state` an answer that comes with the first round is taken, too:
    /// whoever asks for somebody's word keeps one.
    public func elicit(
        _ key: String, _ message: String, schema: JSONObject, state: JSON? = nil
    ) async throws(CallFailure) -> ElicitationAnswer {
        ElicitationAnswer(try await ask([(key, .form(message, schema: schema))], state: state)[0])
    }

    /// Asks the client for several things; the answers are in the order of the requests, and each fits what was asked. In
    /// the modern era one that does not fit is asked for again; in the legacy era it is an error, and a form's a `cancel`.
    public func ask(
        _ requests: [(key: String, request: InputRequest)], state: JSON? = nil
    ) async throws(CallFailure) -> [JSON] {
        for (_, request) in requests where !request.isPossible(for: caller) {
            throw .missingCapability(request.requirement)
        }
        var answers: [JSON] = []
        if caller.revision.era == .modern {
            for (key, request) in requests {
                guard let answer = responses[key].flatMap(request.fitting) else { break }
                answers.append(answer)
            }
            // Who wants its state back has not asked yet when there is none: such answers belong to no question.
            guard answers.count == requests.count, state == nil || self.state != nil else {
                throw .inputRequired(InputRequired(requests: requests, state: state))
            }
            taken.formUnion(requests.map(\.key))
            return answers
        }
        for (_, request) in requests {
            let given: JSON
            do throws(CallFailure) {
                given = try await sink.ask(request.method, request.params)
            } catch .error {
                // It has said that it can, and cannot. What it says of our question is no answer to its own.
                throw .missingCapability(request.requirement)
            }
            guard let answer = request.fitting(given) ?? request.refusal else {
                throw .error(.internalError("The client's answer to \(request.method) is none"))
            }
            answers.append(answer)
        }
        return answers
    }

    /// Takes back what the client was asked on the way and has not answered: whoever waits for it gets `withdrawn`, and an answer that
    /// comes all the same is dropped. Nothing when nothing is asked.
    public func withdraw() { sink.withdraw() }
}

/// Where a request's messages go while it is being served. A transport has one for each request, on the request's loop.
public protocol Sink: AnyObject {
    /// Sends a message that belongs to the request, before its answer. A transport that cannot carry it drops it.
    func send(_ message: JSONRPCMessage)

    /// Asks the client something on the way and waits for its answer; legacy era only.
    /// - Throws: the client's error, `withdrawn`, or `cancelled` when no answer can come any more.
    func ask(_ method: String, _ params: JSONObject?) async throws(CallFailure) -> JSON

    /// Tells the client that what it was asked needs no answer any more.
    func withdraw()
}

/// Makes texts that only this server can have made, and reads them again.
public protocol StateSeal {
    /// A text that holds `payload` and cannot be changed unnoticed. It is not secret.
    func seal(_ payload: [UInt8]) -> String
    /// The payload of such a text; nil for any other.
    func open(_ text: String) -> [UInt8]?
    /// A text that holds `payload`, cannot be changed unnoticed, and cannot be read by whoever carries it; nil when none can be made.
    func encrypt(_ payload: [UInt8]) -> String?
    /// The payload of such a text; nil for any other.
    func decrypt(_ text: String) -> [UInt8]?
    /// A short text that two different inputs never share.
    func digest(_ bytes: [UInt8]) -> String
    /// A short text that nobody can guess and that is never given again.
    func nonce() -> String
    /// The time, for what expires.
    var now: Timestamp { get }
}
