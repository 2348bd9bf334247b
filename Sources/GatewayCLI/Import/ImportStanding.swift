package import Core
import GatewayAPI

/// What is left to do of a plan after what earlier imports have done.
package struct ImportStanding: Sendable {
    /// A row, and what a report tells of it.
    package struct Known: Sendable {
        package let row: ImportPlan.Row
        package let word: ImportHistory.Word
    }

    /// Most rows that are named to a person.
    private static let maxShown = 50

    /// Those that are to be sent, each with its key.
    private(set) var rows: [ImportPlan.Row] = []
    private(set) var made: [Known] = []
    /// Rows of which an earlier run could not tell what became of them.
    private(set) var doubtful: [Known] = []
    /// Rows whose event was made of an earlier state of the file, which said something else of it.
    private(set) var changed: [Known] = []
    package let counts: ImportProgress.Counts

    package init(_ plan: ImportPlan, _ history: ImportHistory, now: Timestamp) {
        for row in plan.rows {
            switch history.decision(of: row, now: now) {
            case .open(let key):
                var row = row
                if key != row.key { (row.key, row.said) = (key, key == row.content ? nil : row.content) }
                rows.append(row)
            case .made(let word): made.append(Known(row: row, word: word))
            case .doubtful(let word): doubtful.append(Known(row: row, word: word))
            case .changed(let word): changed.append(Known(row: row, word: word))
            }
        }
        let moved = history.moved(rows, plan.series)
        for row in rows { if let word = moved[row.number] { changed.append(Known(row: row, word: word)) } }
        rows.removeAll { moved[$0.number] != nil }
        changed.sort { $0.row.number < $1.row.number }
        var counts = ImportProgress.Counts()
        (counts.existing, counts.unknown, counts.failed) = (made.count, doubtful.count, changed.count)
        counts.skipped = plan.duplicates.count + plan.passedOver.count + plan.invalid
        self.counts = counts
    }

    /// For whoever looks before anything is sent: each row that is known.
    package var preview: [String] {
        var lines = made.prefix(Self.maxShown).map { known in
            let id = CommandFailure.line(known.word.entry.eventID ?? "an event")
            return "\(Self.shown(known.row)) is already made: \(id)\(known.word.source)"
        }
        if made.count > Self.maxShown { lines.append("and \(made.count - Self.maxShown) more that are already made") }
        return lines + warnings
    }

    /// How many rows are known from which reports.
    package var sources: [String] {
        var lines: [String] = []
        let own = made.count { $0.word.report == nil }
        if own > 0 { lines.append(Plural.count(own, "row was", "rows were") + " done by an earlier run.") }
        let others = Dictionary(grouping: made.compactMap(\.word.report)) { $0 }
        for (report, rows) in others.sorted(by: { $0.key < $1.key }).prefix(Self.maxShown) {
            let words = Plural.count(rows.count, "row was", "rows were")
            lines.append("\(words) done by another import, as \(CommandFailure.line(report)) tells.")
        }
        return lines
    }

    /// What somebody has to look at.
    package var warnings: [String] {
        var lines = doubtful.prefix(Self.maxShown).map { known in
            let report = known.word.report.map { "the report \(CommandFailure.line($0))" } ?? "the report"
            return "\(Self.shown(known.row)) may or may not be on Luma since an earlier run. "
                + "It is not sent again; if it is not on Luma, delete its line from \(report) to send it."
        }
        if doubtful.count > Self.maxShown {
            lines.append("and " + Plural.count(doubtful.count - Self.maxShown, "more such row"))
        }
        lines += changed.prefix(Self.maxShown).map { "\(Self.shown($0.row)) \(Self.advice($0.word))" }
        if changed.count > Self.maxShown {
            lines.append("and \(changed.count - Self.maxShown) more that have changed")
        }
        return lines
    }

    private static func shown(_ row: ImportPlan.Row) -> String {
        "\(row.place.text): \"\(Neutral.line(APIError.shortened(row.name, to: 60)))\""
    }

    /// In words that follow the row's name.
    package static func advice(_ word: ImportHistory.Word) -> String {
        guard word.entry.outcome.isDone, let id = word.entry.eventID else {
            return "may have been imported with another time or other words (line \(word.entry.line) of the file then)"
                + "\(word.source); look first"
        }
        return "was imported with another time or other words as \(id)\(word.source); change that event instead: "
            + "luma-mcp events update \(id)"
    }
}
