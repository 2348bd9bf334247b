import Core

/// One operation of a service, offered as a tool.
public struct ForwarderTool: Sendable {
    /// What clients are shown.
    public let definition: ToolDefinition
    /// What the tool does, for messages: `Trend analysis`.
    public let label: String
    /// The arguments, texts, that lose the blanks at their ends before they are checked.
    let trim: [String]
    /// Arguments that the schema does not name are refused.
    let isClosed: Bool
    /// The same call twice does no more than once, so one that got no answer may be sent again.
    public let isRepeatable: Bool
    /// Seconds for a call in all; nil for the service's own limit.
    public let timeoutSeconds: Int?
    /// The requests that a call makes one after another: one, or a few that use each other's answers.
    let steps: [StepTemplate]
    let response: ResponseRule
    let errors: ErrorRule
    let fallback: FallbackRule?
    /// The answer comes in pieces, and how they make one.
    public let stream: StreamKind?
    let pages: PageRule?
    /// Settings without which it cannot be called.
    let missing: [String]
}

/// One request of a call.
struct StepTemplate: Sendable, Equatable {
    /// By which later steps and the result refer to its answer; empty where there is one step only.
    let id: String
    let request: RequestTemplate
    /// The statuses that count as success.
    let accept: StatusSet
}

/// How an answer that comes in pieces is put together.
public enum StreamKind: String, Sendable, CaseIterable {
    /// A text.
    case text
    /// Server-Sent Events: the data of all events.
    case sse
    /// A JSON value on each line.
    case ndjson
}

/// A set of statuses, as a document lists them: `200`, `"2xx"`.
struct StatusSet: Sendable, Equatable {
    static let success = StatusSet(ranges: [200...299])

    let ranges: [ClosedRange<Int>]

    func contains(_ status: Int) -> Bool { ranges.contains { $0.contains(status) } }

    /// One status or a class of them; nil for anything else.
    static func range(_ json: JSON) -> ClosedRange<Int>? {
        if let status = json.wholeValue { return (200...599).contains(status) ? status...status : nil }
        guard let text = json.stringValue else { return nil }
        return range(text)
    }

    /// The same as a text, as it stands in the name of a member.
    static func range(_ text: String) -> ClosedRange<Int>? {
        if text.utf8.count == 3, text.hasSuffix("xx"), let digit = text.first?.wholeNumberValue, (2...5).contains(digit)
        {
            return digit * 100...digit * 100 + 99
        }
        guard let status = Int(text), (200...599).contains(status), text.utf8.count == 3 else { return nil }
        return status...status
    }
}

/// How a successful answer becomes a result.
struct ResponseRule: Sendable, Equatable {
    enum Form: String, Sendable, CaseIterable {
        /// JSON if it is an object or an array, else text.
        case auto
        case json
        case text
        /// Octets of some type, for what is seen or heard.
        case bytes
    }

    /// A further piece of the result.
    struct Piece: Sendable, Equatable {
        enum Kind: String, Sendable, CaseIterable {
            case text, image, audio
        }

        let kind: Kind
        /// A text, or base 64.
        let data: ValueTemplate
        let mimeType: String?
    }

    static let standardText = 100_000

    var form = Form.auto
    /// Of octets; nil for the answer's own.
    var mimeType: String?
    /// What of the answer counts; the references of `shape` are into that.
    var pick: ValuePointer?
    /// What stands for what `pick` does not find; nil makes that a failure.
    var missing: JSON?
    var shape: ValueTemplate?
    /// The result of an answer without a body.
    var empty: ValueTemplate?
    var content: [Piece] = []
    /// A success that is none: the place and what stands there then.
    var failWhen: (at: ValuePointer, equals: [JSON])?
    /// Characters of the text that a model is shown.
    var textLimit = ResponseRule.standardText
    /// Redirects that are followed: below the base URL, by GET.
    var redirects = 0

    static func == (a: ResponseRule, b: ResponseRule) -> Bool {
        a.form == b.form && a.mimeType == b.mimeType && a.pick == b.pick && a.missing == b.missing && a.shape == b.shape
            && a.empty == b.empty && a.content == b.content && a.failWhen?.at == b.failWhen?.at
            && a.failWhen?.equals == b.failWhen?.equals && a.textLimit == b.textLimit && a.redirects == b.redirects
    }
}

/// How a failure becomes a result.
struct ErrorRule: Sendable, Equatable {
    /// What one status means here.
    struct Meaning: Sendable, Equatable {
        let statuses: ClosedRange<Int>
        let code: String?
        let text: String?
    }

    /// Where services say what is wrong.
    static let usualPlaces = ["/error/message", "/error", "/message", "/detail", "/errors/0/message"].compactMap {
        ValuePointer($0)
    }

    var messages = ErrorRule.usualPlaces
    /// Whether the caller is told what the service says.
    var isRevealed = false
    var meanings: [Meaning] = []
    var shape: ValueTemplate?
    /// For arguments that do not fit.
    var invalid: ValueTemplate?
}

/// What stands for the result while the service has none, labelled as such.
struct FallbackRule: Sendable, Equatable {
    enum Cause: Sendable, Equatable {
        case unreachable, timeout
        case status(ClosedRange<Int>)
    }

    let on: [Cause]
    let shape: ValueTemplate
    let notice: String
}

/// How an answer in pages is put together.
struct PageRule: Sendable, Equatable {
    enum Next: Sendable, Equatable {
        /// The `next` of the field Link (RFC 8288).
        case link
        /// A cursor in the answer, and the parameter that takes it.
        case cursor(ValuePointer, parameter: String)
    }

    let next: Next
    /// Where the list is that goes on.
    let items: ValuePointer
    let max: Int
    /// The list of the result that may have enough before the last page.
    let wanted: ValueTemplate.Each?
}
