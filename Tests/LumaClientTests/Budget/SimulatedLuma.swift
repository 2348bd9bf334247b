import Core
import HTTP
import LumaClient

/// How Luma may count: it does not say.
enum Counting: CaseIterable, Sendable {
    /// Windows begin at fixed instants, whoever calls.
    case aligned
    /// A window begins with the first request after the last one.
    case fromFirstRequest
    /// The last minute, at any instant; the reset is when the oldest request leaves it.
    case sliding
}

/// Luma's side of the budget, in seconds of its own clock.
struct SimulatedLuma {
    let counting: Counting
    let limit: Int
    let sendsDate: Bool
    var blockedUntil = -1.0
    var refused = 0
    var granted = 0
    private var windowStart: Double
    private var used = 0
    private var recent: [Double] = []
    /// What a client that knows everything would have been granted so far.
    private(set) var windows = 1

    init(_ counting: Counting, limit: Int, firstWindow: Double, sendsDate: Bool) {
        self.counting = counting
        self.limit = limit
        self.sendsDate = sendsDate
        windowStart = counting == .aligned ? firstWindow - 60 : 0
    }

    mutating func count(at time: Double) -> OutboundResponse {
        if time < blockedUntil { return refuse(time) }
        let reset: Double
        switch counting {
        case .aligned:
            while time >= windowStart + 60 {
                windowStart += 60
                windows += 1
                used = 0
            }
            reset = windowStart + 60
        case .fromFirstRequest:
            if time >= windowStart + 60 {
                windowStart = time
                used = 0
            }
            reset = windowStart + 60
        case .sliding:
            recent.removeAll { $0 <= time - 60 }
            used = recent.count
            reset = (recent.first ?? time) + 60
        }
        guard used < limit else { return refuse(time) }
        used += 1
        recent.append(time)
        granted += 1
        return answer(200, time, remaining: limit - used, reset: reset)
    }

    private mutating func refuse(_ time: Double) -> OutboundResponse {
        refused += 1
        blockedUntil = time + 60
        return answer(429, time, remaining: 0, reset: blockedUntil)
    }

    private static let epoch = 1_780_000_000.0

    private func answer(_ status: Int, _ time: Double, remaining: Int, reset: Double) -> OutboundResponse {
        var fields = [
            Field("x-ratelimit-limit", String(limit)), Field("x-ratelimit-remaining", String(remaining)),
            Field("x-ratelimit-reset", String(Int((Self.epoch + reset).rounded(.down)))),
        ]
        if sendsDate {
            fields.append(Field("date", Self.wall(time, skew: 0).httpDate))
        }
        if status == 429 { fields.append(Field("retry-after", "60")) }
        return OutboundResponse(status: status, fields: fields)
    }

    /// Our own wall clock at this instant.
    static func wall(_ time: Double, skew: Double) -> Timestamp {
        Timestamp(milliseconds: Int64((epoch + time + skew) * 1000))
    }
}

/// Many callers that always want more, against a simulated Luma, in order of time.
struct Siege {
    private enum Step {
        case ask
        case look(Ticket)
        case reachLuma(Grant, answerAfter: Double, lost: Bool)
        case answer(Grant, OutboundResponse?)
    }

    var luma: SimulatedLuma
    let budget: Tap
    var random: SeededGenerator
    let skew: Double
    let lossRate: Double
    /// The longest way to Luma and back, in seconds.
    let slowest: Double
    private var steps: [(time: Double, order: Int, step: Step)] = []
    private var order = 0

    init(_ luma: SimulatedLuma, _ budget: Tap, seed: UInt64, skew: Double, lossRate: Double, slowest: Double) {
        self.luma = luma
        self.budget = budget
        random = SeededGenerator(seed: seed)
        self.skew = skew
        self.lossRate = lossRate
        self.slowest = slowest
    }

    mutating func run(callers: Int, seconds: Double) {
        for index in 0..<callers { push(Double(index) * 0.001, .ask) }
        while let next = pop(), next.time < seconds { perform(next.step, next.time) }
    }

    private mutating func perform(_ step: Step, _ time: Double) {
        switch step {
        case .ask:
            let kind: RequestClass = Bool.random(using: &random) ? .get : .post
            handle(budget.ask(kind, time, wait: 1e6), time)
        case .look(let ticket):
            handle(budget.confirm(ticket, now: at(time)), time)
        case .reachLuma(let grant, let answerAfter, let lost):
            let answer = luma.count(at: time)
            push(time + answerAfter, .answer(grant, lost ? nil : answer))
        case .answer(let grant, let response):
            let wall = SimulatedLuma.wall(time, skew: skew)
            let outcome = response.map {
                RequestOutcome.answered(status: $0.status, RateLimitFields($0, wallClock: wall))
            }
            budget.settle(grant, outcome ?? .unanswered, now: at(time))
            push(time, .ask)
        }
    }

    private mutating func handle(_ reservation: Reservation, _ time: Double) {
        switch reservation {
        case .proceed(let grant):
            let there = Double.random(in: 0.005...slowest / 2, using: &random)
            let back = Double.random(in: 0.005...slowest / 2, using: &random)
            let lost = Double.random(in: 0...1, using: &random) < lossRate
            push(time + there, .reachLuma(grant, answerAfter: back, lost: lost))
        case .wait(let until, let ticket):
            // A timer never fires early; the microsecond makes up for what the seconds round away.
            push(max(time, until.seconds(since: at(0))) + 1e-6, .look(ticket))
        case .refuse(let seconds):
            push(time + Double(seconds), .ask)
        }
    }

    private mutating func push(_ time: Double, _ step: Step) {
        order += 1
        let entry = (time: time, order: order, step: step)
        let place = steps.firstIndex { ($0.time, $0.order) < (time, order) } ?? steps.count
        steps.insert(entry, at: place)
    }

    /// The earliest step; steps are kept latest first.
    private mutating func pop() -> (time: Double, step: Step)? { steps.popLast().map { ($0.time, $0.step) } }
}
