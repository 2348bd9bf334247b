public import Core

/// Names a request, so that its answer can be told from others; goes back exactly as it came.
public enum JSONRPCID: Sendable, Hashable {
    case string(String)
    /// Kept by its text: `1` and `1.0` are two ids.
    case number(JSONNumber)

    /// Nil for anything but a string or a number of at most 500 bytes. MCP has no null id.
    public init?(_ json: JSON) {
        switch json {
        case .string(let text) where text.utf8.count <= MessageBounds.longestID: self = .string(text)
        case .number(let number) where number.text.utf8.count <= MessageBounds.longestID: self = .number(number)
        default: return nil
        }
    }

    /// A number, as one's own requests have.
    public init(_ value: Int) { self = .number(JSONNumber(value)) }

    /// The id as it stands in a message.
    public var json: JSON {
        switch self {
        case .string(let text): .string(text)
        case .number(let number): .number(number)
        }
    }
}

/// One JSON-RPC 2.0 message, as MCP uses it: parameters by name only.
public enum JSONRPCMessage: Sendable, Equatable {
    /// Asks for an answer.
    case request(id: JSONRPCID, method: String, params: JSONObject?)
    /// Asks for none.
    case notification(method: String, params: JSONObject?)
    /// The answer to the request of this id.
    case response(id: JSONRPCID, result: JSON)
    /// The failure of the request of this id; without one when the request could not be read.
    case failure(id: JSONRPCID?, error: JSONRPCError)
}

extension JSONRPCMessage {
    /// The message as JSON, `jsonrpc` first. A failure without an id has `"id": null` (JSON-RPC 2.0 §5).
    public var json: JSON {
        var object: JSONObject = ["jsonrpc": "2.0"]
        switch self {
        case .request(let id, let method, let params):
            object["id"] = id.json
            object["method"] = .string(method)
            object["params"] = params.map(JSON.object)
        case .notification(let method, let params):
            object["method"] = .string(method)
            object["params"] = params.map(JSON.object)
        case .response(let id, let result):
            object["id"] = id.json
            object["result"] = result
        case .failure(let id, let error):
            object["id"] = id?.json ?? .null
            object["error"] = error.json
        }
        return .object(object)
    }

    /// The message as compact JSON text, on one line.
    public var encoded: [UInt8] { json.encoded }
}

/// What one body or one line holds: a message, or in the revision of 2025-03-26 a batch of them.
///
/// Which of the two is allowed, and what a client may send at all, is the revision's matter, not decided here.
public enum JSONRPCPayload: Sendable, Equatable {
    /// A part that should be a message.
    public enum Part: Sendable, Equatable {
        case message(JSONRPCMessage)
        /// It is none. The answer is this failure, with the id if one could be read. Of what should have been a call of a tool there are
        /// the parameters, for the audit alone.
        case invalid(id: JSONRPCID?, JSONRPCError, call: JSONObject? = nil)
    }

    case single(Part)
    /// Never empty: an empty array is a `single` invalid part, as JSON-RPC 2.0 §6 has it.
    case batch([Part])

    /// The message, or those of the batch.
    public var parts: [Part] {
        switch self {
        case .single(let part): [part]
        case .batch(let parts): parts
        }
    }

    /// Reads a text. What is wrong with it is part of the value: every text has an answer.
    /// - Parameter maxBatch: how many messages one batch may hold; a longer one is one invalid part.
    public init(parsing bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits(), maxBatch: Int = 100) {
        do throws(JSONError) {
            self.init(try JSON.parse(bytes, limits: limits), maxBatch: maxBatch)
        } catch {
            let data: JSON = ["problem": .string(error.kind.rawValue), "offset": .number(JSONNumber(error.offset))]
            self = .single(.invalid(id: nil, .parseError(data: data)))
        }
    }

