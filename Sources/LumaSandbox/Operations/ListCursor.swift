import Core

/// The order of a list that is sorted as a whole, and its pages. For lists of a bounded number of entries.
struct ListOrder: Sendable, Equatable {
    /// Where an entry stands: the text that it is sorted by, and its id, which separates those with the same text.
    struct Place: Sendable, Equatable {
        let value: String?
        let id: String
    }

    let column: String
    var isDescending = false
    /// Whether entries without a value come before the others.
    var startsWithNull = false

    func precedes(_ first: Place, _ second: Place) -> Bool {
        switch (first.value, second.value) {
        case (nil, nil): break
        case (nil, _): return startsWithNull
        case (_, nil): return !startsWithNull
        case (let one?, let other?): if one != other { return isDescending ? one > other : one < other }
        }
        return isDescending ? first.id > second.id : first.id < second.id
    }

    /// The page that `pagination_cursor` and `pagination_limit` of a query ask for.
    func page<Item>(
        of items: [Item], _ query: JSONObject, place: (Item) -> Place, answer: (Item) -> JSON
    ) throws(Refusal) -> JSON {
        let limit = try Sandbox.pageSize(query["pagination_limit"])
        var rest = items.map { (item: $0, place: place($0)) }.sorted { precedes($0.place, $1.place) }
        if let text = query["pagination_cursor"]?.stringValue {
            guard let cursor = ListCursor(text), cursor.order == name else {
                throw .invalid("pagination_cursor is invalid.")
            }
            let last = Place(value: cursor.value.isEmpty ? nil : String(cursor.value.dropFirst()), id: cursor.id)
            rest.removeAll { !precedes(last, $0.place) }
        }
        let page = rest.prefix(limit)
        guard let last = page.last?.place else { return ["entries": [], "has_more": false] }
        // Live answers carry a cursor on the last page, too: has_more alone ends a list.
        let cursor = ListCursor(order: name, value: last.value.map { "=" + $0 } ?? "", id: last.id)
        return [
            "entries": .array(page.map { answer($0.item) }), "has_more": .bool(rest.count > limit),
            "next_cursor": .string(cursor.text),
        ]
    }

    /// Its name in a cursor.
    private var name: String { "\(column) \(isDescending ? "d" : "a")\(startsWithNull ? "n" : "")" }
}

/// The place after which the next page starts. It names the last entry and not a number, so that pages neither
/// repeat nor skip entries while others come and go. Opaque to clients: base 64 of its parts, as Luma's are.
struct ListCursor: Equatable {
    /// The order of the list; in another one the place means nothing.
    let order: String
    /// What the last entry is sorted by.
    let value: String
    let id: String

    init(order: String, value: String, id: String) {
        self.order = order
        self.value = value
        self.id = id
    }

    var text: String { Base64.encode(Array("\(order)|\(value)|\(id)".utf8)) }

    init?(_ text: String) {
        let bar = UInt8(ascii: "|")
        guard text.utf8.count <= 1024, let bytes = Base64.decode(text), let first = bytes.firstIndex(of: bar),
            let last = bytes.lastIndex(of: bar), first < last
        else { return nil }
        self.init(
            order: String(decoding: bytes[..<first], as: UTF8.self),
            value: String(decoding: bytes[(first + 1)..<last], as: UTF8.self),
            id: String(decoding: bytes[(last + 1)...], as: UTF8.self))
    }
}

/// Cursors of the list of events, which is always in the order of their start.
extension ListCursor {
    init(descending: Bool, key: EventShelf.Key) {
        self.init(order: descending ? "d" : "a", value: String(key.startAt.milliseconds), id: key.id)
    }

    /// The event's place in the order of the shelf; nil when the cursor is not one of this direction.
    func key(descending: Bool) -> EventShelf.Key? {
        guard order == (descending ? "d" : "a"), let milliseconds = Int64(value) else { return nil }
        return EventShelf.Key(startAt: Timestamp(milliseconds: milliseconds), id: id)
    }
}
