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
