import Core
import GatewayAPI
import Settings
import Store

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
        case .ok: lines.append("All checks passed.")
        case .warning: lines.append("Passed with \(Plural.count(count(.warning), "warning")).")
        case .failed:
            let more = count(.warning) > 0 ? ", \(Plural.count(count(.warning), "warning"))" : ""
            lines.append("Failed: \(Plural.count(count(.failed), "failure"))\(more).")
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
}

extension DoctorReport {
    /// What is at the address that the gateway is to serve.
    enum Presence: Equatable {
        /// Nothing, and it can be listened on.
        case free
        /// What a gateway says of its health.
        case gateway(JSON)
        /// Something else, by its name if that is known.
        case taken(by: String?)
        /// It cannot be listened on, and why.
        case refused(String)
    }

    /// Whether the gateway can serve, or how the one is that serves already.
    /// - Parameter url: where.
    mutating func addPresence(_ presence: Presence, at url: String) {
        switch presence {
        case .free: add("port", .ok, "\(url) is free")
        case .refused(let words):
            add("port", .failed, words, advice: "Change LUMA_HOST or LUMA_PORT.")
        case .taken(let name):
            add(
                "port", .failed, "\(url) is in use by \(name ?? "another program"), which is not a gateway",
                advice: "Stop it, or change LUMA_PORT.")
        case .gateway(let health): addRunning(health, at: url)
        }
    }

    /// Whether a document is what a gateway says of its health.
    static func isHealth(_ json: JSON) -> Bool {
        switch json["status"]?.stringValue {
        case "healthy", "degraded": json["version"] != nil
        default: json["details"]?["status"]?.stringValue == "unhealthy"
        }
    }

    private mutating func addRunning(_ health: JSON, at url: String) {
        let words = "a gateway answers at \(url)"
        switch health["status"]?.stringValue {
        case "healthy": add("port", .ok, "\(words), and is healthy")
        case "degraded":
            let cause = health["store"]?["cause"]?.stringValue ?? ""
            add(
                "port", .warning, "\(words), and its store cannot be used: \(ConfigurationError.word(cause))",
                advice: StoreFailure.Cause(rawValue: cause).map(Self.advice) ?? "Check its log.")
        default:
            let message = health["error"]?.stringValue ?? "it does not say why"
            add(
                "port", .failed, "\(words), and is not healthy: \(Neutral.line(APIError.shortened(message, to: 1000)))",
                advice: "Check its log, and the other findings here.")
        }
    }
}

extension DoctorReport {
    /// What looking into the folder of the state has found.
    /// - Parameter refusal: why nothing can be written there; nil when something can.
    mutating func addStore(_ inspection: StoreInspection, folder: String, refusal: StoreFailure.Cause?) {
        let place = Neutral.quoted(folder)
        switch inspection {
        case .absent where refusal == nil: add("store", .ok, "nothing is stored in \(place) yet")
        case .sound where refusal == nil: add("store", .ok, "the database in \(place) is sound")
        case .absent, .sound:
            let cause = refusal ?? .cannotOpen
            let words =
                switch cause {
                case .diskFull: "is on a disk that is full"
                case .ioError: "is on a disk that fails"
                default: "cannot be written"
                }
            add("store", .failed, "\(place) \(words)", advice: Self.advice(for: cause))
        case .damaged(let problems):
            add(
                "store", .failed, "the database in \(place) is damaged: \(problems.first ?? "")",
                advice: Self.advice(for: .corrupt))
        case .wrongSchema(let words):
            add(
                "store", .failed, "the database in \(place) has an unexpected schema: \(words)",
                advice: Self.advice(for: .wrongSchema))
        case .unusable(let cause):
            add(
                "store", .failed, "the database in \(place) cannot be used: \(cause.rawValue)",
                advice: Self.advice(for: cause))
        }
    }

    /// Whether Luma's budget is shared.
    /// - Parameter count: gateways that use the folder of the state.
    mutating func addGateways(_ count: Int) {
        guard count > 1 else { return }
        add("gateways", .ok, "\(count) gateways use that directory, and share Luma's budget if they have the same key")
    }

    /// What to do about a store that cannot be used.
    static func advice(for cause: StoreFailure.Cause) -> String {
        switch cause {
        case .locked: "Another program has locked it. Find it with fuser, and stop it."
        case .readOnly, .cannotOpen:
            "The user of luma-mcp must own the directory and its files: chown and chmod 700, or set LUMA_DATA_DIR."
        case .diskFull: "Free some disk space."
        case .corrupt:
            "Stop the gateway, move luma.db, luma.db-wal and commits away (keep them), and start again. This loses the "
                + "responses to recent idempotency keys, and the writes whose outcome was unknown: check those on "
                + "Luma."
        case .wrongSchema:
            "Its tables were changed by another program. Restore a backup, or stop the gateway, move luma.db, luma.db-wal and "
                + "commits away (keep them), and start again."
        case .newerVersion: "It was used by a newer luma-mcp: run that version, or change LUMA_DATA_DIR."
        case .removed:
            "It was removed while a gateway used it: put it back, or restart the gateway with a new one, which does not know "
                + "the keys that were used."
        case .ioError: "The disk reports errors: check the system log."
        case .notResponding: "The disk does not respond: check the system log and the mount."
        case .keysFull:
            "Callers have used the maximum number of idempotency keys: wait until the oldest expire (LUMA_IDEMPOTENCY_HOURS)."
        case .failed: "Check the gateway's log for SQLite's message."
        case .closed: "Run the doctor again."
        }
    }
}
