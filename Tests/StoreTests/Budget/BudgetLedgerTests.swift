import Testing

@testable import Store

/// The rules by which gateways share one budget: what each step gives out, takes back and forgets.
@Suite struct BudgetLedgerTests {
    /// A ledger in a box, with a clock that the test moves.
    private final class Table {
        var ledger = BudgetLedger()
        var now: Int64 = 1000
        var dead: Set<String> = []
        var gateways = 2
        var cutOff = 0

        /// One exchange of this gateway.
        @discardableResult func exchange(
            _ holder: String, _ change: (inout BudgetMessage) -> Void = { _ in }
        ) -> BudgetStanding {
            var message = BudgetMessage()
            (message.gateways, message.cutOff) = (gateways, cutOff)
            change(&message)
            return ledger.exchange(message, with: holder, now: now) { !dead.contains($0) }
        }

        /// It asks for tokens while it has so many that it holds or that are in flight.
        @discardableResult func lease(_ holder: String, holding outstanding: Int = 0) -> BudgetStanding {
            exchange(holder) {
                $0.outstanding = outstanding
                $0.wants = true
            }
        }

        /// Luma says what is left.
        func report(
            _ holder: String, remaining: Int, limit: Int = 200, seconds: Double = 60, outstanding: Int = 0,
            of period: Int64? = nil
        ) {
            let period = period ?? ledger.period
            exchange(holder) {
                $0.outstanding = outstanding
                $0.report = BudgetReport(
                    period: period, window: BudgetWindow(limit: limit, remaining: remaining, resetSeconds: seconds))
            }
        }

        /// A period in which so many of 200 are used.
        func confirm(used: Int = 1, limit: Int = 200) {
            lease("a")
            report("a", remaining: limit - used, limit: limit)
        }
    }

    @Test func aNewPeriodHasThreeProbesUntilOneIsAnswered() {
        let table = Table()
        #expect(["a", "b", "a", "c"].map { table.lease($0, holding: 1).tokens } == [1, 1, 1, 0])
        #expect(!table.ledger.isConfirmed)
        table.report("b", remaining: 197)
        let standing = table.lease("c")
        #expect(standing.isConfirmed)
        #expect(standing.tokens == 24)
        #expect(standing.resetSeconds == 60)
    }

    /// A probe whose answer never comes holds up nobody for ever.
    @Test func aProbeWithoutAnAnswerIsFollowedByAnother() {
        let table = Table()
        for _ in 0..<3 { table.lease("a") }
        table.now += BudgetLedger.probePatience - 1
        #expect(table.lease("b").tokens == 0)
        table.now += 1
        #expect(table.lease("b").tokens == 1)
        #expect(table.lease("b").tokens == 0)
    }

    @Test(arguments: [
        (used: 0, gateways: 1, tokens: 25), (used: 0, gateways: 2, tokens: 25), (used: 0, gateways: 4, tokens: 12),
        (used: 100, gateways: 4, tokens: 6), (used: 188, gateways: 4, tokens: 1), (used: 199, gateways: 2, tokens: 1),
        (used: 200, gateways: 2, tokens: 0), (used: 100, gateways: 0, tokens: 25),
    ])
    func aBlockShrinksWithWhatIsLeftAndWithTheirNumber(_ test: (used: Int, gateways: Int, tokens: Int)) {
        let table = Table()
        table.confirm(used: max(1, test.used))
        table.ledger.granted = test.used
        table.gateways = test.gateways
        #expect(table.lease("b").tokens == test.tokens)
    }

    @Test func neverMoreIsGivenOutThanLumaGrants() {
        let table = Table()
        table.confirm()
        var given = table.ledger.granted
        for turn in 0..<400 { given += table.lease(["a", "b", "c", "d"][turn % 4], holding: 50).tokens }
        #expect(given == 200)
        #expect(table.ledger.granted == 200)
        #expect(table.lease("a", holding: 50).left == 0)
    }

    /// In a window that was used before, as while the store could not be asked.
    @Test func probesInFlightAreAddedToWhatLumaHasCounted() {
        let table = Table()
        for holder in ["a", "b", "c"] { table.lease(holder) }
        table.report("a", remaining: 99)
        #expect(table.ledger.granted == 101 + 2)
        // They have been counted since.
        table.report("b", remaining: 97)
        #expect(table.ledger.granted == 103)
    }

