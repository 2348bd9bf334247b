public import Core

/// What a resource holds.
public struct ResourceContents: Sendable, Equatable {
    /// Text, or bytes.
    public enum Body: Sendable, Equatable {
        case text(String)
        /// Bytes in base 64 (RFC 4648 §4, with padding).
        case blob(base64: String)
    }

    public var uri: String
    public var mimeType: String?
    public var body: Body

    /// The contents of the resource of this URI.
    public init(uri: String, mimeType: String?, _ body: Body) {
        self.uri = uri
        self.mimeType = mimeType
        self.body = body
    }

    /// A JSON document as text.
    public init(uri: String, json: JSON) {
        self.init(uri: uri, mimeType: "application/json", .text(String(decoding: json.encoded, as: UTF8.self)))
    }

    var json: JSON {
        var object: JSONObject = ["uri": .string(uri)]
        object["mimeType"] = mimeType.map { .string($0) }
        switch body {
        case .text(let text): object["text"] = .string(text)
        case .blob(let base64): object["blob"] = .string(base64)
        }
        return .object(object)
    }
}

/// One piece of what a tool or a prompt says.
public enum Content: Sendable, Equatable {
    case text(String)
    case image(base64: String, mimeType: String)
    case audio(base64: String, mimeType: String)
    /// Points at a resource that the client may read.
    case link(uri: String, name: String, mimeType: String?)
    case resource(ResourceContents)
    /// A piece as another server has written it, whatever its kind: nothing of it is lost by being read and written anew.
    case outside(JSONObject)

    /// The text of a text; nil for every other kind.
    public var text: String? {
        switch self {
        case .text(let text): text
        case .outside(let piece): piece["type"] == "text" ? piece["text"]?.stringValue : nil
        default: nil
        }
    }

    /// The content as a revision can say it: a kind that it does not know becomes text that names what it was.
    func json(in revision: Revision) -> JSON {
        switch self {
        case .text(let text): return ["type": "text", "text": .string(text)]
        case .image(let base64, let type):
            return ["type": "image", "data": .string(base64), "mimeType": .string(type)]
        case .audio(let base64, let type):
            guard revision >= .march2025 else {
                return [
                    "type": "text",
                    "text": .string("[audio of type \(type), which this protocol version cannot carry]"),
                ]
            }
            return ["type": "audio", "data": .string(base64), "mimeType": .string(type)]
        case .link(let uri, let name, let type):
            guard revision >= .june2025 else { return ["type": "text", "text": .string("\(name): \(uri)")] }
            var object: JSONObject = ["type": "resource_link", "uri": .string(uri), "name": .string(name)]
            object["mimeType"] = type.map { .string($0) }
            return .object(object)
        case .resource(let contents): return ["type": "resource", "resource": contents.json]
        case .outside(let piece): return Self.known(piece, in: revision)
        }
    }

    /// A piece of another server's, or a text in its place where the revision does not have its kind.
    private static func known(_ piece: JSONObject, in revision: Revision) -> JSON {
        switch piece["type"]?.stringValue {
        case "audio" where revision < .march2025:
            let type = Neutral.echo(piece["mimeType"]?.stringValue ?? "", max: 100)
            return Content.audio(base64: "", mimeType: type).json(in: revision)
        case "resource_link" where revision < .june2025:
            return Content.link(
                uri: piece["uri"]?.stringValue ?? "", name: piece["name"]?.stringValue ?? "", mimeType: nil
            ).json(in: revision)
        default: return .object(piece)
        }
    }
}

/// What a tool has to say. A failure that a model can act on is a result with `isError`, not an error of the protocol.
public struct ToolResult: Sendable, Equatable {
    /// What a model reads, in order.
    public var content: [Content]
    /// The same for machines; an object, because revisions before 2026-07-28 allow nothing else.
    public var structured: JSONObject?
    /// The call has failed, and the content says why.
    public var isError = false
    /// How the call has ended, where more is known than whether it has failed.
    public var outcome: ToolAudit.Outcome?
    /// The host from which the gateway was to fetch a file for the call; for the audit log alone.
    public var host: String?
    /// What it is with nothing around it, for whoever does not speak the protocol; nil for what follows from the rest.
    public var bareValue: JSON?
    /// How they are told of a failure, where the tool knows better than that it failed.
    public var httpFailure: HTTPFailure?

    /// A failure for those who speak HTTP alone.
    public struct HTTPFailure: Sendable, Equatable {
        /// A stable word for programs.
        public var code: String
        /// One sentence for people, without a full stop.
        public var message: String
        /// The status of REST, and that of a direct call.
        public var restStatus: Int
        /// The status of a direct call.
        public var directStatus: Int
        /// Seconds after which to try again.
        public var retryAfterSeconds: Int?

        /// A failure with these statuses.
        public init(
            code: String, message: String, restStatus: Int, directStatus: Int, retryAfterSeconds: Int? = nil
        ) {
            self.code = code
            self.message = message
            self.restStatus = restStatus
            self.directStatus = directStatus
            self.retryAfterSeconds = retryAfterSeconds
        }
    }
    /// The result's `_meta`; nil for none.
    public var meta: JSONObject?
    /// Members that the protocol does not name, as another server has given them; nil for none.
    public var others: JSONObject?

    /// A result of these pieces.
    public init(_ content: [Content], structured: JSONObject? = nil, isError: Bool = false) {
        self.content = content
        self.structured = structured
        self.isError = isError
    }

    /// One text.
    public static func text(_ text: String) -> ToolResult { ToolResult([.text(text)]) }

    /// A value, also as JSON text: most models are shown only one of the two, and which one depends on the client.
    public static func structured(_ object: JSONObject) -> ToolResult {
        ToolResult([.text(String(decoding: JSON.object(object).encoded, as: UTF8.self))], structured: object)
    }

    /// A failure, with what to change.
    public static func failure(_ text: String, _ outcome: ToolAudit.Outcome? = nil) -> ToolResult {
        var result = ToolResult([.text(text)], isError: true)
        result.outcome = outcome
        return result
    }

    func json(in revision: Revision) -> JSONObject {
        var object: JSONObject = ["content": .array(content.map { $0.json(in: revision) })]
        if revision >= .june2025 { object["structuredContent"] = structured.map { .object($0) } }
        object["isError"] = .bool(isError)
        object["_meta"] = meta.map { .object($0) }
        for member in others?.members ?? [] where object[member.name] == nil { object[member.name] = member.value }
        return object
    }
}
