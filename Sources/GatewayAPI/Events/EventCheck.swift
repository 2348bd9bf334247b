package import Core
package import LumaAPI

/// One check of an event's members under way.
package struct EventCheck {
    package let mode: EventInput.Mode
    package let setting: EventInput.Setting
    private(set) var problems: [FieldProblem] = []
    private(set) var accepted = EventInput.Accepted(
        body: JSONObject(), outcome: EventOutcome(start: nil, end: nil, zone: nil))
    private(set) var needsEvent = false
    /// Names the zone of the event, when the input or the event does.
    private var zone: EventTime.Zone = .missing
    private var named: [String: Timestamp] = [:]
    private var namedZone: String?
    /// The document was read here before: what Luma sets by itself stands in it, too.
    private var isCopy = false
    private var leftOut: [String] = []

    package var known: KnownEvent? { setting.known }

    package init(mode: EventInput.Mode, _ setting: EventInput.Setting) {
        self.mode = mode
        self.setting = setting
    }

    /// Switches of the call, not of the event.
    private static let notices: Set<String> = ["suppress_notifications", "suppress_email"]

    package var changesNothing: Bool {
        accepted.approval == nil && accepted.body.members.allSatisfy { Self.notices.contains($0.name) }
    }

    /// A member of the event is named, whether or not it is another than before.
    private(set) var namesSomething = false

    /// Checks every member of the input and keeps what is accepted.
    package mutating func run(_ object: JSONObject) {
        let fields = Self.fields(mode)
        isCopy = mode == .create && object["id"]?.stringValue != nil && object["created_at"]?.stringValue != nil
        readZone(object["timezone"])
        for (name, value) in object.members where problems.count < EventInput.maxProblems {
            if !Self.notices.contains(name) { namesSomething = true }
            if name == "require_rsvp_approval" {
                readApproval(value)
            } else if let field = fields.first(where: { $0.name == name }) {
                read(value, of: field)
            } else {
                readOther(name, value, object)
            }
        }
        for field in fields where field.required && object[field.name] == nil { report(field.name, .required) }
        settle()
    }

    /// The members of Luma's body that a client may send.
    package static func fields(_ mode: EventInput.Mode) -> [SchemaField] {
        switch mode {
        case .create: Shapes.eventInput
        case .update: updateFields
        }
    }

    /// The event's id stands in the path.
    package static let updateFields = Shapes.eventChange.filter { $0.name != "event_id" }

    /// Notes a problem, up to `EventInput.maxProblems`.
    package mutating func report(_ field: String, _ fault: FieldFault, _ candidates: [String] = []) {
        guard problems.count < EventInput.maxProblems else { return }
        problems.append(FieldProblem(field, fault, candidates: candidates))
    }

    private mutating func accept(_ name: String, _ value: JSON) {
        if let known, known.has(name, value), !Self.notices.contains(name) { return }
        accepted.body.members.append((name, value))
    }

    private mutating func readApproval(_ value: JSON) {
        guard let approval = value.boolValue else { return report("require_rsvp_approval", .notBoolean) }
        accepted.approval = approval
    }

    // MARK: Times

    private mutating func readZone(_ value: JSON?) {
        if let value, !value.isNull {
            // Whatever is wrong here is reported when its turn comes; local times then have nothing to add.
            zone = .refused
            guard let name = value.stringValue?.trimmingBlanks, let rules = try? setting.zones.rules(for: name) else {
                return
            }
            (zone, namedZone) = (.rules(name, rules), name)
        } else if let name = known?.zone {
            zone = (try? setting.zones.rules(for: name)).map { .rules(name, $0) } ?? .unusable(name)
        }
    }

    private mutating func readTime(_ value: JSON, _ name: String) {
        guard let text = value.stringValue else {
            return report(name, .notText(expected: EventTime.expectation))
        }
        switch EventTime.read(text, zone) {
        case .instant(let instant): named[name] = instant
        case .invalid(let fault, let candidates): report(name, fault, candidates)
        case .dependent: break
        case .needsZone:
            // On create the missing timezone is itself the problem.
            if mode == .update { needsEvent = true }
        }
        // Its place among the members; what is sent is made once all is known.
        accepted.body.members.append((name, value))
    }

    /// Makes start, end and zone as they will be, judges them, and puts them into what is sent.
    private mutating func settle() {
        let (start, end) = (named["start_at"], named["end_at"])
        let outcome = EventOutcome(
            start: start, end: end, zone: namedZone, known: known, defaultLength: setting.defaultLength)
        accepted.outcome = outcome
        if mode == .update, known == nil {
            let namesOneTime = (start == nil) != (end == nil)
            if namesOneTime || (namedZone != nil && start == nil) { needsEvent = true }
        }
        if end != nil, let start = outcome.start, let end = outcome.end, end <= start {
            report(
                "end_at", .endNotAfterStart(start, local: EventOutcomeText(outcome, setting.zones).clock(start)))
        }
        if let now = setting.now { judge(now) }
        place(outcome)
        if !leftOut.isEmpty {
            accepted.remarks.append(
                EventRemark(
                    code: .leftOut, field: leftOut[0],
                    values: ["fields": .array(leftOut.map { .string($0) })],
                    words: (leftOut.count > 1 ? "and \(leftOut.dropFirst().joined(separator: ", ")) are" : "is")
                        + " set by Luma and not taken over"))
        }
    }

    private mutating func judge(_ now: Timestamp) {
        var names = Set(named.keys)
        if namedZone != nil { names.insert("timezone") }
        let remarks = EventPlausibility.remarks(
            accepted.outcome, named: names, known: known, now: now, zones: setting.zones)
        for remark in remarks {
            if EventPlausibility.level(remark.code, on: setting.surface) == .refuse {
                report(remark.field, .implausible(remark))
            } else {
                accepted.remarks.append(remark)
            }
        }
    }

    /// What is sent is what was worked out: with a start goes its end, and with another zone both.
    private mutating func place(_ outcome: EventOutcome) {
        var members = accepted.body.members.filter { $0.name != "end_at" || named["end_at"] != nil }
        let isMoved = outcome.start != known?.start
        let isElsewhere = known != nil && outcome.zone != known?.zone
        func put(_ name: String, _ time: Timestamp?, _ isSent: Bool, after place: String?) {
            let index = members.firstIndex { $0.name == name }
            guard isSent, let time else {
                if let index { members.remove(at: index) }
                return
            }
            let member = (name: name, value: JSON.string(time.rfc3339))
            if let index {
                members[index] = member
            } else if let before = members.firstIndex(where: { $0.name == place }) {
                members.insert(member, at: before + 1)
            } else {
                members.append(member)
            }
        }
        let sendsStart = known == nil ? named["start_at"] != nil : isMoved || isElsewhere
        put("start_at", outcome.start, sendsStart, after: nil)
        let sendsEnd = known == nil ? outcome.end != nil : sendsStart || outcome.end != known?.end
        put("end_at", outcome.end, sendsEnd, after: "start_at")
        accepted.body.members = members
    }

    // MARK: Members

    private mutating func read(_ value: JSON, of field: SchemaField) {
        if value.isNull, !field.nullable || known?.members[field.name] == .null { return readNull(field) }
        if value.isNull { return accept(field.name, .null) }
        switch field.name {
        case "start_at", "end_at": readTime(value, field.name)
        default:
            // What an answer says of the event needs no check, and may have another shape than what is sent.
            if let known, known.has(field.name, value) { return }
            let before = problems.count
            var value = value
            switch field.name {
            case "name": value = checkName(value)
            case "timezone": value = checkZone(value)
            case "meeting_url": checkMeetingURL(value)
            case "geo_address_json":
                value = EventPlace.input(value)
                checkSchema(value, field)
            case "max_capacity":
                checkSchema(value, field)
                if let capacity = value.wholeValue, capacity < 0 { report(field.name, .tooSmall(least: 0)) }
            case "slug" where isCopy: return leftOut.append("slug")
            default: checkSchema(value, field)
            }
            if problems.count == before { accept(field.name, value) }
        }
    }

    /// Null changes nothing where there is nothing, and clears nothing that cannot be cleared.
    private mutating func readNull(_ field: SchemaField) {
        switch mode {
        case .create:
            if isCopy, !field.required { return }
            report(field.name, field.required ? .requiredNotNull : .notNull)
        case .update:
            // What an answer never shows as null is surely there.
            guard EventMembers.mayBeNull(field.name) else { return report(field.name, .cannotBeCleared) }
            guard let known else {
                needsEvent = true
                return
            }
            if !known.has(field.name, .null) { report(field.name, .cannotBeCleared) }
        }
    }

    /// A member that is no field of what is sent: one of Luma's own, or one that nobody knows.
    private mutating func readOther(_ name: String, _ value: JSON, _ object: JSONObject) {
        guard EventMembers.isSetByLuma(name, mode) else {
            return report(APIError.shortened(name), EventMembers.fault(name, mode))
        }
        switch mode {
        case .create where isCopy:
            if name == "require_approval", object["require_rsvp_approval"] == nil {
                accepted.approval = value.boolValue
            } else if !EventMembers.isDerived(name), !value.isNull, value != [] {
                leftOut.append(name)
            }
        case .create: report(name, .setByLuma(by: EventMembers.setter(of: name)))
        case .update:
            guard let known else {
                needsEvent = true
                return
            }
            if !known.has(name, value) { report(name, .setByLuma(by: EventMembers.setter(of: name))) }
        }
    }
}
