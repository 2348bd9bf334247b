package import Core
package import LumaAPI

/// What comes back, as data for schemas, and as documents.
extension Surface {
    /// The members of one entry of a page.
    package var entryFields: [SchemaField] {
        guard let entries = operation.answer.first(where: { $0.name == "entries" }),
            case .array(.object(let fields), _) = entries.schema
        else { return [] }
        return fields
    }

    /// The page in the shape of our own lists: a cursor is there exactly when there is more.
    /// - Parameter answer: Luma's.
    /// - Returns: nil for what is no page.
    package func page(_ answer: JSON) -> JSONObject? {
        guard let entries = answer["entries"], entries.arrayValue != nil, let hasMore = answer["has_more"]?.boolValue
        else { return nil }
        let cursor = hasMore ? answer["next_cursor"]?.stringValue : nil
        if hasMore, cursor == nil { return nil }
        return [
            "entries": entries, "has_more": .bool(hasMore), "next_cursor": cursor.map { .string($0) } ?? .null,
        ]
    }

    /// What is told of a write of which Luma answers nothing: the ids that it was about, and that it was done.
    package func done(_ input: JSONObject) -> JSONObject {
        var told = JSONObject()
        for name in operation.subject?.members ?? [] { told[name] = input[name] }
        told["done"] = true
        return told
    }

    /// The document without what no model may see, also in entries of a page and in members of members.
    package func withoutSecrets(_ document: JSON) -> JSON {
        operation.secretAnswer.isEmpty ? document : document.without(operation.secretAnswer)
    }

    /// It reaches people or their money, or cannot be taken back: an assistant or a person at a terminal is asked before.
    package var needsConfirmation: Bool {
        !operation.effects.isDisjoint(with: [.notifiesGuests, .movesMoney, .irreversible])
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
