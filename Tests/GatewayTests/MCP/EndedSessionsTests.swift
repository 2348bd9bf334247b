import Core
import Testing

@testable import Gateway

@Suite struct EndedSessionsTests {
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    @Test func whatIsKeptIsReadAgain() {
        var ended = EndedSessions()
        ended.add("a", until: now.advanced(seconds: 1))
        ended.add("b", until: now.advanced(seconds: 100))
        ended.add("b", until: now.advanced(seconds: 100))
        var next = EndedSessions()
        next.add(kept: ended.kept(at: now.advanced(seconds: 1)))
        #expect(!next.contains("a"))
        #expect(next.contains("b"))
        #expect(next.kept(at: now.advanced(seconds: 100)) == Array("[]".utf8))
    }

    @Test func itIsBounded() {
        var ended = EndedSessions()
        for number in 0...EndedSessions.capacity { ended.add("\(number)", until: now.advanced(seconds: 1)) }
        #expect(!ended.contains("0"))
        #expect(ended.contains("\(EndedSessions.capacity)"))
        var next = EndedSessions()
        next.add(kept: ended.kept(at: now))
        #expect(next.contains("\(EndedSessions.capacity)"))
        #expect(!next.contains("\(EndedSessions.capacity - EndedSessions.mostKept)"))
    }

    @Test(arguments: ["", "7", "{", "[1]", "[[]]", "[[1,2]]", #"[["a"]]"#, #"[["a","b"]]"#, #"[["a",1e99]]"#])
    func whatCannotBeReadIsLeftOut(text: String) {
        var ended = EndedSessions()
        ended.add(kept: Array(text.utf8))
        #expect(!ended.contains("a"))
    }
}
