import Core
import IO
import Settings
import Store

extension Configuration {
    /// Opens the state. One that cannot be used now is told in the log and in `/health`, and tried again.
    ///
    /// - Parameter directory: where it is kept when nothing is set; nil for memory. An emulator inside this program forgets
    ///   its events when the program ends, so by default what is known of them is forgotten too.
    func openStore(_ log: LogSink, byDefault directory: String?) -> any StateStore {
        let path = storeDirectory(byDefault: directory)
        return SQLiteStateStore(path.map { .folder($0) } ?? .memory, listener: StoreListener(log))
    }

    /// Counts what gateways with the same state write, so that none gives an older answer; nil when none can share it. One
    /// that keeps no answers counts for the others.
    func openTouches(_ log: LogSink, byDefault directory: String?) -> SharedCounter? {
        guard let path = storeDirectory(byDefault: directory) else { return nil }
        if let counter = SharedCounter(folder: path) { return counter }
        log.log(
            LogEvent(
                time: WallClock.now, .warning,
                "The file writes in LUMA_DATA_DIR cannot be used: this gateway neither hears of the others' writes nor tells "
                    + "them its own"))
        return nil
    }

    /// Where the state is kept; nil for memory.
    func storeDirectory(byDefault directory: String?) -> String? {
        memory.directory ?? (usesSandbox ? nil : directory)
    }
}

extension StoreListener {
    /// Tells the log of what changes, and why.
    init(_ log: LogSink) {
        self.init(
            changed: { before, now in
                switch now {
                case .opening: break
                case .usable:
                    // What works from the start needs no line.
                    if before == .opening { return }
                    log.log(LogEvent(time: WallClock.now, .info, "The store can be used again"))
                case .unusable(let cause):
                    log.log(
                        LogEvent(
                            time: WallClock.now, .error, "The store in LUMA_DATA_DIR cannot be used",
                            ["cause": .text(cause.rawValue)]))
                }
            },
            failed: { cause, words in
                log.log(
                    LogEvent(
                        time: WallClock.now, .error, "The store has failed",
                        ["cause": .text(cause.rawValue), "error": .text(words)]))
            },
            begunAnew: {
                log.log(
                    LogEvent(
                        time: WallClock.now, .warning,
                        "The database in LUMA_DATA_DIR was taken away, and a new one begun: it knows nothing of the keys that "
                            + "were used"))
            })
    }
}
