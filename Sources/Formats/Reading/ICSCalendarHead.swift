/// What a VCALENDAR says beside its events.
public struct ICSCalendarHead: Sendable, Equatable {
    /// The line of its BEGIN.
    public let line: Int
    /// Its own properties, such as METHOD and X-WR-TIMEZONE, in order.
    public internal(set) var properties: [ICSProperty] = []
    /// The zones that it defines, which may stand before or behind the events that name them.
    public internal(set) var zones: [ICSZone] = []

    init(line: Int) { self.line = line }

    /// The first property of this name, in capitals.
    public subscript(name: String) -> ICSProperty? { properties.first { $0.name == name } }

    /// What the calendar is about, in capitals (RFC 5546 §1.4); nil for one that is no message.
    public var method: String? { self["METHOD"].map { $0.value.uppercased() } }
    /// The zone that the calendar names as its own; all big calendars write it.
    public var zone: String? { self["X-WR-TIMEZONE"].map(\.text).flatMap { $0.isEmpty ? nil : $0 } }
    /// The definition of the zone of this name.
    public func zone(named name: String) -> ICSZone? { zones.first { $0.name == name } }
}
