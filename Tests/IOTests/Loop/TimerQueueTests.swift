import Core
import Testing

@testable import IO

/// The queue against a list that is searched.
@Suite struct TimerQueueTests {
    private final class Handler: TimerHandler {
        let number: Int
        init(_ number: Int) { self.number = number }
        func timerFired() {}
    }

    private static func number(_ handler: (any TimerHandler)?) -> Int? { (handler as? Handler)?.number }

    @Test(arguments: 1...20) func whoIsDueFirstComesFirstAndWhoIsRemovedNever(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = TimerQueue()
        var model: [(due: Int64, number: Int, token: TimerQueue.Token)] = []
        var now: Int64 = 0
        for step in 0..<2000 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                // Often the same instant: then who was there first comes first.
                let due = now + Int64.random(in: 0..<20, using: &random)
                model.append((due, step, queue.insert(MonotonicTime(nanoseconds: due), Handler(step))))
            case 2:
                guard let index = model.indices.randomElement(using: &random) else { continue }
                let token = model.remove(at: index).token
                queue.remove(token)
                queue.remove(token)
            default:
                now += Int64.random(in: 0..<10, using: &random)
                while true {
                    let first = model.indices.min {
                        (model[$0].due, model[$0].number) < (model[$1].due, model[$1].number)
                    }
                    #expect(queue.earliest == first.map { MonotonicTime(nanoseconds: model[$0].due) })
                    let expected = first.flatMap { model[$0].due <= now ? model.remove(at: $0).number : nil }
                    #expect(Self.number(queue.popDue(MonotonicTime(nanoseconds: now))) == expected)
                    if expected == nil { break }
                }
            }
        }
    }

    /// Most of what is asked for far ahead is not waited for: deadlines of finished work.
    @Test func removedTimersDoNotPileUp() {
        var queue = TimerQueue()
        var tokens: [TimerQueue.Token] = []
        for number in 0..<500 {
            // The latest come first.
            tokens.append(queue.insert(MonotonicTime(nanoseconds: Int64(1000 - number)), Handler(number)))
        }
        let left = tokens.indices.filter { $0 % 7 == 0 }
        for index in tokens.indices where index % 7 != 0 { queue.remove(tokens[index]) }
        #expect(queue.places <= 2 * left.count + 64)
        var seen: [Int?] = []
        while let handler = queue.popDue(MonotonicTime(nanoseconds: 2000)) { seen.append(Self.number(handler)) }
        #expect(seen == left.reversed())
        #expect(queue.places == 0)
    }

    @Test func aHandlerIsLetGoOfWhenItIsRemoved() {
        var queue = TimerQueue()
        weak var gone: Handler?
        do {
            let handler = Handler(0)
            gone = handler
            let token = queue.insert(MonotonicTime(nanoseconds: 1), handler)
            queue.remove(token)
        }
        #expect(gone == nil)
        #expect(queue.earliest == nil)
    }
}
