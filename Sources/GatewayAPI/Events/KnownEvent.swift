public import Core

/// An event as Luma has it now: what a change is read against.
public struct KnownEvent: Sendable, Equatable {
    /// All that Luma tells of it.
    public let members: JSONObject
    public let start: Timestamp?
    public let end: Timestamp?
    public let zone: String?

    /// Nil for what is no event.
    public init?(_ event: JSON) {
        guard let members = event.objectValue else { return nil }
        self.members = members
        start = members["start_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        end = members["end_at"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        zone = members["timezone"]?.stringValue
    }

    /// Whether the event has this value already; what it does not have is null.
    package func has(_ name: String, _ value: JSON) -> Bool { (members[name] ?? .null) == value }

    /// Its length in milliseconds; nil when it is not known.
    package var length: Int64? {
        guard let start, let end, end > start else { return nil }
        return end.milliseconds - start.milliseconds
    }
}
