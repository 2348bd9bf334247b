import Core
import Foundation

/// The system's time zone files, which the suites read as the product does.
enum ZoneFiles {
    private static let folder = "/usr/share/zoneinfo/"

    static func bytes(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: folder + name).map(Array.init)
    }

    static func rules(_ name: String) throws -> TimeZoneRules {
        guard let bytes = bytes(name) else { throw CocoaError(.fileNoSuchFile) }
        return try TimeZoneRules(tzif: bytes)
    }

    /// Every zone and alias that the system's database lists.
    static let names = TimeZoneName.parse(tzdataZi: bytes("tzdata.zi") ?? [])
}

func instant(_ text: String) -> Timestamp {
    guard let value = Timestamp(rfc3339: text) else { preconditionFailure(text) }
    return value
}

func local(_ text: String) -> LocalDateTime {
    guard let value = LocalDateTime(text) else { preconditionFailure(text) }
    return value
}
