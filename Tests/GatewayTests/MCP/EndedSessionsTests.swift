import GatewayAPI
import Testing

@testable import Gateway

@Suite struct EndedSessionsTests {
    @Test func oneIsNewOnce() {
        var ended = EndedSessions()
        #expect(!ended.contains("a"))
        let isNew = (0..<2).map { _ in ended.add("a") }
        #expect(isNew == [true, false])
        #expect(ended.contains("a"))
    }

    @Test func itIsBounded() {
        var ended = EndedSessions()
        for number in 0...EndedSessions.capacity { ended.add("\(number)") }
        #expect(!ended.contains("0"))
        #expect(ended.contains("\(EndedSessions.capacity / 10)"))
        #expect(ended.contains("\(EndedSessions.capacity)"))
    }
}
