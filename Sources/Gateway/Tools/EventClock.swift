import Core
import GatewayAPI
import Glibc
import IO

/// The times of events as people say them, and of what assistants write for a time.
struct EventClock: Sendable {
    private let zones: TimeZoneDatabase
    private let seal: Seal
    /// The zone of this machine, in which days begin and `now` is told: nobody has said another one.
    private let local: (name: String, rules: TimeZoneRules)

    init(zones: TimeZoneDatabase, seal: Seal, variable: String? = getenv("TZ").map { String(cString: $0) }) {
        self.zones = zones
        self.seal = seal
        let (name, _) = MachineZone.name(variable.map { ["TZ": $0] } ?? [:])
        local = (try? SystemTimeZones.database.rules(for: name)).map { (name, $0) } ?? ("UTC", .utc)
    }

    /// Its name; UTC when this machine's cannot be used.
    var zone: String { local.name }

    /// The time, and the same in words: `Mon 2026-11-30 22:26 CET`.
    var now: (instant: Timestamp, text: String) { (seal.now, ZonedText.moment(seal.now, local.rules)) }

    // MARK: Of events

    /// The instant in a member of an event, as a clock at the event shows it: `Thu 2026-12-31 18:00 CET`.
    func text(of event: JSON, _ member: String) -> String? {
        guard let instant = event[member]?.stringValue.flatMap(Timestamp.init(rfc3339:)) else { return nil }
        let name = event["timezone"]?.stringValue ?? "UTC"
        return ZonedText.moment(instant, (try? zones.rules(for: name)) ?? .utc)
    }

    /// Where an event is, on one line; nil when nothing is known.
    static func place(of event: JSON) -> String? {
        let address = event["geo_address_json"]
        return (address?["full_address"] ?? address?["address"])?.stringValue.map { Neutral.line($0) }
            .flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The members that `dated` adds.
    static let added = ["starts", "ends", "place"]

    /// The event with its local times beside the instants, and its place as one text.
    func dated(_ event: JSON) -> JSON {
        guard let object = event.objectValue else { return event }
        var members: [(name: String, value: JSON)] = []
        for member in object.members {
            members.append(member)
            if member.name == "start_at", let text = text(of: event, "start_at") {
                members.append(("starts", .string(text)))
            } else if member.name == "end_at", let text = text(of: event, "end_at") {
                members.append(("ends", .string(text)))
            }
        }
        var dated = JSONObject(members)
        if dated["place"] == nil { dated["place"] = Self.place(of: event).map { .string($0) } }
        return .object(dated)
    }

    // MARK: Of arguments

    /// What an argument may be, for an error.
    static let expectation =
        "must be a day such as 2026-12-31, today or friday, or a time by RFC 3339 such as 2026-12-31T18:00:00Z"

    /// The instant that an argument names; a day stands for its beginning. Nil when it is not given.
    func instant(_ arguments: JSONObject, _ name: String) throws(APIError) -> Timestamp? {
        guard let text = arguments[name]?.stringValue else { return nil }
        let now = seal.now
        let localNow = local.rules.local(at: now)
        let moment: LocalDateTime
        switch NaturalTime(text, now: now, localNow: localNow) {
        case .instant(let instant)?: return instant
        case .local(let found)?: moment = found
        case .day(let day)?: moment = LocalDateTime(day: day, millisecond: 0)
        case nil:
            guard text.utf8.count < 20, text.lowercased() == "yesterday" else {
                throw APIError(invalid: [FieldProblem(name, Self.expectation)])
            }
            moment = LocalDateTime(day: CivilDate(days: localNow.date.days - 1), millisecond: 0)
        }
        return switch local.rules.resolve(moment) {
        case .unique(let instant): instant
        case .gap(_, let after): after
        case .overlap(let earlier, _): earlier
        }
    }
}