    @Test func whatSomebodyElseUsesIsNotGivenOut() {
        let table = Table()
        table.confirm(used: 1)
        table.report("a", remaining: 50)
        #expect(table.ledger.granted == 150)
        // Of fewer than were given out nothing follows: the others may not have been sent yet.
        table.report("b", remaining: 180)
        #expect(table.ledger.granted == 150)
    }

    @Test func aSmallerLimitHoldsAtOnce() {
        let table = Table()
        table.confirm(used: 10)
        table.report("a", remaining: 0, limit: 10)
        #expect(table.lease("b").tokens == 0)
        #expect(table.lease("b").limit == 10)
    }

    @Test func whatIsGivenBackIsGivenOutAgain() {
        let table = Table()
        table.confirm()
        let tokens = table.lease("b").tokens
        let granted = table.ledger.granted
        table.exchange("b") {
            ($0.returned, $0.returnedPeriod) = (tokens - 5, table.ledger.period)
            $0.outstanding = 5
        }
        #expect(table.ledger.granted == granted - tokens + 5)
        #expect(table.ledger.holdings["b"]?.held == 5)
        // No more than it had.
        table.exchange("b") { ($0.returned, $0.returnedPeriod) = (100, table.ledger.period) }
        #expect(table.ledger.granted == granted - tokens)
        table.exchange("stranger") { ($0.returned, $0.returnedPeriod) = (10, table.ledger.period) }
        #expect(table.ledger.granted == granted - tokens)
    }

    @Test func aProbeThatIsGivenBackIsAProbeAgain() {
        let table = Table()
        for _ in 0..<3 { table.lease("a") }
        table.exchange("a") { ($0.returned, $0.returnedPeriod) = (1, table.ledger.period) }
        #expect(table.lease("b").tokens == 1)
        #expect(table.lease("b").tokens == 0)
    }

    @Test func atTheResetWhatIsHeldIsCarriedAndTheDeadHoldNothing() {
        let table = Table()
        table.confirm()
        let b = table.lease("b").tokens
        table.lease("c")
        let period = table.ledger.period
        table.now += 60_000
        table.dead = ["c"]
        // Before anything else, whoever comes first.
        let standing = table.lease("a")
        #expect(standing.period == period + 1)
        #expect(standing.tokens == 1)
        #expect(!standing.isConfirmed)
        #expect(table.ledger.granted == b + 1)
        // Of its old tokens it has used all but five, perhaps after Luma's own turn.
        table.exchange("b") { ($0.returned, $0.returnedPeriod) = (5, period) }
        #expect(table.ledger.granted == b + 1 - 5)
        table.exchange("b") { ($0.returned, $0.returnedPeriod) = (100, period) }
        #expect(table.ledger.granted == 1)
    }

    /// When all of a window is held at its end, nobody could ever ask Luma for the next one.
    @Test func aWindowThatIsCarriedWholeIsProbedAfterAWhile() {
        let table = Table()
        table.confirm(limit: 3)
        table.lease("b")
        table.lease("b", holding: 1)
        table.exchange("a") { $0.outstanding = 1 }
        table.now += 60_000
        #expect(table.lease("b", holding: 2).tokens == 0)
        #expect(table.ledger.granted == 3)
        table.now += BudgetLedger.probePatience
        #expect(table.lease("b", holding: 2).tokens == 1)
    }

    @Test func aReportOfAnEarlierPeriodTeachesNothing() {
        let table = Table()
        table.confirm()
        let period = table.ledger.period
        table.now += 60_000
        table.lease("a")
        table.report("b", remaining: 3, seconds: 1, of: period)
        #expect(!table.ledger.isConfirmed)
        table.report("a", remaining: 199)
        #expect(table.ledger.isConfirmed)
        #expect(table.ledger.granted == 1)
    }

