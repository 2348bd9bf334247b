import Core
import LumaAPI

/// A kind of thing that belongs to an event or to the calendar, as data. Its list, its making, its changes and its end
/// need no code of their own: the rows of its operations say what comes in and what goes out.
struct Shelf: Sendable {
    /// What the shape of an input cannot say, such as that a ticket type must exist: it refuses as Luma would.
    struct Rule: Sendable {
        /// It gets the event that the thing belongs to, if it belongs to one, and the thing as it would be kept.
        let check: @Sendable (EventRecord?, JSONObject) throws(Refusal) -> Void
    }

    /// What the names of its operations begin with, such as `events/coupons/`.
    let path: String
    /// Its name in the state and in snapshots, such as `coupons`.
    let name: String
    /// One of the things in a refusal, such as `coupon`.
    let noun: String
    /// The member of an input that names the event; nil for things of the calendar.
    let parent: String?
    /// The member of an input that names a thing: by the member of this name, or by its `id` where it has none.
    let key: String
    /// The members of a thing, its `id` among them.
    let fields: [SchemaField]
    /// The values of members that an input leaves out; the others are null.
    let defaults: JSONObject
    /// The member that no two things of one owner have alike: the one that names them, where it is not the id. It is compared
    /// without case.
    let unique: String?
    /// The most things that the state may hold.
    let capacity: Int
    let rules: [Rule]

    /// - Parameters:
    ///   - name: by default the last part of the path.
    ///   - noun: by default that of what is listed.
    ///   - fields: by default the members of an entry of the list.
    init(
        _ path: String, named name: String? = nil, noun: String? = nil, key: String, fields: [SchemaField]? = nil,
        defaults: JSONObject = JSONObject(), unique: String? = nil, capacity: Int = 10_000, rules: [Rule] = []
    ) {
        let list = Catalog[path + "list"]
        let fields = fields ?? list?.entryFields() ?? []
        self.path = path
        self.name = name ?? String(path.split(separator: "/").last ?? "")
        self.noun = noun ?? list?.subject?.kind.noun ?? ""
        parent = list?.subject?.parent?.member
        self.key = key
        self.fields = fields
        self.defaults = defaults
        self.unique = unique ?? (fields.contains { $0.name == key } ? key : nil)
        self.capacity = capacity
        self.rules = rules
    }

    /// What the ids of its things begin with.
    var idPrefix: String {
        guard case .id(let prefix)? = fields.first(where: { $0.name == "id" })?.schema else { return "" }
        return prefix
    }

    /// The member of a thing that `key` is compared with.
    var shownKey: String { fields.contains { $0.name == key } ? key : "id" }

    /// What an input says of a thing, as far as its row knows the member, in the form of answers. An object that is no member of a
    /// thing stands for its own members.
    func values(of input: JSONObject, _ operation: LumaAPI.Operation) -> JSONObject {
        let known = Set(operation.input.map(\.name))
        let shown = Set(fields.map(\.name))
        var given = JSONObject()
        for (name, value) in input.members where known.contains(name) && name != parent {
            if shown.contains(name) {
                given[name] = value
            } else {
                for (inner, value) in value.objectValue?.members ?? [] { given[inner] = value }
            }
        }
        var values = JSONObject()
        for field in fields where field.name != "id" {
            values[field.name] = given[field.name].map(field.schema.written)
        }
        return values
    }

    /// A thing with these values and all its other members.
    func thing(_ id: String, _ values: JSONObject) -> JSONObject {
        JSONObject(
            fields.map { field in
                let value = field.name == "id" ? JSON.string(id) : values[field.name] ?? defaults[field.name]
                return (name: field.name, value: value ?? .null)
            })
    }

    /// Whether a member of a thing is what somebody calls it.
    func isSame(_ member: String, _ first: JSON?, _ second: JSON?) -> Bool {
        guard let first = first?.stringValue, let second = second?.stringValue else { return false }
        return member == unique ? first.lowercased() == second.lowercased() : first == second
    }
}

extension Schema {
    /// A checked value as Luma writes it: an instant in UTC, a number without needless digits.
    fileprivate func written(_ value: JSON) -> JSON {
        switch self {
        case .dateTime: value.stringValue.flatMap(Timestamp.init(rfc3339:)).map { JSON.string($0.rfc3339) } ?? value
        case .integer: value.wholeValue.map { JSON.number(JSONNumber($0)) } ?? value
        case .number: value.doubleValue.flatMap { JSONNumber($0) }.map { JSON.number($0) } ?? value
        default: value
        }
    }
}

extension Shelf {
    /// Every shelf; a snapshot holds them by their names.
    static let all: [Shelf] = [
        Shelf(
            "events/coupons/", key: "code", defaults: ["remaining_count": 1_000_000],
            rules: [.ticketType("event_ticket_type_id"), .inOrder("valid_start_at", "valid_end_at")])
    ]
}

extension Shelf.Rule {
    /// The event has the ticket type that this member names, if it names one.
    static func ticketType(_ member: String) -> Self {
        Self { (event, thing) throws(Refusal) in
            guard let type = thing[member]?.stringValue else { return }
            guard event?.ticketTypes.contains(where: { $0.id == type }) == true else { throw .noTicketType }
        }
    }

    /// One instant is before another one, where there are both.
    static func inOrder(_ first: String, _ second: String) -> Self {
        Self { (_, thing) throws(Refusal) in
            guard let start = thing[first]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
                let end = thing[second]?.stringValue.flatMap(Timestamp.init(rfc3339:)), end <= start
            else { return }
            throw .invalid("Invalid request: \(second) must be after \(first).")
        }
    }
}
