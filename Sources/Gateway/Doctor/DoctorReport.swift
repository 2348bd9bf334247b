import Core

/// What `luma-mcp doctor` has found, and how it is told.
struct DoctorReport: Equatable {
    enum Verdict: String, Sendable, Comparable {
        case ok, warning, failed

        static func < (a: Verdict, b: Verdict) -> Bool { a.exitCode < b.exitCode }

        /// What the program exits with when nothing is worse than this.
        var exitCode: Int32 {
            switch self {
            case .ok: 0
            case .warning: 1
            case .failed: 2
            }
        }
    }

    /// One thing that was looked at.
    struct Finding: Equatable, Sendable {
        let check: String
        let verdict: Verdict
        /// How it is.
        let message: String
        /// What to do about it; nil when there is nothing to do.
        var advice: String?
    }

    var findings: [Finding] = []

    mutating func add(_ check: String, _ verdict: Verdict, _ message: String, advice: String? = nil) {
        findings.append(Finding(check: check, verdict: verdict, message: message, advice: advice))
    }

    /// The worst of all.
    var verdict: Verdict { findings.map(\.verdict).max() ?? .ok }

    /// For people: a line for each finding, what to do on the lines after it, and what it comes to at the end.
    var text: String {
        let width = findings.map(\.check.count).max() ?? 0
        var lines: [String] = []
        for finding in findings {
            let check = finding.check + String(repeating: " ", count: width - finding.check.count)
            let mark = finding.verdict.rawValue + String(repeating: " ", count: 8 - finding.verdict.rawValue.count)
            lines.append("\(mark) \(check)  \(finding.message)")
            if let advice = finding.advice {
                for line in advice.wrapped(to: 90) { lines.append("             " + line) }
            }
        }
        let count = { (verdict: Verdict) in findings.count { $0.verdict == verdict } }
        switch verdict {
        case .ok: lines.append("All is well.")
        case .warning: lines.append("It works; \(Self.counted(count(.warning), "warning")).")
        case .failed:
            let more = count(.warning) > 0 ? ", \(Self.counted(count(.warning), "warning"))" : ""
            lines.append("It does not work: \(Self.counted(count(.failed), "failure"))\(more).")
        }
        return lines.joined(separator: "\n")
    }

    /// For programs.
    var json: JSON {
        [
            "status": .string(verdict.rawValue),
            "checks": .array(
                findings.map { finding in
                    var object: JSONObject = [
                        "check": .string(finding.check), "status": .string(finding.verdict.rawValue),
                        "message": .string(finding.message),
                    ]
                    object["advice"] = finding.advice.map { .string($0) }
                    return .object(object)
                }),
        ]
    }

    private static func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
}
