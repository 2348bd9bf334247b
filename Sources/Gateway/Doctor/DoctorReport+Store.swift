import Core
import Store

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
                "store", .failed, "the database in \(place) is not as it should be: \(words)",
                advice: Self.advice(for: .wrongSchema))
        case .unusable(let cause):
            add(
                "store", .failed, "the database in \(place) cannot be used: \(cause.rawValue)",
                advice: Self.advice(for: cause))
        }
    }

    /// What to do about a store that cannot be used.
    static func advice(for cause: StoreFailure.Cause) -> String {
        switch cause {
        case .locked: "Another program holds it. Look with fuser, and end what does not belong there."
        case .readOnly, .cannotOpen:
            "Let the user of luma-mcp own the folder and its files: chown and chmod 700, or set LUMA_DATA_DIR."
        case .diskFull: "Make room on the disk."
        case .corrupt:
            "Stop the gateway, move luma.db, luma.db-wal and commits away (keep them), and start again. What is lost are the "
                + "answers to idempotency keys of the last day, and the writes whose outcome was not known: look for those at "
                + "Luma by hand."
        case .wrongSchema:
            "Something else has changed its tables. Put a copy back, or stop the gateway, move luma.db, luma.db-wal and "
                + "commits away (keep them), and start again."
        case .newerVersion: "A newer luma-mcp has used it: run that one, or set another LUMA_DATA_DIR."
        case .removed:
            "It was taken away while a gateway used it: put it back, or start the gateway again with a new one, which knows "
                + "nothing of the keys that were used."
        case .ioError: "The disk fails: look at the system's log."
        case .notResponding: "The disk neither works nor fails: look at the system's log, and at what is mounted there."
        case .keysFull:
            "Callers have used as many keys as are kept: wait until the oldest expire (LUMA_IDEMPOTENCY_HOURS)."
        case .failed: "Look at the gateway's log: it has SQLite's words."
        case .closed: "Run the doctor again."
        }
    }
}