    /// Luma has turned before the time that was known here.
    @Test func aResetFarBehindTheKnownOneIsAnotherWindow() {
        let table = Table()
        table.confirm(used: 150)
        let period = table.ledger.period
        table.now += 40_000
        table.report("a", remaining: 190, seconds: 59, outstanding: 7)
        #expect(table.ledger.period == period + 1)
        #expect(table.ledger.isConfirmed)
        // What is in flight may not be counted yet.
        #expect(table.ledger.granted == 10 + 7)
        // A few seconds are rounding, and time on the way.
        table.report("a", remaining: 180, seconds: 61)
        #expect(table.ledger.period == period + 1)
    }

    @Test func aRefusalClosesForAllAndThenTheWindowIsProbed() {
        let table = Table()
        table.confirm()
        let period = table.ledger.period
        table.exchange("a") { $0.closedSeconds = 30 }
        let told = table.lease("b")
        #expect(told.tokens == 0)
        #expect(told.closedSeconds == 30)
        #expect(told.period == period + 1)
        // What an earlier request has learned opens nothing.
        table.report("b", remaining: 100)
        #expect(!table.ledger.isConfirmed)
        // A shorter one ends nothing earlier.
        table.exchange("b") { $0.closedSeconds = 1 }
        table.now += 29_999
        #expect(table.lease("b").tokens == 0)
        table.now += 1
        #expect(table.lease("b").tokens == 1)
        #expect(table.ledger.closedUntil == nil)
    }

    @Test func oneThatWasAloneTellsWhatItLeaves() {
        let table = Table()
        table.exchange("a") {
            $0.opens = true
            $0.openedWindow = BudgetWindow(limit: 200, remaining: 60, resetSeconds: 30)
            $0.outstanding = 4
        }
        #expect(table.ledger.granted == 140)
        #expect(table.ledger.holdings["a"]?.held == 4)
        #expect(table.lease("b").tokens == 7)
        table.now += 30_000
        #expect(!table.lease("b", holding: 7).isConfirmed)
    }

    /// One that knows nothing of the window: what it has in flight may be counted in it.
    @Test func oneThatWasAloneAndKnowsNothingOpensAPeriod() {
        let table = Table()
        table.confirm(used: 200)
        table.exchange("a") {
            $0.opens = true
            $0.outstanding = 2
        }
        #expect(table.ledger.granted == 2)
        #expect(table.lease("b").tokens == 1)
    }

    @Test func aShareIsKeptForThoseThatCannotBeHeard() {
        let table = Table()
        table.confirm()
        table.gateways = 4
        table.cutOff = 2
        #expect(BudgetLedger.shareCutOff(limit: 200, gateways: 4) == 25)
        let standing = table.lease("a")
        #expect(standing.left == 200 - 50 - table.ledger.granted)
        var given = table.ledger.granted
        for _ in 0..<400 { given += table.lease("a", holding: 50).tokens }
        #expect(given == 150)
        #expect(BudgetLedger.shareCutOff(limit: 1, gateways: 1) == 1)
        #expect(BudgetLedger.shareCutOff(limit: 100, gateways: 1) == 25)
    }

    @Test func whatWasSentUnaskedIsGivenOutToo() {
        let table = Table()
        table.confirm()
        table.exchange("b") {
            $0.unleased = 3
            $0.outstanding = 3
        }
        #expect(table.ledger.granted == 4)
    }

    @Test func oneThatEndsHoldsNothing() {
        let table = Table()
        table.confirm()
        let tokens = table.lease("b").tokens
        let granted = table.ledger.granted
        table.exchange("b") {
            ($0.returned, $0.returnedPeriod) = (tokens, table.ledger.period)
            $0.isLast = true
        }
        #expect(table.ledger.granted == granted - tokens)
        #expect(table.ledger.holdings["b"] == nil)
    }

    /// Luma's answers have no numbers: nothing can be counted here.
    @Test func withoutNumbersNothingIsCounted() {
        let table = Table()
        table.lease("a")
        table.exchange("a") { $0.report = BudgetReport(period: table.ledger.period, window: nil) }
        let standing = table.lease("b")
        #expect(standing.isConfirmed)
        #expect(standing.limit == nil)
        table.report("a", remaining: 150)
        #expect(table.ledger.granted == 50)
        #expect(table.lease("b").tokens == 18)
    }
}
