package import Core
import Glibc
import HTTP
import IO

/// One run over a plan that may be carried out: passes over what the report says is done, sends the rest, shows how far it
/// has come, and minds the user's interruption.
package struct ImportSession {
    private static let redrawSeconds = 0.1
    private static let plainSeconds = 5.0

    package let plan: ImportPlan
    package let options: ImportOptions
    package let report: ImportReport
    package let client: ImportClient
    private let standing: ImportStanding
    /// What must be told of the reports of other imports.
    private let warnings: [String]

    package init(
        _ plan: ImportPlan, _ options: ImportOptions, _ report: ImportReport, _ neighbours: ImportNeighbours,
        _ client: ImportClient
    ) {
        self.plan = plan
        self.options = options
        self.report = report
        self.client = client
        let history = ImportHistory(report.earlier.values, others: neighbours.reports)
        standing = ImportStanding(plan, history, now: WallClock.now)
        warnings = neighbours.warnings
    }

    /// Sends what the plan has and earlier runs have not done, and writes the report.
    /// - Returns: how the command ends.
    package func run() async -> ExitStatus {
        tellEarlier()
        do throws(SystemError) {
            try writeSkipped()
        } catch {
            StandardError.write("luma-mcp: \(CommandFailure.line(options.report)) cannot be written: \(error)")
            return .ioError
        }
        let signals = Signals([SIGINT, SIGTERM])
        let result: Result
        do {
            result = try await send(signals)
        } catch {
            StandardError.write("luma-mcp: the import could not begin: \(error)")
            return .software
        }
        for warning in result.warnings { StandardError.write(warning) }
        ImportSummary(plan, result.progress.counts, report: options.report, end: result.end).write(
            asJSON: options.isJSON)
        switch result.end {
        case .interrupted: return .interrupted
        case .useless(_, let isAccess): return isAccess ? .noPermission : .unavailable
        case .unavailable(_, let isLuma): return isLuma ? .temporary : .unavailable
        case .reportFailed: return .ioError
        case nil:
            let counts = result.progress.counts
            return counts.unknown > 0 ? .unknown : counts.failed + plan.invalid > 0 ? .data : .ok
        }
    }

    private func tellEarlier() {
        for line in standing.sources + standing.warnings + warnings { StandardError.write(line) }
        let all = plan.rows + plan.duplicates.map(\.row)
        var keys = Set(all.flatMap { [$0.key, $0.content] })
        keys.formUnion((standing.made + standing.doubtful + standing.changed).compactMap(\.word.entry.key))
        let named = Dictionary(all.map { ($0.line, $0.name) }) { first, _ in first }
        var others = report.earlier.values.filter { !keys.contains($0.key ?? "") }
        let isHere = { (entry: ImportReport.Entry) in named[entry.line] == entry.name }
        let again = others.count { $0.outcome.isDone && isHere($0) }
        if again > 0 {
            StandardError.write(
                "The report also tells of \(Plural.count(again, "event")) of another import of this file "
                    + "(another --name, or rows that said something else); Luma keeps what was made.")
        }
        others.removeAll { $0.outcome.isDone && isHere($0) }
        let made = others.count { $0.outcome.isDone }
        if made > 0 {
            StandardError.write(
                "The report tells of \(Plural.count(made, "event whose row is", "events whose rows are")) not in the file now, "
                    + "or read otherwise; Luma keeps what was made.")
        }
        let open = others.count { $0.outcome == .unknown || $0.outcome == .sending }
        if open > 0 {
            StandardError.write(
                "The report tells of \(Plural.count(open, "row")) that may or may not be on Luma, not in the file now or read "
                    + "otherwise; look on Luma before anything of this is made once more.")
        }
    }

    /// Rows that are not sent have their lines in the report too, once for as long as the same is to be said of them.
    private func writeSkipped() throws(SystemError) {
        for duplicate in plan.duplicates {
            // Its key may be that of the row which it repeats, whose outcome must stay the last word of the report.
            let entry = ImportReport.Entry(
                row: duplicate.row.number, line: duplicate.row.line, name: duplicate.row.name, .duplicate,
                problem: "says the same as \(duplicate.firstPlace.text)", sheetRow: duplicate.row.place.row)
            try report.appendOnce(entry)
        }
        for known in standing.changed {
            let row = known.row
            try report.appendOnce(
                ImportReport.Entry(
                    row: row.number, line: row.line, name: row.name, .invalid,
                    problem: ImportStanding.advice(known.word),
                    sheetRow: row.place.row))
        }
        // From now on this report knows them, too.
        for known in standing.made where known.word.report != nil {
            try report.appendOnce(
                ImportReport.Entry(
                    known.row, .exists, eventID: known.word.entry.eventID, source: known.word.report))
        }
        var reported: Set<Int> = []
        for problem in plan.problems {
            guard let row = problem.row, reported.insert(row).inserted else { continue }
            let entry = ImportReport.Entry(
                row: row, line: problem.line, name: problem.name, .invalid, problem: problem.shown,
                sheetRow: problem.place.row)
            try report.appendOnce(entry)
        }
    }

    // MARK: Sending

    private struct Result: Sendable {
        let progress: ImportProgress
        let end: ImportRun.End?
        let warnings: [String]
    }

    private func send(_ signals: Signals) async throws -> Result {
        let (results, result) = AsyncStream<Result>.makeStream()
        let rows = standing.rows
        let parallel = min(options.parallel, max(rows.count, 1))
        let start = ImportProgress(total: plan.count, counts: standing.counts, begun: LoopClock.monotonicNow)
        let (report, target, client) = (report, client.target, client)
        let patience = ImportRun.Patience(restart: client.target.patience)
        let screen = ImportScreen()
        let run = try await client.loop.perform { loop in
            let transport = try client.transport(loop)
            let clock = LoopClock(loop.reactor)
            let reactor = loop.reactor
            let run = ImportRun(rows, start, report: report, target: target, patience: patience, clock: clock) {
                request throws(TransportError) in try await transport.send(request)
            }
            _ = reactor.start {
                let workers = (0..<parallel).map { _ in reactor.start { await run.work() } }
                let display = reactor.start {
                    while !Task.isCancelled {
                        run.sample()
                        screen.show(run.progress, now: clock.now)
                        try? await clock.sleep(
                            until: clock.now.advanced(
                                seconds: screen.isTerminal ? Self.redrawSeconds : Self.plainSeconds))
                    }
                }
                for worker in workers { await worker.value }
                display.cancel()
                await display.value
                screen.finish(run.progress, now: clock.now)
                result.yield(Result(progress: run.progress, end: run.end, warnings: run.warnings))
                result.finish()
                transport.shutdown()
            }
            return LoopBound(run, on: reactor.executor)
        }
        let loop = client.loop
        let listener = Task.detached {
            var isFirst = true
            for await number in signals.stream {
                if !isFirst { _exit(128 + number) }
                isFirst = false
                screen.interrupted()
                await loop.perform { _ in run.value.stop() }
            }
        }
        defer { listener.cancel() }
        for await found in results { return found }
        throw CancellationError()
    }
}

