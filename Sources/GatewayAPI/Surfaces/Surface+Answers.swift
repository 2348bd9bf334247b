package import Core
package import LumaAPI

/// What comes back, as data for schemas, and as documents. What the row calls secret is in neither, wherever it is asked for.
extension Surface {
    /// The members of Luma's document that are shown.
    package var answerFields: [SchemaField] { operation.answer.without(secrets) }

    /// The members of one entry of a page that are shown.
    package var entryFields: [SchemaField] { Self.entries(of: answerFields) }

    private static func entries(of answer: [SchemaField], in list: String = "entries") -> [SchemaField] {
        guard let entries = answer.first(where: { $0.name == list }),
            case .array(.object(let fields), _) = entries.schema
        else { return [] }
        return fields
    }

    /// The members that a preview can show of the thing that it changes; empty when no read shows a single thing.
    package var showableFields: [SchemaField] {
        let reading: Operation.Reading
        switch operation.recovery {
        case .shown(let by, _), .gone(let by): reading = by
        case .none, .listed: return []
        }
        guard let row = Catalog[reading.operation] else { return [] }
        let fields = row.answer.without(row.secretAnswer)
        return reading.entry == nil ? fields : Self.entries(of: fields, in: reading.list)
    }

    /// Whether something else is shown than Luma's document as it is.
    package var isRewritten: Bool { answer == .page || !secrets.isEmpty }

    /// Whether there may be a page after the first. Luma gives some lists all at once.
    package var hasMorePages: Bool { answer == .page && operation.isPaged }

    /// What is shown of Luma's document: a page in the shape of our own lists, where a cursor is there exactly when there is more.
    /// - Returns: nil for what is no page.
    package func shown(_ document: JSON) -> JSON? {
        guard answer == .page else { return withoutSecrets(document) }
        guard let entries = document["entries"], entries.arrayValue != nil,
            let hasMore = document["has_more"]?.boolValue ?? (operation.isPaged ? nil : false)
        else { return nil }
        let cursor = hasMore ? document["next_cursor"]?.stringValue : nil
        if hasMore, cursor == nil { return nil }
        return [
            "entries": withoutSecrets(entries), "has_more": .bool(hasMore),
            "next_cursor": cursor.map { .string($0) } ?? .null,
        ]
    }

    /// What is told of a write of which Luma answers nothing: the ids that it was about, and that it was done.
    package func done(_ input: JSONObject) -> JSONObject {
        var described = JSONObject()
        for name in operation.subject?.members ?? [] { described[name] = input[name] }
        described["done"] = true
        return described
    }

    /// The document without what is secret, also in members of members.
    package func withoutSecrets(_ document: JSON) -> JSON {
        secrets.isEmpty ? document : document.without(secrets)
    }

    /// What a preview shows of the thing that it changes, as that was read; null when it shows none.
    package func about(_ thing: JSON) -> JSON {
        shows.isEmpty ? .null : withoutSecrets(.object(JSONObject(shows.map { (name: $0, value: thing[$0] ?? .null) })))
    }

    /// What a preview shows of what would be sent.
    package func sends(_ input: JSONObject) -> JSON { withoutSecrets(.object(operation.sent(input))) }
}

extension Operation {
    /// Whether its answer has entries to make a page of.
    var answersList: Bool {
        answer.contains { field in
            if case .array = field.schema { field.name == "entries" } else { false }
        }
    }
}

extension JSON {
    /// The same without members of these names, at every depth.
    fileprivate func without(_ names: Set<String>) -> JSON {
        switch self {
        case .array(let items): return .array(items.map { $0.without(names) })
        case .object(let object):
            let shown = object.members.filter { !names.contains($0.name) }
            return .object(JSONObject(shown.map { (name: $0.name, value: $0.value.without(names)) }))
        default: return self
        }
    }
}

extension [SchemaField] {
    /// The same without members of these names, at every depth.
    fileprivate func without(_ names: Set<String>) -> [SchemaField] {
        guard !names.isEmpty else { return self }
        return filter { !names.contains($0.name) }.map { $0.with($0.schema.without(names)) }
    }
}

extension Schema {
    fileprivate func without(_ names: Set<String>) -> Schema {
        switch self {
        case .array(let element, let count): .array(of: element.without(names), count: count)
        case .object(let fields): .object(fields.without(names))
        case .variants(let discriminator, let shapes):
            .variants(discriminator: discriminator, shapes.mapValues { $0.without(names) })
        default: self
        }
    }
}
