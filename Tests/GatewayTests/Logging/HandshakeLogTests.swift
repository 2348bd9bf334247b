import GatewayAPI
import Testing

@testable import Gateway

@Suite struct HandshakeLogTests {
    /// What is written, and what waits for the end of the interval.
    final class Play {
        var lines: [String] = []
        var later: [() -> Void] = []

        lazy var log = HandshakeLog(
            write: { [unowned self] message, fields in
                lines.append(message + fields.map { " \($0.name)=\($0.value)" }.joined())
            },
            later: { [unowned self] action in later.append(action) })

        func passInterval() {
            let due = later
            later = []
            for action in due { action() }
        }
    }

    @Test func oneIsToldAtOnceAndMoreAreCounted() {
        let play = Play()
        play.log.note("wrong version number", from: "192.0.2.1")
        #expect(play.lines.count == 1)
        #expect(play.lines[0].contains("wrong version number") && play.lines[0].contains("192.0.2.1"))
        for _ in 0..<1000 { play.log.note("no shared cipher", from: "192.0.2.2") }
        #expect(play.lines.count == 1)
        play.passInterval()
        #expect(play.lines.count == 2)
        #expect(play.lines[1].contains("1000") && play.lines[1].contains("no shared cipher"))
        play.log.note("again", from: "192.0.2.2")
        #expect(play.lines.count == 2)
        play.passInterval()
        #expect(play.lines.count == 3)
    }

    @Test func afterAQuietSpellTheNextIsToldAtOnce() {
        let play = Play()
        play.log.note("first", from: "192.0.2.1")
        play.passInterval()
        #expect(play.later.isEmpty)
        play.log.note("second", from: "192.0.2.1")
        #expect(play.lines.count == 2)
    }
}
