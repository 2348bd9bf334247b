import Core
import Testing

@testable import LumaClient

/// Whose turn it is among those who wait, as a list of actions.
@Suite struct FairnessTests {
    private static let script = Sender(CallerKey(label: "script"))
    private static let person = Sender(CallerKey(label: "person"))
    private static let other = Sender(CallerKey(label: "other"))
    private static let bulk = Sender(CallerKey(label: "person"), .background)

    /// A static budget of one request each second, and the names of those it serves.
    private struct Play {
        var budget: Budget
        var waiting: [(name: String, ticket: Ticket)] = []
        var served: [String] = []
        var refused: [String] = []

        init(queue: Int = 1024, get: Int = 1, window: Double = 1) {
            budget = Budget(
                BudgetSettings(
                    getRequests: get, postRequests: 1, window: window, adaptive: false, queueLimit: queue))
        }

        mutating func ask(_ name: String, _ sender: Sender, at seconds: Double, wait: Double = 1e6) {
            take(budget.reserve(.get, from: sender, now: at(seconds), maxWait: wait, deadline: at(1e9)), name, seconds)
        }

        /// Lets all who wait look once.
        mutating func look(at seconds: Double) {
            let before = waiting
            waiting = []
            for (name, ticket) in before { take(budget.confirm(ticket, now: at(seconds)), name, seconds) }
        }

        private mutating func take(_ reservation: Reservation, _ name: String, _ seconds: Double) {
            switch reservation {
            case .proceed(let grant):
                served.append(name)
                budget.settle(grant, .answered(status: 200, RateLimitFields()), now: at(seconds))
            case .wait(_, let ticket): waiting.append((name, ticket))
            case .refuse: refused.append(name)
            }
        }
    }

    @Test func whoComesLateIsNotBehindAllOfAScript() {
        var play = Play()
        for number in 0..<20 { play.ask("s\(number)", Self.script, at: 0) }
        play.ask("p0", Self.person, at: 0.5)
        play.ask("p1", Self.person, at: 0.5)
        for second in 1...6 { play.look(at: Double(second)) }
        // They take turns.
        #expect(play.served.prefix(6) == ["s0", "s1", "p0", "s2", "p1", "s3"], "\(play.served)")
        // Requests of one caller stay in their order.
        let script = play.served.filter { $0.hasPrefix("s") }
        #expect(script == script.indices.map { "s\($0)" })
    }

    @Test func callersWhoAlwaysWantMoreGetTheSame() {
        var play = Play()
        var next = ["a": 0, "b": 0, "c": 0]
        let senders = ["a": Self.script, "b": Self.person, "c": Self.other]
        // Ten of a's wait for each one of the others'.
        for second in 0..<300 {
            for (name, most) in [("a", 10), ("b", 1), ("c", 1)] {
                guard let sender = senders[name] else { continue }
                while play.waiting.count(where: { $0.name == name }) < most {
                    play.ask(name, sender, at: Double(second))
                    next[name, default: 0] += 1
                }
            }
            play.look(at: Double(second) + 0.5)
        }
        for name in ["a", "b", "c"] {
            let count = play.served.count { $0 == name }
            #expect((90...110).contains(count), "\(name) was served \(count) times")
        }
    }

    @Test func backgroundComesAfterAllOthersButItComes() {
        var play = Play()
        play.ask("i", Self.person, at: 0)
        for number in 0..<5 { play.ask("b\(number)", Self.bulk, at: 0) }
        for second in 0..<200 {
            play.ask("i", Self.person, at: Double(second) + 0.1)
            play.look(at: Double(second) + 1)
        }
        let background = play.served.count { $0.hasPrefix("b") }
        #expect(play.served.prefix(6).allSatisfy { $0 == "i" }, "\(play.served.prefix(12))")
        #expect(background == 5, "\(background)")
    }

    /// However many come for the first time, who waits is served.
    @Test func newcomersWithoutEndDoNotKeepOneWaitingForEver() {
        var play = Play()
        for _ in 0..<200 { play.ask("s", Self.script, at: 0) }
        let before = play.served.count
        for second in 1...2500 {
            play.ask("n", Sender(CallerKey(label: "new\(second)")), at: Double(second))
            play.look(at: Double(second) + 0.5)
        }
        #expect(play.served.dropFirst(before).contains("s"))
    }

