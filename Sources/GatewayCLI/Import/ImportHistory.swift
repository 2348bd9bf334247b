package import Core

/// What earlier imports have made of a file's rows, as the reports that are at hand tell it: that of this import, and those of others.
package struct ImportHistory: Sendable {
    /// A report's last word on a row.
    package struct Word: Sendable, Equatable {
        package let entry: ImportReport.Entry
        /// The name of the report; nil for that of this import.
        package var report: String?

        /// ` (club.ics.import.ndjson)`, behind the event's id.
        package var source: String { report.map { " (\(CommandFailure.line($0)))" } ?? "" }
    }

    /// What is to become of a row.
    package enum Decision: Sendable, Equatable {
        /// Nothing is known to have been made of it: it is sent, with this key.
        case open(key: String)
        case made(Word)
        /// Nobody can tell whether it was made.
        case doubtful(Word)
        /// Its event was or may have been made when the file said something else of it.
        case changed(Word)
    }

    /// How long after a row was sent it may be sent again by another run when its outcome is not known, in seconds: well within
    /// the hours for which a gateway keeps keys.
    private static let resendSeconds = 3600.0

    private var byKey: [String: [Word]] = [:]
    private var byIdentity: [String: [Word]] = [:]
    private var byAlias: [String: [Word]] = [:]
    /// What was or may have been made of the dates of a series.
    private var bySeries: [String: [Word]] = [:]

    /// - Parameters:
    ///   - own: the last words of this import's report on each key.
    ///   - others: those of other reports, by the reports' names.
    package init(_ own: some Sequence<ImportReport.Entry>, others: [(name: String, entries: [ImportReport.Entry])] = [])
    {
        for entry in own { add(Word(entry: entry)) }
        for (name, entries) in others { for entry in entries { add(Word(entry: entry, report: name)) } }
    }

    private mutating func add(_ word: Word) {
        guard let key = word.entry.key else { return }
        byKey[key, default: []].append(word)
        if let said = word.entry.said { byKey[said, default: []].append(word) }
        if let identity = word.entry.identity { byIdentity[identity, default: []].append(word) }
        for alias in word.entry.aliases { byAlias[alias, default: []].append(word) }
        if let series = word.entry.series, word.entry.outcome.mayBeMade { bySeries[series, default: []].append(word) }
    }

    /// Which of the new dates of series are dates that were made and have moved since: a series that was moved as a whole has none of
    /// them any more, or misses some that it had between its first and its last.
    /// - Parameters:
    ///   - rows: those of which nothing is known by themselves.
    ///   - series: the identities of the dates of each series in the file.
    /// - Returns: what is told of the earlier dates, by the numbers of rows.
    package func moved(_ rows: [ImportPlan.Row], _ series: [String: Set<String>]) -> [Int: Word] {
        var moved: [Int: Word] = [:]
        let groups = Dictionary(grouping: rows.filter { $0.series != nil }) { $0.series ?? "" }
        for (name, rows) in groups {
            guard let dates = series[name], let first = dates.min(), let last = dates.max() else { continue }
            let made = (bySeries[name] ?? []).sorted { ($0.entry.identity ?? "") < ($1.entry.identity ?? "") }
            let missing = made.filter { !dates.contains($0.entry.identity ?? "") }
            let isMoved =
                missing.count == made.count || missing.contains { (first...last).contains($0.entry.identity ?? "") }
            guard isMoved, let final = missing.last else { continue }
            // One after the other, as a series keeps its order when it moves.
            for (index, row) in rows.enumerated() {
                moved[row.number] = index < missing.count ? missing[index] : final
            }
        }
        return moved
    }

    /// - Parameter now: the time of day.
    package func decision(of row: ImportPlan.Row, now: Timestamp) -> Decision {
        let identities = [row.identity].compactMap(\.self) + row.aliases
        var words = (byKey[row.key] ?? []) + (byKey[row.content] ?? []) + identities.flatMap { byIdentity[$0] ?? [] }
        // Two events may have one alias, such as the day of two dates: only what one of them is called by itself tells them apart.
        if let identity = row.identity { words += byAlias[identity] ?? [] }
        // The same words about the same event count, and of those what is certain counts first.
        let same = words.filter { $0.entry.content == row.content }
        if let made = same.first(where: \.entry.outcome.isDone) { return .made(made) }
        if let made = words.first(where: \.entry.outcome.isDone) { return .changed(made) }
        if let word = same.first(where: { Self.isDoubtful($0.entry, now) }) { return .doubtful(word) }
        if let word = same.first(where: { $0.entry.outcome == .sending }) {
            return .open(key: word.entry.key ?? row.key)
        }
        if let word = words.first(where: \.entry.outcome.mayBeMade) { return .changed(word) }
        // The gateway keeps a refusal under the key of the row that was refused, and takes that key for nothing else.
        let isRefused = words.contains {
            $0.entry.outcome == .failed && $0.entry.key == row.key && $0.entry.content != row.content
        }
        return .open(key: isRefused ? row.content : row.key)
    }

    private static func isDoubtful(_ entry: ImportReport.Entry, _ now: Timestamp) -> Bool {
        if entry.outcome == .unknown { return true }
        guard entry.outcome == .sending else { return false }
        // The gateway may have forgotten its key since.
        let age = entry.at.map { now.seconds(since: $0) } ?? .infinity
        return !(0...resendSeconds).contains(age)
    }
}
