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
    /// STATUS (RFC 5545 §3.8.1.11).
    public enum Status: String, Sendable, CaseIterable {
        case tentative = "TENTATIVE"
        case confirmed = "CONFIRMED"
    }

    /// Where on Earth, in degrees.
    public struct Place: Sendable, Equatable {
        /// From -90 to 90.
        public let latitude: Double
        /// From -180 to 180.
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
    /// DTSTART.
    public var start: Timestamp
    /// Left out when it is not after the start.
    public var end: Timestamp?
    /// SUMMARY: its name.
    public var summary: String
    /// Only those who were invited are to see it.
    public var isPrivate = false
    public var status = Status.confirmed
    public var description: String?
    /// LOCATION: where it is, as text.
    public var location: String?
    /// GEO.
    public var place: Place?
    public var url: String?
    /// CREATED; nil when it is not known.
    public var created: Timestamp?
    /// LAST-MODIFIED; nil when it is not known.
    public var modified: Timestamp?
    /// How often it has changed since it was first given away; nil where nobody counts.
    public var sequence: Int?
    /// The zone that the event's people think in.
    public var zone: String?
    /// What an import needs to make the same event again; nil where nobody is to import it.
    public var fields: String?

    public init(uid: String, stamp: Timestamp, start: Timestamp, summary: String) {
        self.uid = uid
        self.stamp = stamp
        self.start = start
        self.summary = summary
    }
}

extension ICSEvent.Place {
    /// Reads the value of GEO: latitude and longitude with a semicolon between them (RFC 5545 §3.8.1.6); some programs escape
    /// it or write a comma.
    public init?(_ text: String) {
        let parts = text.filter { $0 != "\\" }.split(omittingEmptySubsequences: false) { $0 == ";" || $0 == "," }
        guard parts.count == 2, let latitude = Self.degrees(parts[0]), let longitude = Self.degrees(parts[1]) else {
            return nil
        }
        self.init(latitude: latitude, longitude: longitude)
    }

    private static func degrees(_ text: Substring) -> Double? {
        guard text.utf8.count <= 40, text.utf8.allSatisfy({ (0x2b...0x39).contains($0) && $0 != 0x2c && $0 != 0x2f })
        else {
            return nil
        }
        return Double(text)
    }
}
