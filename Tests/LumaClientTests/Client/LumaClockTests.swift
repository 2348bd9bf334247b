import Core
import Testing

@testable import LumaClient

/// Luma's clock is told too early rather than too late.
@Suite struct LumaClockTests {
    private static let start: Int64 = 1_780_000_000_000

    /// One reading: by how many seconds its clock is ahead, when its request was sent and its answer there.
    private struct Reading {
        let ahead: Int64
        let sent: Int64
        let received: Int64

        init(_ ahead: Int64, at second: Int64, took: Int64 = 0) {
            (self.ahead, sent, received) = (ahead, (second - took) * 1000, second * 1000)
        }
    }

    /// What the clock shows at second 100 by these readings, in seconds after its true time there.
    private static func told(_ readings: [Reading], wall: Int64 = 0) -> (likely: Double, earliest: Double)? {
        var clock = LumaClock()
        for reading in readings {
            // Written when the answer left; an answer that takes long is old when it is there.
            let date = start + reading.ahead * 1000 + reading.sent
            clock.note(
                Timestamp(milliseconds: date - date % 1000), sent: reading.sent, received: reading.received)
        }
        let true100 = Timestamp(milliseconds: start + 100_000)
        guard let likely = clock.likely(at: 100_000),
            let earliest = clock.earliest(at: 100_000, wallOffset: start + wall * 1000)
        else { return nil }
        return (likely.seconds(since: true100), earliest.seconds(since: true100))
    }

    @Test func withoutAReadingNothingIsTold() { #expect(Self.told([]) == nil) }

    @Test func aRightOneIsTold() throws {
        let told = try #require(Self.told([Reading(0, at: 1)]))
        #expect(told.likely == 0 && told.earliest == 0)
    }

    /// In whatever order they come, also after the write.
    @Test(arguments: [30, 3600, 90_000] as [Int64]) func oneThatIsAheadIsOverruledByOneThatIsNot(ahead: Int64) throws {
        for readings in [
            [Reading(ahead, at: 1), Reading(0, at: 2)], [Reading(0, at: 1), Reading(ahead, at: 2)],
            [Reading(ahead, at: 99), Reading(0, at: 900)],
        ] {
            let told = try #require(Self.told(readings))
            #expect(told.likely == 0)
            // Which of the two is right is not known: it may be both that are wrong.
            #expect(told.earliest <= 0)
        }
    }

    @Test func oneThatIsBehindMakesItEarlier() throws {
        let told = try #require(Self.told([Reading(0, at: 1), Reading(-40, at: 2)]))
        #expect(told.likely == -40 && told.earliest <= -40)
    }

    /// An answer that took long proves a range, and no contradiction.
    @Test func aSlowAnswerIsNoDisagreement() throws {
        let told = try #require(Self.told([Reading(0, at: 40, took: 30), Reading(0, at: 50)]))
        #expect(told.earliest == -30)
    }

    @Test func theWallClockCountsIfItIsBehindByLessThanADay() throws {
        let readings = [Reading(3600, at: 1)]
        #expect(try #require(Self.told(readings)).earliest == 0)
        #expect(try #require(Self.told(readings, wall: 7200)).earliest == 3600)
        // It was never set.
        #expect(try #require(Self.told([Reading(0, at: 1)], wall: -10 * 365 * 86400)).earliest == 0)
    }

    /// What was learned more than an hour of answers ago counts no more; without answers it does.
    @Test func oldReadingsFade() throws {
        var readings = [Reading(-500, at: 1)]
        #expect(try #require(Self.told(readings)).likely == -500)
        readings += (1...12).map { Reading(0, at: $0 * 301) }
        #expect(try #require(Self.told(readings)).likely == 0)
    }
}
