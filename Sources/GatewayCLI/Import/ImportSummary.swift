package import Core
import IO

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

    package func write(asJSON: Bool) {
        if asJSON { StandardOutput.write(String(decoding: json.encoded, as: UTF8.self)) }
        if !asJSON, isSent { StandardOutput.write(text) }
    }

    package var text: String {
        var text =
            "\(counts.created) created, \(counts.existing) already there, \(counts.failed) failed, "
            + "\(counts.unknown) unknown, \(duplicates) duplicates, \(invalid) not valid, "
            + (passedOver > 0 ? "\(passedOver) passed over, " : "") + "of \(total) rows."
        if let report { text += " Report: \(CommandFailure.line(report))" }
        let advice = "Run the same command again to go on; no row is sent twice."
        switch end {
        case nil: break
        case .interrupted: text += "\nInterrupted, \(left) rows are left. " + advice
        case .useless(let problem, _), .unavailable(let problem, _):
            text += "\nStopped, \(left) rows are left: \(CommandFailure.line(problem))\n" + advice
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
