package import Core
import Formats

/// Writes the pages of a list, one after another, in a format that can begin before the list has ended.
package struct ListRenderer {
    private var table: CSVWriter?
    private var calendar: ICSWriter?
    private let isPending: Bool
    private let zones: TimeZoneDatabase

    /// - Parameters:
    ///   - isPending: the events wait for somebody's decision.
    ///   - isForSpreadsheet: a table begins with a byte order mark.
    package init(
        _ representation: Representation, isPending: Bool, zones: TimeZoneDatabase, isForSpreadsheet: Bool = false
    ) {
        self.isPending = isPending
        self.zones = zones
        switch representation {
        case .json, .ndjson: break
        case .csv: table = CSVWriter(header: EventColumn.all.map(\.name), hasMark: isForSpreadsheet)
        case .calendar:
            calendar = ICSWriter()
            calendar?.begin(ICSCalendar(product: Self.product, name: "Luma events"))
        }
    }

    package static let product = "-//luma-mcp//luma-mcp//EN"

    /// These entries, and before the first ones what begins the document.
    package mutating func page(_ entries: [JSON]) -> [UInt8] {
        if table != nil {
            for entry in entries { table?.add(EventColumn.all.map { $0.cell(entry, zones) }) }
            return table?.take() ?? []
        }
        if calendar != nil {
            for entry in entries {
                let waits = isPending || entry["status"]?.stringValue == "pending"
                guard var event = ICSEvent(entry, isPending: waits) else { continue }
                event.fields = ExportedFields.text(entry)
                calendar?.add(event)
            }
            return calendar?.take() ?? []
        }
        var lines: [UInt8] = []
        for entry in entries {
            entry.write(to: &lines)
            lines.append(0x0a)
        }
        return lines
    }

    /// What ends the document.
    package mutating func end() -> [UInt8] {
        calendar?.end()
        return calendar?.take() ?? []
    }
}

/// One column of the table of events. Columns are only ever added, at the end, so that a program may go by their place.
package struct EventColumn: Sendable {
    /// Where its cells come from.
    package enum Source: Sendable {
        /// The member at this path, as text.
        case member([String])
        /// The first of two that is there.
        case either([String], [String])
        /// The member as a time on the clocks of the event's zone, with their offset from UTC.
        case time(String)
        /// The member as date and time on the clocks of the event's zone, in the form that spreadsheets take for a date.
        case local(String)
        /// The names of the objects in the list, with semicolons between them.
        case names(String)
    }

    package let name: String
    package let source: Source

    private init(_ name: String, _ source: Source) {
        self.name = name
        self.source = source
    }

    /// A member of the event under its own name.
    private init(_ name: String) { self.init(name, .member([name])) }

    package static let all = [
        EventColumn("id"), EventColumn("name"), EventColumn("start_at", .time("start_at")),
        EventColumn("end_at", .time("end_at")), EventColumn("timezone"), EventColumn("url"), EventColumn("meeting_url"),
        EventColumn("address", .either(["geo_address_json", "full_address"], ["geo_address_json", "address"])),
        EventColumn("city", .member(["geo_address_json", "city"])),
        EventColumn("latitude", .member(["coordinate", "latitude"])),
        EventColumn("longitude", .member(["coordinate", "longitude"])), EventColumn("visibility"),
        EventColumn("location_type"), EventColumn("max_capacity"), EventColumn("spots_remaining"),
        EventColumn("registration_open"), EventColumn("require_approval"), EventColumn("platform"),
        EventColumn("host"), EventColumn("tags", .names("tags")), EventColumn("created_at"),
        EventColumn("start_local", .local("start_at")), EventColumn("end_local", .local("end_at")),
        // What was closed stays closed when the table is imported; the price, in minor units, is told to be lost.
        EventColumn("location_visibility"), EventColumn("waitlist_status"),
        EventColumn("price_amount", .member(["display_price", "amount"])),
        EventColumn("price_currency", .member(["display_price", "currency"])),
    ]

    /// The cell of an event, empty for what it does not have.
    package func cell(_ event: JSON, _ zones: TimeZoneDatabase) -> String {
        switch source {
        case .member(let path): return Self.text(event, path)
        case .either(let first, let second):
            let text = Self.text(event, first)
            return text.isEmpty ? Self.text(event, second) : text
        case .names(let name):
            return (event[name]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }.joined(separator: "; ")
        case .local(let name): return Self.local(event, name, zones)
        case .time(let name):
            guard let instant = event.instant(name) else { return Self.text(event, [name]) }
            guard let zone = event["timezone"]?.stringValue, let rules = try? zones.rules(for: zone) else {
                return instant.rfc3339
            }
            let offset = rules.offset(at: instant).secondsEast
            // An offset with seconds, as there were a century ago, has no form.
            return offset % 60 == 0 ? instant.rfc3339(offsetMinutes: offset / 60) : instant.rfc3339
        }
    }

    /// `2026-11-16 18:00:00`, empty where the zone is not known: a date on other clocks would be a wrong one.
    private static func local(_ event: JSON, _ name: String, _ zones: TimeZoneDatabase) -> String {
        guard let instant = event.instant(name), let zone = event["timezone"]?.stringValue,
            let rules = try? zones.rules(for: zone)
        else { return "" }
        let text = rules.local(at: instant).text
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8)
    }

    private static func text(_ event: JSON, _ path: [String]) -> String {
        switch path.reduce(event, { $0[$1] ?? .null }) {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let value): value ? "true" : "false"
        case .null, .array, .object: ""
        }
    }
}