    /// Reads a text that is held in an array.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits(), maxBatch: Int = 100) {
        self = bytes.withUnsafeBytes { JSONRPCPayload(parsing: $0, limits: limits, maxBatch: maxBatch) }
    }

    /// Reads a document.
    public init(_ json: JSON, maxBatch: Int = 100) {
        guard let items = json.arrayValue else {
            self = .single(Part(json))
            return
        }
        if items.isEmpty {
            self = .single(.invalid(id: nil, .invalidRequest("Invalid Request: the batch is empty")))
        } else if items.count > maxBatch {
            let message = "Invalid Request: the batch has more than \(maxBatch) messages"
            self = .single(.invalid(id: nil, .invalidRequest(message)))
        } else {
            self = .batch(items.map(Part.init))
        }
    }

    /// The compact text of a batch of answers.
    public static func encode(batch messages: [JSONRPCMessage]) -> [UInt8] {
        JSON.array(messages.map(\.json)).encoded
    }
}

extension JSONRPCPayload.Part {
    /// Reads one message. Members that JSON-RPC does not know are ignored; the presence of `id`, not its value, tells a
    /// request from a notification. `"params": null`, which some clients send, counts as no parameters.
    public init(_ json: JSON) {
        guard let object = json.objectValue else {
            self = .invalid(id: nil, .invalidRequest("Invalid Request: a message is an object"))
            return
        }
        let id = object["id"].flatMap(JSONRPCID.init)
        switch Self.message(object, id: id) {
        case .success(let message): self = .message(message)
        case .failure(let error):
            let isCall = object["method"]?.stringValue == "tools/call"
            self = .invalid(id: id, error, call: isCall ? object["params"]?.objectValue ?? [:] : nil)
        }
    }

    private static let badID = "id must be a string or a number of at most \(MessageBounds.longestID) bytes"

    private static func message(_ object: JSONObject, id: JSONRPCID?) -> Result<JSONRPCMessage, JSONRPCError> {
        func invalid(_ problem: String) -> Result<JSONRPCMessage, JSONRPCError> {
            .failure(.invalidRequest("Invalid Request: " + problem))
        }
        // An answer to a question of ours ends it, as a failure where it cannot be taken. It has no answer itself: the client would
        // take our id for one of its own.
        func unusable(_ problem: String) -> Result<JSONRPCMessage, JSONRPCError> {
            .success(.failure(id: id, error: .invalidRequest("Invalid Request: " + problem)))
        }
        guard object["jsonrpc"]?.stringValue == "2.0" else { return invalid("jsonrpc must be \"2.0\"") }
        let hasID = object["id"] != nil
        switch (object["method"], object["result"], object["error"]) {
        case (let method?, nil, nil):
            guard let method = method.stringValue else { return invalid("method must be a string") }
            guard method.utf8.count <= MessageBounds.longestMethod else {
                return invalid("method is longer than \(MessageBounds.longestMethod) bytes")
            }
            let params = object["params"] ?? .null
            guard params.isNull || params.objectValue != nil else { return invalid("params must be an object") }
            if let problem = MessageBounds.problem(in: params.objectValue, of: method) {
                return .failure(.invalidParams("Invalid params: " + problem))
            }
            guard hasID else { return .success(.notification(method: method, params: params.objectValue)) }
            guard let id else { return invalid(Self.badID) }
            return .success(.request(id: id, method: method, params: params.objectValue))
        case (nil, let result?, nil):
            guard let id else { return invalid(Self.badID) }
            if let problem = MessageBounds.problem(inResult: result) { return unusable(problem) }
            return .success(.response(id: id, result: result))
        case (nil, nil, let error?):
            guard id != nil || !hasID || object["id"] == .null else { return invalid(Self.badID) }
            guard let error = JSONRPCError(error) else { return unusable("error must have a code and a message") }
            if let problem = error.data.flatMap(MessageBounds.problem(inResult:)) { return unusable(problem) }
            return .success(.failure(id: id, error: error))
        default: return invalid("a message has one of method, result and error")
        }
    }
}
