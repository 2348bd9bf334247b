import Core
import LumaAPI

/// One check of an event's members under way.
struct EventCheck {
    let mode: EventInput.Mode
    let zones: TimeZoneDatabase
    private(set) var problems: [FieldProblem] = []
    private(set) var accepted = EventInput.Accepted(body: JSONObject())
    private(set) var needsEventZone = false
    /// Names the zone of the event, when the input or the caller does.
    private var zone: EventTime.Zone = .missing

    init(mode: EventInput.Mode, zones: TimeZoneDatabase) {
        self.mode = mode
        self.zones = zones
    }

    /// Switches of the call, not of the event.
    private static let notices: Set<String> = ["suppress_notifications", "suppress_email"]

    var changesNothing: Bool {
        accepted.approval == nil && accepted.body.members.allSatisfy { Self.notices.contains($0.name) }
    }

    mutating func run(_ object: JSONObject, fallbackZone: String?) {
        let fields = Self.fields(mode)
        readZone(object["timezone"], fallbackZone)
        for (name, value) in object.members where problems.count < EventInput.mostProblems {
            if name == "require_rsvp_approval" {
                readApproval(value)
            } else if let field = fields.first(where: { $0.name == name }) {
                read(value, of: field)
            } else {
                report(Self.shortened(name), unknown(name, fields))
            }
        }
        for field in fields where field.required && object[field.name] == nil { report(field.name, "is required") }
        if let start = accepted.start, let end = accepted.end, end <= start {
            report("end_at", "must be after start_at, which is \(start.rfc3339)")
        }
    }

    /// The members of Luma's body that a client may send.
    static func fields(_ mode: EventInput.Mode) -> [SchemaField] {
        switch mode {
        case .create: Shapes.eventInput
        case .update: updateFields
        }
    }

    /// The event's id stands in the path.
    private static let updateFields = Shapes.eventChange.filter { $0.name != "event_id" }

    mutating func report(_ field: String, _ problem: String, _ candidates: [String] = []) {
        guard problems.count < EventInput.mostProblems else { return }
        problems.append(FieldProblem(field, problem, candidates: candidates))
    }

    private mutating func readApproval(_ value: JSON) {
        guard let approval = value.boolValue else { return report("require_rsvp_approval", "must be true or false") }
        accepted.approval = approval
    }

    private mutating func readZone(_ value: JSON?, _ fallback: String?) {
        guard let value else {
            zone =
                fallback.map { name in (try? zones.rules(for: name)).map { .rules(name, $0) } ?? .unknown } ?? .missing
            return
        }
        // Whatever is wrong here is reported when its turn comes; local times then have nothing to add.
        zone = .unknown
        if let name = value.stringValue, let rules = try? zones.rules(for: name) { zone = .rules(name, rules) }
    }

    private mutating func read(_ value: JSON, of field: SchemaField) {
        if value.isNull {
            guard field.nullable else {
                let problem =
                    switch mode {
                    case .create: field.required ? "is required and must not be null" : "must not be null; leave it out"
                    case .update: "cannot be cleared; leave it out to keep it"
                    }
                return report(field.name, problem)
            }
            accepted.body.members.append((field.name, .null))
            return
        }
        switch field.name {
        case "start_at":
            guard let instant = readTime(value, field.name) else { return }
            accepted.start = instant
            accepted.body.members.append((field.name, .string(instant.rfc3339)))
        case "end_at":
            guard let instant = readTime(value, field.name) else { return }
            accepted.end = instant
            accepted.body.members.append((field.name, .string(instant.rfc3339)))
        default:
            let before = problems.count
            switch field.name {
            case "name": checkName(value)
            case "timezone": checkZone(value)
            case "meeting_url": checkMeetingURL(value)
            default: checkSchema(value, field)
            }
            if problems.count == before { accepted.body.members.append((field.name, value)) }
        }
    }

