public import Core
public import LumaAPI

/// Any write that took effect.
public struct WriteResult: Sendable, Equatable {
    /// Luma's document: its answer, or when that was lost, or an earlier attempt of the same request had it, what the write made or
    /// changed, as it was read. Nil when nothing of that is to be read.
    public let answer: JSON?
    /// Of what was made; nil for a change of what was there.
    public let id: String?
    /// True when no answer was seen.
    public let wasSettled: Bool

    init(answer: JSON?, id: String?) {
        (self.answer, self.id) = (answer, id)
        wasSettled = false
    }

    /// What was found without an answer.
    /// - Parameter shown: as it was read.
    init(found id: String?, _ shown: JSON? = nil) {
        answer = shown
        self.id = id
        wasSettled = true
    }
}

/// A change that took effect.
public struct WriteOutcome: Sendable, Equatable {
    /// True when the call's own answer was lost and the effect was found by looking.
    public let wasSettled: Bool
}

/// An event that now exists.
public struct CreatedEvent: Sendable, Equatable {
    /// Luma's id of it.
    public let id: String
    /// True when Luma's answer was lost and the event was found by looking for it.
    public let wasSettled: Bool
}

/// What Luma says before a cancellation.
public struct CancellationRequest: Sendable, Equatable {
    /// Good for 15 minutes.
    public let token: Secret
    /// Guests have paid, so a cancellation must say whether they get their money back.
    public let isPaid: Bool
    /// Approved guests.
    public let guestCount: Int
}

/// One page of a list.
public struct ListPage: Sendable {
    /// The entries as Luma sent them; members and numbers keep their order and spelling when written again.
    public let entries: [JSON]
    /// The one thing that ends a list.
    public let hasMore: Bool
    /// What to ask the next page with; nil on the last one.
    public let nextCursor: String?

    public init(entries: [JSON], hasMore: Bool, nextCursor: String?) {
        self.entries = entries
        self.hasMore = hasMore
        self.nextCursor = nextCursor
    }
}

/// What events to list.
public struct EventListParameters: Sendable {
    /// By start, as Luma writes it.
    public enum Sort: String, Sendable {
        case ascending = "asc"
        case descending = "desc"
    }

    /// Entries of a page; Luma has a maximum that it does not tell.
    public var limit: Int?
    /// The `nextCursor` of the page before; nil for the first one.
    public var cursor: String?
    /// Bounds of the start; Luma does not say whether they are inclusive.
    public var after: Timestamp?
    /// The other bound.
    public var before: Timestamp?
    /// By start; Luma's own order when nil.
    public var sort: Sort?
    /// `approved` or `pending`.
    public var status: String?
    /// Where events may have been made; empty for what Luma shows by itself.
    public var platforms: [String] = []
    /// What the key may do with them, in Luma's words; empty for what Luma shows by itself.
    public var access: [String] = []

    public init() {}

    var query: QueryString {
        var query = QueryString()
        if let after { query.append("after", after.rfc3339) }
        if let before { query.append("before", before.rfc3339) }
        if let cursor { query.append("pagination_cursor", cursor) }
        if let limit { query.append("pagination_limit", String(limit)) }
        if let sort {
            query.append("sort_column", "start_at")
            query.append("sort_direction", sort.rawValue)
        }
        if let status { query.append("status", status) }
        for platform in platforms { query.append("platforms", platform) }
        for kind in access { query.append("access", kind) }
        return query
    }
}

/// The input of a write in its forms: as it is given, as it is sent, and as a journal keeps it.
extension Operation {
    /// What it changes, as the journal compares it; nil when it makes something new.
    ///
    /// A thing within another may be named in several ways, a guest by id, ticket or address. So all things of a kind in one are
    /// taken for the same: a later change of another one makes a lost change unknown, and never one that is made again.
    public func subjectID(in input: JSONObject) -> String? {
        guard let subject, let id = subject.member.flatMap({ input[$0]?.stringValue }) else { return nil }
        guard let parent = subject.parent, let owner = input[parent.member]?.stringValue else { return id }
        return owner + "/" + subject.kind.rawValue
    }

    /// What is kept of it beside the subject.
    func kept(_ input: JSONObject) -> JSONObject {
        let isWithin = subject?.parent != nil
        return JSONObject(
            input.members.filter { (isWithin || $0.name != subject?.member) && !secretInput.contains($0.name) })
    }

    /// What of an input stands in no word that is told.
    func secrets(in input: JSONObject) -> [Secret] {
        secretInput.isEmpty ? [] : secretInput.compactMap { input[$0]?.stringValue.map { Secret($0) } }
    }

    /// The input of a write that was kept, without its secrets.
    func restored(subject id: String?, kept body: JSONObject) -> JSONObject {
        guard let id, let member = subject?.member, subject?.parent == nil else { return body }
        var input = body
        input[member] = .string(id)
        return input
    }
}

extension JSONObject {
    /// The value at names between dots, such as `discount.percent_off`.
    func value(at path: String) -> JSON? {
        var value: JSON? = JSON.object(self)
        for name in path.split(separator: ".") { value = value?[String(name)] }
        return value
    }
}

extension QueryString {
    /// The members of an input as query parameters: what is null is left out, an array repeats its name, and an integer is
    /// written in digits however it was.
    init(_ input: JSONObject, _ fields: [SchemaField]) {
        self.init()
        for (name, value) in input.members {
            var schema = fields.first { $0.name == name }?.schema
            if case .array(let element, _) = schema { schema = element }
            for item in value.arrayValue ?? [value] where !item.isNull {
                append(name, Self.text(of: item, schema))
            }
        }
    }

    private static func text(of value: JSON, _ schema: Schema?) -> String {
        switch value {
        case .string(let text): return text
        case .number(let number):
            if case .integer? = schema, let whole = number.wholeValue { return String(whole) }
            return number.text
        default: return String(decoding: value.encoded, as: UTF8.self)
        }
    }
}
