import Core
import LumaAPI

/// A kind of thing that belongs to an event or to the calendar, as data. Its list, its making, its changes and its end
/// need no code of their own: the rows of its operations say what comes in and what goes out.
struct Shelf: Sendable {
    /// What the shape of an input cannot say, such as that a ticket type must exist: it refuses as Luma would. It gets the
    /// event that the thing belongs to, if it belongs to one, and the thing as it would be kept.
    typealias Rule = @Sendable (EventRecord?, JSONObject) throws(Refusal) -> Void

    /// Its name in the state and in snapshots, such as `coupons`.
    let name: String
    /// One of the things as a refusal begins with it, such as `Coupon`.
    let noun: String
    let idPrefix: String
    /// The member of an input that names the event; nil for things of the calendar.
    let parent: String?
    /// The member of an input that names a thing, and the member of the thing that it is compared with.
    let key: (input: String, shown: String)
    /// The members of a thing, its `id` among them.
    let fields: [SchemaField]
    /// Members of an input whose own members are members of the thing.
    let opened: Set<String>
    /// The values of members that an input leaves out; the others are null.
    let defaults: JSONObject
    /// The member that no two things of one owner have alike; compared without case.
    let unique: String?
    /// The most things that the state may hold.
    let capacity: Int
    let rule: Rule

    init(
        _ name: String, noun: String, idPrefix: String, parent: String? = "event_id",
        key: (input: String, shown: String), fields: [SchemaField], opened: Set<String> = [],
        defaults: JSONObject = JSONObject(), unique: String? = nil, capacity: Int = 10_000,
        rule: @escaping Rule = { _, _ in }
    ) {
        self.name = name
        self.noun = noun
        self.idPrefix = idPrefix
        self.parent = parent
        self.key = key
        self.fields = fields
        self.opened = opened
        self.defaults = defaults
        self.unique = unique
        self.capacity = capacity
        self.rule = rule
    }

    /// What an input says of a thing, as far as its row knows the member, in the form of answers.
    func values(of input: JSONObject, _ operation: LumaAPI.Operation) -> JSONObject {
        let known = Set(operation.input.map(\.name))
        var given = JSONObject()
        for (name, value) in input.members where known.contains(name) && name != parent {
            guard opened.contains(name) else {
                given[name] = value
                continue
            }
            for (inner, value) in value.objectValue?.members ?? [] { given[inner] = value }
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
    static let all: [Shelf] = [coupons]

    /// A coupon ends with its event only; its code is what names it.
    static let coupons = Shelf(
        "coupons", noun: "Coupon", idPrefix: "coup-", key: (input: "code", shown: "code"), fields: Shapes.coupon,
        opened: ["discount"], defaults: ["remaining_count": 1_000_000], unique: "code",
        rule: { (event, coupon) throws(Refusal) in try Shelf.check(coupon, of: event) })

    private static func check(_ coupon: JSONObject, of event: EventRecord?) throws(Refusal) {
        if let type = coupon["event_ticket_type_id"]?.stringValue {
            let types = event?.ticketTypes ?? []
            guard types.contains(where: { $0.id == type }) else { throw .noTicketType }
        }
        let start = coupon["valid_start_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        let end = coupon["valid_end_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        if let start, let end, end <= start {
            throw .invalid("Invalid request: valid_end_at must be after valid_start_at.")
        }
    }
}