    @Test func aFullQueueMakesRoomForWhoStandsFurtherAhead() {
        var play = Play(queue: 4)
        for number in 0..<6 { play.ask("s\(number)", Self.script, at: 0) }
        #expect(play.refused == ["s5"])
        play.ask("p", Self.person, at: 0)
        #expect(play.refused == ["s5"])
        play.look(at: 0.1)
        // The last of the script's has lost its place, and is told when it looks.
        #expect(play.refused == ["s5", "s4"])
        for second in 1...5 { play.look(at: Double(second)) }
        #expect(Set(play.served) == ["s0", "s1", "s2", "s3", "p"])
    }

    @Test func whatNobodyWaitsForAnyMoreIsForgotten() {
        var fairness = Fairness(requests: 10)
        for number in 0..<20_000 {
            let sender = Sender(CallerKey(label: "\(number)"))
            let tag = fairness.tag(sender)
            fairness.book(sender, tag)
            fairness.serve(sender, tag, period: 0)
            #expect(fairness.count <= 1024)
        }
    }

    @Test func keysOfLabelsAndAddressesAreNobodys() {
        #expect(CallerKey(label: "") != .none && CallerKey(address: 0) != .none)
        #expect(CallerKey(label: "a") != CallerKey(label: "b") && CallerKey(label: "a") == CallerKey(label: "a"))
        #expect(CallerKey(address: 1) != CallerKey(address: 2))
    }

    // MARK: The end of a window

    /// A budget that knows a window of 100 that ends in 60 s.
    private func window(_ limit: Int = 100) -> Tap {
        let budget = Tap(BudgetSettings())
        let fields = RateLimitFields.window(limit: limit + 1, remaining: limit, reset: 60)
        #expect(budget.spend(.get, 0, fields))
        return budget
    }

    private func take(_ budget: Tap, _ sender: Sender, at seconds: Double) -> Bool {
        guard
            let grant = budget.budget.reserve(
                .get, from: sender, now: at(seconds), maxWait: 0, deadline: at(1e6)
            ).grant
        else { return false }
        budget.settle(grant, .answered(status: 200, RateLimitFields()), now: at(seconds))
        return true
    }

    @Test func aScriptLeavesSomeOfTheWindowToOthersAndGetsItAtTheEnd() {
        let budget = window()
        var taken = 0
        while take(budget, Self.script, at: 1) { taken += 1 }
        #expect((88...92).contains(taken), "\(taken)")
        for _ in 0..<3 { #expect(take(budget, Self.person, at: 1)) }
        // The person is known now and has had little: in the middle of the window the rest is still theirs.
        while take(budget, Self.script, at: 31) { taken += 1 }
        #expect((88...92).contains(taken), "\(taken)")
        while take(budget, Self.script, at: 59.9) { taken += 1 }
        #expect(taken + 3 == 100)
    }

    /// Who was there in this window, or in the one before, has an equal share of it for as long as there is time for it.
    @Test func knownCallersHaveEqualShares() {
        let budget = window()
        for sender in [Self.person, Self.other] { #expect(take(budget, sender, at: 1)) }
        var taken = 0
        while take(budget, Self.script, at: 1) { taken += 1 }
        // A third, and the second that has passed.
        #expect((33...36).contains(taken), "\(taken)")
        var persons = 1
        while take(budget, Self.person, at: 1) { persons += 1 }
        #expect((32...36).contains(persons), "\(persons)")
        // The other one does not come, and at the end the rest is for those who do.
        while take(budget, Self.script, at: 59.9) { taken += 1 }
        #expect(taken + persons + 1 == 100)
    }

    @Test func theWaitForWhatIsLeftToOthersIsTold() throws {
        let budget = window()
        while take(budget, Self.script, at: 1) {}
        let seconds = try #require(
            budget.budget.reserve(.get, from: Self.script, now: at(1), maxWait: 0, deadline: at(1e6)).retryAfter)
        #expect((1...8).contains(seconds))
        #expect(take(budget, Self.script, at: 1 + Double(seconds)))
    }

    @Test func backgroundLeavesAQuarter() {
        let budget = window()
        var taken = 0
        while take(budget, Self.bulk, at: 0) { taken += 1 }
        #expect((73...77).contains(taken), "\(taken)")
        #expect(take(budget, Self.person, at: 0))
    }

    /// The gateway's only caller shares with nobody.
    @Test func nobodyInParticularGetsAll() {
        let budget = window()
        var taken = 0
        while take(budget, Sender(), at: 1) { taken += 1 }
        #expect(taken == 100)
    }
}
