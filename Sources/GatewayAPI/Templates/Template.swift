public import Core

/// A kind of event with its defaults, to create events from.
public struct Template: Sendable, Equatable {
    /// The word that stands in paths and requests.
    public var type: String
    /// For display; never becomes an event's name.
    public var name: String
    /// For display; never becomes an event's description.
    public var description: String
    public var defaultDurationHours: JSONNumber
    public var requireRSVPApproval: Bool
    /// It usually takes place online. Says what to expect, and forbids nothing.
    public var isVirtual: Bool
    /// Fields of Luma's create that events of this kind start with.
    public var eventDefaults: JSONObject

    package init(
        _ type: String, _ name: String, _ description: String, hours: JSONNumber, approval: Bool = false,
        virtual: Bool = false, eventDefaults: JSONObject = JSONObject()
    ) {
        self.type = type
        self.name = name
        self.description = description
        defaultDurationHours = hours
        requireRSVPApproval = approval
        isVirtual = virtual
        self.eventDefaults = eventDefaults
    }

    /// As an answer shows it.
    public var json: JSON {
        var json = brief
        json.members.append(("example", example))
        return .object(json)
    }

    /// The same without its example.
    package var brief: JSONObject {
        var members: [(name: String, value: JSON)] = [
            ("type", .string(type)), ("name", .string(name)), ("description", .string(description)),
            ("summary", .string(summary)),
            ("default_duration_hours", .number(defaultDurationHours)),
            ("require_rsvp_approval", .bool(requireRSVPApproval)), ("is_virtual", .bool(isVirtual)),
        ]
        if !eventDefaults.members.isEmpty { members.append(("event", .object(eventDefaults))) }
        return JSONObject(members)
    }

    /// The default length in milliseconds; bounded when the template was read.
    package var durationMilliseconds: Int64 { Int64((Double(defaultDurationHours.text) ?? 0) * 3_600_000) }

    /// The templates that are always there.
    public static let builtIn: [Template] = [
        Template(
            "meetup", "Community Meetup", "An informal get-together where people meet and trade ideas.",
            hours: JSONNumber(2)),
        Template(
            "workshop", "Hands-on Workshop", "A guided session in which everybody practises what is taught.",
            hours: JSONNumber(3), approval: true, virtual: true),
        Template(
            "conference", "Professional Conference", "A full day with many attendees, several speakers and sessions.",
            hours: JSONNumber(8), approval: true),
        Template(
            "social_gathering", "Social Gathering",
            "An easy-going occasion to have a good time and get to know people.",
            hours: JSONNumber(4)),
        Template(
            "webinar", "Online Webinar", "A talk or demonstration that is followed online.", hours: JSONNumber(1),
            virtual: true),
    ]
}

/// What a template means: in words for a person, and as a request to begin with.
extension Template {
    /// `Lasts 3 h. Registrations need approval. Usually online. Sets visibility: private.`
    package var summary: String { facts.map { $0 + "." }.joined(separator: " ") }

    private var facts: [String] {
        var facts = ["Lasts " + (EventOutcome.text(ofLength: durationMilliseconds) ?? "less than a minute")]
        facts.append(requireRSVPApproval ? "Registrations need approval" : "Registrations are open")
        facts.append(isVirtual ? "Usually online" : "Usually at a place")
        if let defaults = Self.words(eventDefaults) { facts.append("Sets " + defaults) }
        return facts
    }

    /// `visibility: private, max_capacity: 40`; nil without any.
    package static func words(_ defaults: JSONObject) -> String? {
        guard !defaults.members.isEmpty else { return nil }
        return defaults.members.map { name, value in
            let text = value.stringValue ?? String(decoding: value.encoded, as: UTF8.self)
            return name + ": " + APIError.shortened(text, to: 60)
        }.joined(separator: ", ")
    }

    /// A body for `POST /templates/create`, which is also the arguments of `create_event_from_template`.
    package var example: JSON {
        var members: [(name: String, value: JSON)] = [
            ("template_type", .string(type)), ("name", "Your event"), ("start_at", "2030-05-04T18:00:00"),
            ("timezone", "Europe/Berlin"),
        ]
        let hasPlace = eventDefaults["meeting_url"] != nil || eventDefaults["geo_address_json"] != nil
        if !hasPlace, isVirtual {
            members.append(("meeting_url", "https://meet.example.com/room"))
        } else if !hasPlace {
            members.append(("geo_address_json", ["type": "manual", "address": "1 Main Street, Springfield"]))
        }
        return .object(JSONObject(members))
    }

    /// As a text for hosts that take no documents.
    package var markdown: String {
        var lines = ["# \(name)", ""]
        if !description.isEmpty { lines += [description, ""] }
        lines += facts.map { "- " + $0 }
        lines += ["", "For example, this creates an event from it:", ""]
        return (lines + ["    " + String(decoding: example.encoded, as: UTF8.self)]).joined(separator: "\n")
    }
}
