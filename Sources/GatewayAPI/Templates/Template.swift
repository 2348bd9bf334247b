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
