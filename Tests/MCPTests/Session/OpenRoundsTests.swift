import Core
import Testing

@testable import MCP

@Suite struct OpenRoundsTests {
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    @Test func oneRoundOfACallAtATime() {
        let rounds = OpenRounds()
        #expect(rounds.begin("a"))
        #expect(!rounds.begin("a"))
        #expect(rounds.begin("b"))
        rounds.goOn("a")
        #expect(rounds.begin("a"))
        rounds.end("a", until: now.advanced(seconds: 900), now: now)
        #expect(!rounds.begin("a"))
    }

    @Test func whatHasExpiredIsForgotten() {
        let rounds = OpenRounds()
        rounds.end("a", until: now.advanced(seconds: 900), now: now)
        rounds.end("b", until: now.advanced(seconds: 1700), now: now.advanced(seconds: 800))
        #expect(!rounds.begin("a"))
        rounds.end("c", until: now.advanced(seconds: 1800), now: now.advanced(seconds: 900))
        #expect(rounds.begin("a"))
        #expect(!rounds.begin("b"))
    }

    @Test func noMoreThanSoManyAreRemembered() {
        let rounds = OpenRounds()
        let until = now.advanced(seconds: 900)
        for number in 0...OpenRounds.capacity { rounds.end("\(number)", until: until, now: now) }
        #expect(rounds.begin("0"))
        #expect(!rounds.begin("1"))
        #expect(!rounds.begin("\(OpenRounds.capacity)"))
    }
}
