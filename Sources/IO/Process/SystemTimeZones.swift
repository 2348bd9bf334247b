package import Core

/// The system's time zones (Debian's tzdata), read when first asked for.
///
/// A zone is one local file of some kilobytes, read at most once in the life of the process, so its reading is the
/// one file access that a loop does by itself.
package enum SystemTimeZones {
    package static let directory = "/usr/share/zoneinfo/"
    private static let largestZone = 256 << 10
    private static let largestList = 1 << 20

    package static let database = TimeZoneDatabase(names: names()) { name in
        (try? SmallFile.bytes(directory + name, limit: largestZone)) ?? nil
    }

    /// The list is for suggestions only; a system without it still knows its zones.
    private static func names() -> [String] {
        guard let text = (try? SmallFile.bytes(directory + "tzdata.zi", limit: largestList)) ?? nil else { return [] }
        return TimeZoneName.parse(tzdataZi: text)
    }
}
