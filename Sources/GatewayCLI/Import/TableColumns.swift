import Core
package import Formats
import GatewayAPI

/// The columns of a table: what each is, in which order its dates are written, and what is wrong with them.
package struct TableColumns {
    /// What is wrong with the header or with a whole column.
    package struct Problem {
        package let record: CSVReader.Record
        package let text: String
    }

    /// By place; nil for a column without a name, in which nothing stands.
    private(set) var roles: [ColumnRole?] = []
    /// The order of the dates in a column, where it is needed.
    private(set) var orders: [Int: DateOrder] = [:]
    /// Columns of dates in which every cell is a number.
    private(set) var numeric: Set<Int> = []
    /// Names of columns that are not imported, without those that `--map` leaves out.
    private(set) var leftOut: [String] = []
    private(set) var problems: [Problem] = []
    package let isExport: Bool
    /// For the key of a row: the field of each column as it was always read; nil for a table that could not be read then.
    package let keyFields: [String?]?

    private let fields: ImportFields
    private let header: CSVReader.Record

    package init(_ header: CSVReader.Record, _ rows: [CSVReader.Record], _ fields: ImportFields, _ order: DateOrder?) {
        (self.header, self.fields) = (header, fields)
        isExport = ImportFields.isExport(header.fields)
        keyFields =
            header.fields.allSatisfy(fields.isKnownOfOld)
            ? header.fields.map { fields.keyField(of: $0).flatMap { $0.isEmpty ? nil : $0 } } : nil
        let guests = ColumnNames.guests(header.fields)
        if !guests.isEmpty, fields.map.isEmpty {
            refuse(
                "this is a table of guests (\(Self.list(guests.prefix(4)))), and not of events; events are imported, and "
                    + "nobody is invited")
            return
        }
        takeRoles(rows)
        takeDates(rows, order)
    }

    /// The columns of this role.
    package func all(_ role: ColumnRole) -> [Int] { roles.indices.filter { roles[$0] == role } }

    private mutating func refuse(_ text: String, _ record: CSVReader.Record? = nil) {
        problems.append(Problem(record: record ?? header, text: text))
    }

    private static func list(_ names: some Sequence<String>) -> String {
        names.map { "\"\(APIError.shortened($0))\"" }.joined(separator: ", ")
    }

    // MARK: Names

    private mutating func takeRoles(_ rows: [CSVReader.Record]) {
        var unknown: [String] = []
        for (column, heading) in header.fields.enumerated() {
            let name = TableText.trimmed(heading)
            if name.isEmpty, !fields.map.contains(where: { $0.from == heading || $0.from.isEmpty }) {
                roles.append(nil)
                let full = rows.first { $0.fields.count > column && !TableText.trimmed($0.fields[column]).isEmpty }
                if let full {
                    refuse(
                        "column \(column + 1) has no name, and \"\(APIError.shortened(full.fields[column]))\" stands in it; "
                            + "name it, or leave it out with --map \"=\"", full)
                }
                continue
            }
            guard let role = fields.role(of: heading, isExport: isExport) else {
                unknown.append(name)
                roles.append(nil)
                continue
            }
            let isMapped = fields.map.contains { $0.from == heading || $0.from == name }
            if role == .leftOut, !isMapped { leftOut.append(name) }
            roles.append(role)
        }
        refuse(unknown: unknown)
        takeTimes(rows)
        refuseTwice()
        for from in fields.map.map(\.from) where !from.isEmpty {
            guard !header.fields.contains(where: { $0 == from || TableText.trimmed($0) == from }) else { continue }
            let hint = NearestName.suggest(for: from, among: header.fields).map { "; did you mean \"\($0)\"?" } ?? ""
            refuse("--map names a column that the file does not have: \"\(APIError.shortened(from))\"\(hint)")
        }
    }

    /// `Date, Start, End`: beside a column of days, one that is named as a start and has times alone is the time of the start.
    private mutating func takeTimes(_ rows: [CSVReader.Record]) {
        guard all(.startDate).count == 1, all(.startTime).isEmpty, let start = all(.field("start_at")).first else {
            return
        }
        let cells = rows.compactMap { $0.fields.count > start ? TableText.trimmed($0.fields[start]) : nil }.filter {
            !$0.isEmpty
        }
        let areTimes = cells.allSatisfy { cell in CellRange.texts(cell).allSatisfy { CellTime.milliseconds($0) != nil }
        }
        if areTimes, !cells.isEmpty { roles[start] = .startTime }
    }

    private mutating func refuse(unknown: [String]) {
        guard let first = unknown.first else { return }
        let shown = APIError.shortened(first)
        if unknown.count == 1 {
            refuse(
                "column \"\(shown)\" is not a field of an event\(ImportFields.hint(first)); rename it with "
                    + "--map \"\(shown)=FIELD\" or leave it out with --map \"\(shown)=\"")
        } else {
            let more = unknown.count > 10 ? " and \(unknown.count - 10) more" : ""
            refuse(
                "columns \(Self.list(unknown.prefix(10)))\(more) are not fields of an event; rename each with "
                    + "--map \"\(shown)=FIELD\" or leave it out with --map \"\(shown)=\"")
        }
    }

    private mutating func refuseTwice() {
        // The text of an event is there twice in some exports: plain, and as Markdown.
        let texts = all(.field("description_md"))
        if texts.count == 2,
            let plain = texts.first(where: { ImportFields.plain(header.fields[$0]) != "description_md" })
        {
            roles[plain] = .leftOut
            leftOut.append(header.fields[plain])
        }
        let same: [(String, [ColumnRole])] = [
            ("the start", [.field("start_at"), .startDate]), ("the end", [.field("end_at"), .endDate]),
            ("the time of the start", [.startTime]), ("the time of the end", [.endTime]), ("the length", [.length]),
            ("the state", [.state]),
        ]
        let names = Set(roles.compactMap { if case .field(let name)? = $0 { name } else { nil } })
        let all = same + names.subtracting(["start_at", "end_at"]).sorted().map { ($0, [.field($0)]) }
        for (what, roles) in all {
            let columns = self.roles.indices.filter { column in self.roles[column].map(roles.contains) ?? false }
            guard columns.count > 1 else { continue }
            let shown = Self.list(columns.map { header.fields[$0] })
            refuse("two columns are \(what): \(shown); leave one out with --map \"\(header.fields[columns[1]])=\"")
        }
        if names.contains("geo_address_json"), roles.contains(.place) {
            let place = header.fields[self.all(.place)[0]]
            refuse("two columns are the place; leave one out with --map \"\(place)=\"")
        }
    }

    // MARK: Dates

    private mutating func takeDates(_ rows: [CSVReader.Record], _ order: DateOrder?) {
        let isDate: (ColumnRole?) -> Bool = {
            [.field("start_at"), .field("end_at"), .startDate, .endDate, .startTime, .endTime].contains($0)
        }
        var open: [Int: Evidence] = [:]
        for column in roles.indices where isDate(roles[column]) {
            let evidence = Evidence(column, rows)
            if evidence.isNumeric { numeric.insert(column) }
            if evidence.needsOrder { open[column] = evidence }
        }
        if let order {
            for column in open.keys { orders[column] = order }
            return
        }
        for (column, evidence) in open where evidence.orders.isOne { orders[column] = evidence.orders }
        // The columns of one file are written by one program.
        let decided = Set(orders.values)
        for (column, evidence) in open.sorted(by: { $0.key < $1.key }) where orders[column] == nil {
            let name = header.fields[column]
            if evidence.orders.isEmpty {
                refuse(
                    "the dates of column \"\(APIError.shortened(name))\" are not all written in one order: "
                        + "\(evidence.examples); correct them, or say --date-format", evidence.first ?? header)
            } else if let only = decided.first, decided.count == 1, evidence.orders.contains(only) {
                orders[column] = only
            } else if let (record, text) = evidence.ambiguous {
                let words = evidence.orders.shown
                refuse(
                    "column \"\(APIError.shortened(name))\": \"\(APIError.shortened(text))\" can be more than one day; say in "
                        + "which order the dates are written, with --date-format \(words)", record)
            } else {
                orders[column] = DateOrder.words.map(\.order).first(where: evidence.orders.contains)
            }
        }
    }

    /// What the cells of a column tell about the order of its dates.
    private struct Evidence {
        /// Orders in which every date is a day.
        private(set) var orders: DateOrder = .all
        private(set) var isNumeric = true
        private(set) var needsOrder = false
        /// The first date that is another day in another of the orders.
        private(set) var ambiguous: (record: CSVReader.Record, text: String)?
        /// The first date that needs an order, and texts that contradict each other.
        private(set) var first: CSVReader.Record?
        private var proofs: [(order: DateOrder, text: String)] = []

        var examples: String {
            proofs.suffix(2).map { "\"\(APIError.shortened($0.text))\"" }.joined(separator: " and ")
        }

        init(_ column: Int, _ rows: [CSVReader.Record]) {
            var count = 0
            for record in rows where record.fields.count > column {
                let text = TableText.trimmed(record.fields[column])
                if text.isEmpty { continue }
                count += 1
                if SerialDate.read(text) == .none { isNumeric = false }
                for text in CellRange.texts(text) { take(text, record) }
            }
            if count == 0 { isNumeric = false }
            guard needsOrder, !orders.isOne, !orders.isEmpty else { return }
            for record in rows where record.fields.count > column {
                for text in CellRange.texts(TableText.trimmed(record.fields[column])) {
                    if let date = CellDate(text), date.isAmbiguous(among: orders) {
                        ambiguous = (record, text)
                        return
                    }
                }
            }
        }

        private mutating func take(_ text: String, _ record: CSVReader.Record) {
            guard let date = CellDate(text), case .open(let days) = date.day, !days.isEmpty else { return }
            needsOrder = true
            if first == nil { first = record }
            // What leaves fewer orders than there were is what is shown when none is left.
            if !date.orders.isSuperset(of: orders) { proofs.append((date.orders, text)) }
            orders.formIntersection(date.orders)
        }
    }
}
