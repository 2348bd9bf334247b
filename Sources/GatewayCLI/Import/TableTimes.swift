package import Core
package import Formats

/// Makes the start and the end of an event of the cells of a row: in one column or in two, as a day, a time, or both.
package struct TableTimes {
    /// What cells say about a time.
    private enum Moment {
        case absent
        /// As the check of an event reads it.
        case text(String)
        case local(CivilDate, Int64?)
        case time(Int64)
        /// A start and an end in one cell.
        indirect case range(Moment, Moment)
        case problem(String, value: String)
    }

    private static let day: Int64 = 86_400_000

    private let columns: TableColumns
    private let record: CSVReader.Record

    package init(_ columns: TableColumns, _ record: CSVReader.Record) {
        (self.columns, self.record) = (columns, record)
    }

    /// `start_at` and `end_at`, and what is wrong with them.
    package func read() -> ImportedRow {
        var row = ImportedRow()
        take(&row)
        return row
    }

    private func take(_ row: inout ImportedRow) {
        let isAllDay = columns.all(.allDay).contains { CellValue.boolean(cell($0).text) == true }
        var start = moment([.field("start_at"), .startDate], .startTime)
        var end = moment([.field("end_at"), .endDate], .endTime)
        if case .range(let first, let last) = start {
            start = first
            if case .absent = end {
                end = last
            } else {
                end = .problem("is said in two cells", value: text(of: [.field("end_at"), .endDate, .endTime]))
            }
        }
        if case .range = end {
            end = .problem("is a start and an end", value: text(of: [.field("end_at"), .endDate, .endTime]))
        }
        if isAllDay { (start, end) = Self.wholeDays(start, end) }
        var local: LocalDateTime?
        switch start {
        case .absent: break
        case .text(let text):
            row.event["start_at"] = .string(text)
            local = LocalDateTime(text)
        case .local(let day, let time?):
            local = Self.join(day, time)
            row.event["start_at"] = local.map { .string(Self.shown($0)) }
        case .range: break
        case .local, .time:
            let text = cell(columns.all(.startDate).first ?? columns.all(.field("start_at")).first ?? 0).text
            refuse(
                "start_at",
                Self.isTime(start) ? "must have a day; it is a time alone" : "must have a time; it is a day alone",
                text, &row)
        case .problem(let text, let value): refuse("start_at", text, value, &row)
        }
        switch end {
        case .absent: takeLength(&row)
        case .range: break
        case .text(let text): row.event["end_at"] = .string(text)
        case .local(let day, let time?): row.event["end_at"] = .string(Self.shown(Self.join(day, time)))
        case .local:
            let cells = [.endDate, .field("end_at"), .startDate, .field("start_at")].flatMap(columns.all)
            let text = cell(cells.first ?? 0).text
            refuse("end_at", "must have a time; it is a day alone", text, &row)
        case .time(let time):
            guard let local else {
                if row.problems.contains(where: { $0.field == "start_at" }) { break }
                return refuse("end_at", "must have a day, as the start has an offset", "", &row)
            }
            let same = Self.join(local.date, time)
            // A party that ends at two ends in the night after.
            let next = LocalDateTime(milliseconds: same.milliseconds + Self.day)
            row.event["end_at"] = .string(Self.shown(same > local ? same : next))
        case .problem(let text, let value): refuse("end_at", text, value, &row)
        }
    }

    private static func isTime(_ moment: Moment) -> Bool { if case .time = moment { true } else { false } }

    private func refuse(_ field: String, _ text: String, _ value: String, _ row: inout ImportedRow) {
        row.problems.append(ImportedRow.Problem(field: field, text: text, value: value))
    }

    /// From the beginning of the first day to the end of the last. An end at midnight, as Outlook has it, is the end itself;
    /// a day alone, as Google has it, is the last day.
    private static func wholeDays(_ start: Moment, _ end: Moment) -> (Moment, Moment) {
        guard let first = date(start) else { return (start, end) }
        let after = { (day: CivilDate) in CivilDate(days: day.days + 1) }
        switch end {
        case .local(let last, nil): return (.local(first, 0), .local(after(last), 0))
        case .local(let last, let time?):
            if time == 0, last > first { return (.local(first, 0), .local(last, 0)) }
            return (.local(first, 0), .local(after(last), 0))
        case .absent, .time: return (.local(first, 0), .local(after(first), 0))
        case .text(let text):
            guard let local = LocalDateTime(text) else { return (.local(first, 0), end) }
            let isMidnight = local == join(local.date, 0) && local.date > first
            return (.local(first, 0), .local(isMidnight ? local.date : after(local.date), 0))
        case .problem, .range: return (.local(first, 0), end)
        }
    }

    private static func date(_ moment: Moment) -> CivilDate? {
        switch moment {
        case .local(let day, _): day
        case .text(let text): LocalDateTime(text)?.date
        case .absent, .time, .problem, .range: nil
        }
    }

    private static func join(_ day: CivilDate, _ time: Int64) -> LocalDateTime {
        LocalDateTime(milliseconds: Int64(day.days) * Self.day + time)
    }

    /// `2027-07-01T19:00:00`.
    package static func shown(_ local: LocalDateTime) -> String {
        String(local.text.prefix(local.millisecond == 0 ? 19 : 23))
    }

    /// The length, from which the end follows when the zone is known.
    private func takeLength(_ row: inout ImportedRow) {
        guard let (_, text) = filled([.length]) else { return }
        guard let seconds = CellLength.seconds(text) else {
            return refuse("end_at", "follows from a length such as 2h, 90 min or 1:30", text, &row)
        }
        row.length = seconds
    }

    // MARK: Cells

    private func text(of roles: [ColumnRole]) -> String { filled(roles)?.text ?? "" }

    private func cell(_ column: Int) -> (column: Int, text: String) {
        (column, TableText.trimmed(record.fields[column]))
    }

    private func filled(_ roles: [ColumnRole]) -> (column: Int, text: String)? {
        roles.flatMap(columns.all).map(cell).first { !$0.text.isEmpty }
    }

    /// What a column of days, or of days with times, and a column of times say together.
    private func moment(_ days: [ColumnRole], _ times: ColumnRole) -> Moment {
        let time = filled([times]).map { read($0.column, $0.text) } ?? .absent
        guard let (column, text) = filled(days) else { return time }
        let day = read(column, text)
        switch (day, time) {
        case (.problem, _), (_, .absent): return day
        case (.local(_, nil), .range(let first, let last)), (.local(_, 0?), .range(let first, let last)):
            // The end of a time alone follows from the start.
            guard case .local(let date, _) = day, case .time(let time) = first else {
                return .problem("has two days", value: text)
            }
            return .range(.local(date, time), last)
        case (_, .problem): return time
        case (.local(let date, let own), .time(let time)):
            // Spreadsheets give a day the time of midnight.
            guard own == nil || own == 0 || own == time else { return .problem("has two times", value: text) }
            return .local(date, time)
        case (.text(let text), .time(let time)):
            guard let local = LocalDateTime(text) else { return .problem("has two times", value: text) }
            let own = local.milliseconds - Int64(local.date.days) * Self.day
            guard own == 0 || own == time else { return .problem("has two times", value: text) }
            return .local(local.date, time)
        default: return .problem("has two days", value: text)
        }
    }

    private func read(_ column: Int, _ text: String) -> Moment {
        if let (first, last) = CellRange.parts(text) { return .range(read(column, first), read(column, last)) }
        let written = Self.withT(text)
        if CellRange.isInstant(text) || LocalDateTime(written) != nil { return .text(written) }
        if CellRange.isFarInstant(text) { return .problem(Self.farOffset, value: text) }
        if let time = CellTime.milliseconds(text) { return .time(time) }
        if columns.numeric.contains(column) { return serial(text) }
        guard let date = CellDate(text) else {
            return .problem("must be \(Self.expectation)", value: text)
        }
        guard !date.orders.isEmpty else { return .problem("must be a day that exists", value: text) }
        let order = columns.orders[column] ?? .dmy
        guard let day = date.day(order) else {
            return .problem("must be a day in the order \(order.shown)", value: text)
        }
        if let offset = date.offset {
            guard abs(offset) <= CellRange.farthestOffset else { return .problem(Self.farOffset, value: text) }
            let local = Self.join(day, date.time ?? 0)
            return .text(local.timestamp(secondsEast: offset * 60).rfc3339)
        }
        return .local(day, date.time)
    }

    private static let farOffset = "must have an offset of at most 14 hours from UTC"

    package static let expectation =
        "a date and time such as 2027-07-01 19:00, 1 July 2027 7:00 PM, or 01/07/2027 19:00 with --date-format dmy"

    private func serial(_ text: String) -> Moment {
        switch SerialDate.read(text) {
        case .date(let serial):
            if let day = serial.day { return .local(day, serial.time) }
            return serial.time.map(Moment.time) ?? .problem("must be \(Self.expectation)", value: text)
        case .cut(let from, let to):
            return .problem(
                "is a spreadsheet's number that was cut, and any time from \(from) to \(to); show the column as a date and a "
                    + "time before it is saved", value: text)
        case .none: return .problem("must be \(Self.expectation)", value: text)
        }
    }

    /// A date and a time as tables show them, with a space between.
    package static func withT(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.count > 11, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == 0x20 else {
            return text
        }
        return String(decoding: bytes[..<10] + [UInt8(ascii: "T")] + bytes[11...], as: UTF8.self)
    }
}
