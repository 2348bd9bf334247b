public import Core

/// What a budget must not forget when its program ends, in times of the wall clock: small, and safe to be a little old.
public struct BudgetMemory: Sendable, Equatable {
    /// What Luma has taught; nil when nothing yet.
    public struct Window: Sendable, Equatable {
        /// Requests of a window.
        public var limit: Int
        /// Less what was in flight.
        public var remaining: Int
        /// When the window ends, on this machine's wall clock.
        public var resetAt: Timestamp
        /// The reset as Luma wrote it.
        public var stamp: Timestamp?
    }

    /// Tokens of one class of the static budget that are away, and when the last of them returns.
    public struct Spent: Sendable, Equatable {
        /// Tokens that are away.
        public var count: Int
        /// When the last of them is back.
        public var until: Timestamp
    }

    /// Luma's window; nil while nothing was learned.
    public var window: Window?
    /// Until when nothing is sent; nil when that is not so.
    public var closedUntil: Timestamp?
    /// Of the static budget for GET.
    public var get: Spent?
    /// Of the static budget for POST.
    public var post: Spent?
    /// Requests of all classes within the time of one of Luma's windows, which Luma may count from any instant.
    public var recent: Spent?

    public init() {}

    /// As JSON.
    public var encoded: [UInt8] {
        var object = JSONObject([("version", 1)])
        if let window {
            object["limit"] = .number(JSONNumber(window.limit))
            object["remaining"] = .number(JSONNumber(window.remaining))
            object["reset_at"] = .number(JSONNumber(Int(window.resetAt.milliseconds)))
            if let stamp = window.stamp { object["stamp"] = .number(JSONNumber(Int(stamp.milliseconds))) }
        }
        if let closedUntil { object["closed_until"] = .number(JSONNumber(Int(closedUntil.milliseconds))) }
        for (name, spent) in [("get", get), ("post", post), ("recent", recent)] {
            guard let spent else { continue }
            object[name] = [
                "count": .number(JSONNumber(spent.count)), "until": .number(JSONNumber(Int(spent.until.milliseconds))),
            ]
        }
        return JSON.object(object).encoded
    }

    /// Nil for what this program cannot have written.
    public init?(_ bytes: [UInt8]) {
        guard let json = try? JSON.parse(bytes), json["version"]?.intValue == 1 else { return nil }
        func instant(_ value: JSON?) -> Timestamp? { value?.intValue.map { Timestamp(milliseconds: Int64($0)) } }
        func spent(_ value: JSON?) -> Spent? {
            guard let count = value?["count"]?.intValue, count > 0, let until = instant(value?["until"]) else {
                return nil
            }
            return Spent(count: count, until: until)
        }
        if let limit = json["limit"]?.intValue, (1...1_000_000).contains(limit),
            let remaining = json["remaining"]?.intValue, let resetAt = instant(json["reset_at"])
        {
            window = Window(
                limit: limit, remaining: min(max(remaining, 0), limit), resetAt: resetAt, stamp: instant(json["stamp"]))
        }
        closedUntil = instant(json["closed_until"])
        get = spent(json["get"])
        post = spent(json["post"])
        recent = spent(json["recent"])
    }
}

extension Budget {
    /// What a successor has to know.
    public func memory(now: MonotonicTime, wallClock: Timestamp) -> BudgetMemory {
        func wall(_ instant: MonotonicTime) -> Timestamp {
            wallClock.advanced(seconds: instant.seconds(since: now))
        }
        func spent(_ log: TokenLog) -> BudgetMemory.Spent? {
            let count = log.capacity - log.free
            guard count > 0 else { return nil }
            // One in flight is answered by then, as far as anybody knows.
            let last = log.inFlight > 0 ? now.advanced(seconds: log.window) : log.lastReturn ?? now
            return .init(count: count, until: wall(last))
        }
        var memory = BudgetMemory()
        if let learned {
            // Of a period that no answer has confirmed, as after a 429, nothing is known: a window that is over says so. With
            // nothing left until its reset, a successor would send nothing for a minute.
            memory.window = .init(
                limit: learned.limit, remaining: isConfirmed ? max(0, learned.remaining - inFlight) : 0,
                resetAt: isConfirmed ? wall(learned.resetAt) : wallClock,
                stamp: learned.stamp ?? learned.previousStamp)
        }
        memory.closedUntil = closedUntil.map(wall)
        memory.get = spent(logs[RequestClass.get.rawValue])
        memory.post = spent(logs[RequestClass.post.rawValue])
        memory.recent = spent(recent)
        return memory
    }

    /// Goes on where a predecessor ended. Nothing becomes freer by it: a window that is still open has what was left, a
    /// closed tap stays closed, tokens that are away return with the last of them. What is too far ahead to be true, as
    /// after a change of the clock, is left out. What was left may have been spent since it was written down, by a program
    /// that was killed or by one that still ends: until Luma has answered once, one request flies at a time.
    ///
    /// Requests that were granted before it are counted all the same.
    public mutating func restore(_ memory: BudgetMemory, now: MonotonicTime, wallClock: Timestamp) {
        func seconds(_ instant: Timestamp) -> Double { instant.seconds(since: wallClock) }
        func here(_ instant: Timestamp) -> MonotonicTime { now.advanced(seconds: seconds(instant)) }
        if let until = memory.closedUntil, seconds(until) > 0, seconds(until) <= settings.longestBlock {
            closedUntil = here(until)
        }
        for (kind, spent) in [(RequestClass.get, memory.get), (.post, memory.post)] {
            guard let spent, seconds(spent.until) > 0, seconds(spent.until) <= settings.window else { continue }
            logs[kind.rawValue].restore(min(spent.count, logs[kind.rawValue].capacity), until: here(spent.until))
        }
        guard settings.adaptive, learned == nil, let window = memory.window else { return }
        recent.capacity = window.limit
        if let spent = memory.recent, seconds(spent.until) > 0, seconds(spent.until) <= settings.learnedWindow {
            recent.restore(min(spent.count, window.limit), until: here(spent.until))
        }
        learned = LearnedWindow(
            limit: window.limit, remaining: 0, resetAt: now, stamp: nil, previousStamp: window.stamp)
        let left = seconds(window.resetAt)
        // A tap that was closed belongs to no window.
        guard closedUntil == nil, left > 0, left <= settings.learnedWindow + 5 else { return }
        learned?.remaining = window.remaining
        learned?.resetAt = here(window.resetAt)
        learned?.stamp = window.stamp
        isConfirmed = true
        isDoubtful = true
    }
}
