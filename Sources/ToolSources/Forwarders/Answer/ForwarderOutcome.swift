public import Core
public import MCP

/// What a call of a forwarded tool has come to, for each of the ways in which tools are called.
public struct ForwarderOutcome: Sendable, Equatable {
    /// What a model reads.
    public var content: [Content]
    public var structured: JSONObject?
    /// The bare value, for a direct call that is answered with nothing around it.
    public var value: JSON
    /// Nil for a success.
    public var failure: ForwarderFailure?
    /// The service had no result, and the document's stands for it: its notice is the first content.
    public var isFallback = false

    init(content: [Content], structured: JSONObject?, value: JSON, failure: ForwarderFailure? = nil) {
        self.content = content
        self.structured = structured
        self.value = value
        self.failure = failure
    }

    /// The same as the result of a tool.
    public var toolResult: ToolResult {
        var result = ToolResult(content, structured: structured, isError: failure != nil)
        if isFallback { result.meta = ["luma-mcp/fallback": true] }
        return result
    }

    /// A value as a result: an object is also structured as it is, any other as the one member of an object.
    /// - Parameter textLimit: characters of the text.
    init(_ value: JSON, textLimit: Int = ResponseRule.standardText, failure: ForwarderFailure? = nil) {
        let text = value.stringValue ?? String(decoding: value.encoded, as: UTF8.self)
        self.init(
            content: [.text(TextCut.middle(text, max: textLimit))],
            structured: value.objectValue ?? ["result": value], value: value, failure: failure)
    }
}

/// Shortens a text that is too long for a model.
enum TextCut {
    /// The beginning and the end, with a line between them that says what is missing.
    static func middle(_ text: String, max: Int) -> String {
        // A scalar has at least one byte: most texts are told apart by that.
        guard text.utf8.count > max else { return text }
        let scalars = text.unicodeScalars
        let count = scalars.count
        guard count > max else { return text }
        let tail = max / 5
        let head = max - tail
        let start = scalars.index(scalars.startIndex, offsetBy: head)
        let end = scalars.index(scalars.endIndex, offsetBy: -tail)
        return String(scalars[..<start]) + "\n[\(count - max) characters are left out here]\n"
            + String(scalars[end...])
    }
}
