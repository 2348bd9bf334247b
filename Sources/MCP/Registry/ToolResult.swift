public import Core

/// What a tool has to say. A failure that a model can act on is a result with `isError`, not an error of the protocol.
public struct ToolResult: Sendable, Equatable {
    public var content: [Content]
    /// The same for machines; an object, because revisions before 2026-07-28 allow nothing else.
    public var structured: JSONObject?
    public var isError = false

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
    public static func failure(_ text: String) -> ToolResult { ToolResult([.text(text)], isError: true) }

    func json(in revision: Revision) -> JSONObject {
        var object: JSONObject = ["content": .array(content.map { $0.json(in: revision) })]
        if revision >= .june2025 { object["structuredContent"] = structured.map { .object($0) } }
        object["isError"] = .bool(isError)
        return object
    }
}
