public import Core

/// What a VCALENDAR says of itself.
public struct ICSCalendar: Sendable, Equatable {
    /// Who has made it, such as `-//luma-mcp//luma-mcp//EN`.
    public var product: String
    /// The name that a calendar program shows.
    public var name: String
    /// How often a program that subscribes to it should ask again; nil for a calendar that is given once.
    public var refresh: ISODuration?

    public init(product: String, name: String, refresh: ISODuration? = nil) {
        self.product = product
        self.name = name
        self.refresh = refresh
    }
}

/// One VEVENT.
///
/// There is no status for a cancelled one: Luma deletes what is cancelled, so it is no longer in the calendar, and a program
/// that subscribes takes it out as well.
public struct ICSEvent: Sendable, Equatable {
    public enum Status: String, Sendable, CaseIterable {
        case tentative = "TENTATIVE"
        case confirmed = "CONFIRMED"
    }

    /// Where on Earth, in degrees.
    public struct Place: Sendable, Equatable {
        public let latitude: Double
        public let longitude: Double

        /// Nil for what is no place.
        public init?(latitude: Double, longitude: Double) {
            guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
            self.latitude = latitude
            self.longitude = longitude
        }
    }

    /// The same for the same event for ever: by it a program knows that what it reads is what it has.
    public var uid: String
    /// When what is said here was last changed, as far as is known.
    public var stamp: Timestamp
    public var start: Timestamp
    /// Left out when it is not after the start.
    public var end: Timestamp?
    public var summary: String
    /// Only those who were invited are to see it.
    public var isPrivate = false
    public var status = Status.confirmed
    public var description: String?
    public var location: String?
    public var place: Place?
    public var url: String?
    public var created: Timestamp?
    public var modified: Timestamp?
    /// The zone that the event's people think in.
    public var zone: String?

    public init(uid: String, stamp: Timestamp, start: Timestamp, summary: String) {
        self.uid = uid
        self.stamp = stamp
        self.start = start
        self.summary = summary
    }
}