/// What an import came to, for a person or a script.
package struct ImportSummary {
    private let total: Int
    private let counts: ImportProgress.Counts
    private let duplicates: Int
    private let invalid: Int
    private let passedOver: Int
    private let report: String?
    private let end: ImportRun.End?
    private let isSent: Bool

    /// Of a plan that was not carried out.
    /// - Parameter counts: what earlier imports have done of it.
    package init(_ plan: ImportPlan, _ counts: ImportProgress.Counts = ImportProgress.Counts()) {
        self.init(plan, counts, report: nil, end: nil, isSent: false)
    }

    package init(_ plan: ImportPlan, _ counts: ImportProgress.Counts, report: String, end: ImportRun.End?) {
        self.init(plan, counts, report: report, end: end, isSent: true)
    }

    private init(
        _ plan: ImportPlan, _ counts: ImportProgress.Counts, report: String?, end: ImportRun.End?, isSent: Bool
    ) {
        total = plan.count
        duplicates = plan.duplicates.count
        invalid = plan.invalid
        passedOver = plan.passedOver.count
        (self.counts, self.report, self.end, self.isSent) = (counts, report, end, isSent)
    }

    /// Prints the summary on standard output.
    package func write(asJSON: Bool) {
        if asJSON { StandardOutput.write(String(decoding: json.encoded, as: UTF8.self)) }
        if !asJSON, isSent { StandardOutput.write(text) }
    }

    package var text: String {
        var text =
            "\(counts.created) created, \(counts.existing) already there, \(counts.failed) failed, "
            + "\(counts.unknown) unknown, \(Plural.count(duplicates, "duplicate")), \(invalid) not valid, "
            + (passedOver > 0 ? "\(passedOver) passed over, " : "") + "of \(Plural.count(total, "row"))."
        if let report { text += " Report: \(CommandFailure.line(report))" }
        let advice = "Run the same command again to resume; no row is sent twice."
        switch end {
        case nil: break
        case .interrupted: text += "\nInterrupted, \(Plural.count(left, "row is", "rows are")) left. " + advice
        case .useless(let problem, _), .unavailable(let problem, _):
            text +=
                "\nStopped, \(Plural.count(left, "row is", "rows are")) left: \(CommandFailure.line(problem))\n"
                + advice
        case .reportFailed(let problem): text += "\nStopped: the report cannot be written: \(problem)"
        }
        return text
    }

    private var left: Int {
        let isKnown = counts.created + counts.existing + counts.failed + counts.unknown
        return max(0, total - isKnown - duplicates - invalid - passedOver)
    }

    package var json: JSON {
        let number = { (value: Int) in JSON.number(JSONNumber(value)) }
        return [
            "rows": number(total), "created": number(counts.created), "existing": number(counts.existing),
            "failed": number(counts.failed), "unknown": number(counts.unknown), "duplicates": number(duplicates),
            "invalid": number(invalid), "passed_over": number(passedOver),
            "left": number(left),
            "report": report.map { .string($0) } ?? .null,
        ]
    }
}