    private mutating func readTime(_ value: JSON, _ name: String) -> Timestamp? {
        guard let text = value.stringValue else {
            report(name, "must be a string: \(EventTime.expectation)")
            return nil
        }
        switch EventTime.read(text, zone) {
        case .instant(let instant): return instant
        case .invalid(let problem, let candidates): report(name, problem, candidates)
        case .needsZone:
            // On create the missing timezone is itself the problem.
            if mode == .update { needsEventZone = true }
        }
        return nil
    }

    /// One character may have any number of accents: they are bounded too.
    private static let mostCodePoints = 2000

    /// Characters are what a reader takes for one: a letter with its accents, an emoji with its parts.
    private mutating func checkName(_ value: JSON) {
        guard let text = value.stringValue else { return report("name", "must be a string") }
        if Self.isPlainName(text) { return }
        let count = text.count
        let codePoints = text.unicodeScalars
        if !(1...200).contains(count) {
            report("name", "must be 1 to 200 characters long; it has \(count)")
        } else if codePoints.count > Self.mostCodePoints {
            report("name", "must be at most \(Self.mostCodePoints) code points long; it has \(codePoints.count)")
        } else if codePoints.contains(where: { $0.properties.generalCategory == .control }) {
            report("name", "must not hold control characters, such as a line break")
        } else if codePoints.allSatisfy(\.properties.isWhitespace) {
            report("name", "must not be blank")
        }
    }

    /// Whether a name is of printable ASCII, short and not blank: then there is nothing to count by characters.
    private static func isPlainName(_ text: String) -> Bool {
        let bytes = text.utf8
        return bytes.count <= 200 && bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7f } && bytes.contains { $0 != 0x20 }
    }

    private mutating func checkZone(_ value: JSON) {
        guard let name = value.stringValue else { return report("timezone", "must be a string") }
        do throws(TimeZoneError) {
            _ = try zones.rules(for: name)
        } catch {
            switch error {
            case .malformed(let cause) where cause != .notTZif:
                report("timezone", "cannot be used: this system's data of the zone is damaged")
            // The folder of the zones holds lists and notes too.
            case .invalidName, .unknownName, .malformed:
                let hint = zones.suggestion(for: name).map { "; did you mean \($0)?" } ?? ""
                report("timezone", "must be an IANA time zone, such as Europe/Berlin\(hint)")
            }
        }
    }

    private mutating func checkMeetingURL(_ value: JSON) {
        guard let text = value.stringValue else { return report("meeting_url", "must be a string") }
        // No character is shorter than an octet.
        if text.utf8.count > 2000, text.count > 2000 {
            report("meeting_url", "must be at most 2000 characters long; it has \(text.count)")
        }
        if !WebURL.isValid(text) {
            report("meeting_url", "must be an http or https URL, such as https://meet.example/room")
        }
    }

    private mutating func checkSchema(_ value: JSON, _ field: SchemaField) {
        let validator = SchemaValidator(unknownMembers: .refused, maxProblems: EventInput.mostProblems)
        for problem in validator.problems(in: value, schema: field.schema) {
            let separator = problem.path.isEmpty || problem.path.hasPrefix("[") ? "" : "."
            report(field.name + separator + problem.path, problem.words)
        }
    }

    private func unknown(_ name: String, _ fields: [SchemaField]) -> String {
        if mode == .update, name == "event_id" { return "stands in the path, not in the body" }
        if mode == .update, Shapes.eventInput.contains(where: { $0.name == name }) {
            return "can only be given when an event is created"
        }
        if mode == .create, Self.updateFields.contains(where: { $0.name == name }) {
            return "can only be given when an event is changed"
        }
        let known = fields.map(\.name) + ["require_rsvp_approval"]
        return "is not known" + (NearestName.suggest(for: name, among: known).map { "; did you mean \($0)?" } ?? "")
    }

    private static func shortened(_ name: String) -> String { APIError.shortened(name) }
}
