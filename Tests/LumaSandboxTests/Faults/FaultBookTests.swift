import Core
import HTTP
import Testing

@testable import LumaSandbox

/// Which calls suffer what, by lists of calls.
struct FaultBookTests {
    private func book(_ text: String, seed: UInt64 = 1) throws -> FaultBook {
        FaultBook(try FaultSet(text: text), seed: seed)
    }

    /// The numbers, from 1, of the calls that a rule strikes.
    private func struck(_ text: String, _ calls: Int = 12, _ operation: String = "events/get") throws -> [Int] {
        var book = try book(text)
        return (1...calls).filter { _ in book.plan(for: operation) != nil }
    }

    @Test(arguments: [
        ("reset", Array(1...12)), ("reset,nth=3", [3]), ("reset,every=5", [5, 10]), ("reset,limit=2", [1, 2]),
        ("reset,every=3,limit=2", [3, 6]), ("reset,chance=0", []), ("reset,chance=1,nth=12", [12]),
        ("reset,on=events/*,nth=1", [1]), ("reset,on=events/create", []), ("reset,on=calendars/*", []), ("", []),
    ])
    func aRuleChoosesItsCalls(text: String, expected: [Int]) throws {
        #expect(try struck(text) == expected)
    }

    @Test func aChanceIsTheSameForTheSameSeedAndNearItsShare() throws {
        let first = try struck("seed=5;reset,chance=0.3", 2000)
        #expect(try struck("seed=5;reset,chance=0.3", 2000) == first)
        #expect(try struck("seed=6;reset,chance=0.3", 2000) != first)
        #expect((540...660).contains(first.count), "\(first.count)")
        // Another rule in front changes nothing about the calls of this one's chance but its own numbers.
        #expect(try struck("seed=5;reset,chance=0.3,limit=10", 2000) == Array(first.prefix(10)))
    }

    @Test func callsOfOtherOperationsAreNotCounted() throws {
        var book = try book("reset,on=events/create,nth=2")
        let operations = ["events/create", "events/get", "events/get", "events/create", "events/create"]
        #expect(operations.map { book.plan(for: $0) != nil } == [false, false, false, true, false])
        #expect(book.json["rules"]?.arrayValue?.first?["matched"] == 3)
        #expect(book.json["rules"]?.arrayValue?.first?["hits"] == 1)
    }

    @Test func theFirstFaultIsPlayedAndAllLatencies() throws {
        var book = try book("latency=10;reset,after;status=500;latency=5,after")
        #expect(
            book.plan(for: "events/get")?.steps
                == [.wait(milliseconds: 10), .perform, .wait(milliseconds: 5), .reset])
        #expect(book.json["rules"]?.arrayValue?.map { $0["hits"]?.intValue } == [1, 1, 0, 1])
        #expect(book.json["rules"]?.arrayValue?.map { $0["matched"]?.intValue } == [1, 1, 1, 1])
    }

    @Test func aLatencyIsDrawnWithinItsRange() throws {
        var book = try book("latency=3-6")
        var seen: Set<Int> = []
        for _ in 0..<200 {
            guard case .wait(let milliseconds)? = book.plan(for: "events/get")?.steps.first else { continue }
            seen.insert(milliseconds)
        }
        #expect(seen == [3, 4, 5, 6])
    }

    @Test(
        arguments: [
            ("latency=7", [.wait(milliseconds: 7), .perform, .send(.whole)]),
            ("latency=7,after", [.perform, .wait(milliseconds: 7), .send(.whole)]),
            ("reset", [.reset]), ("reset,after", [.perform, .reset]),
            ("reset;latency=7", [.wait(milliseconds: 7), .reset]),
            ("truncate=4", [.perform, .send(.truncated(bytes: 4))]),
            ("truncate", [.perform, .send(.truncated(bytes: nil))]),
            ("slow=2,milliseconds=9", [.perform, .send(.slow(bytes: 2, milliseconds: 9))]),
            ("length=-5", [.perform, .send(.misdeclared(by: -5))]),
        ] as [(String, [FaultPlan.Step])])
    func aFaultIsStepsInOrder(text: String, steps: [FaultPlan.Step]) throws {
        var book = try book(text)
        #expect(book.plan(for: "events/create")?.steps == steps)
    }

    @Test(arguments: [
        ("status=429,retry_after=3", false, 429, "Retry-After", "3", "Rate limit"),
        ("status=429", false, 429, "Content-Type", "application/json", "Rate limit"),
        ("status=500,after", true, 500, "Content-Type", "application/json", "told to fail"),
        ("status=502,html", false, 502, "Content-Type", "text/html; charset=utf-8", "<h1>Error 502</h1>"),
    ])
    func anotherAnswerIsGiven(
        text: String, takesEffect: Bool, status: Int, field: String, value: String, words: String
    ) throws {
        var book = try book(text)
        let steps = try #require(book.plan(for: "events/create")?.steps)
        #expect(steps.contains(.perform) == takesEffect)
        #expect(steps.last == .send(.whole))
        guard case .replace(let answer) = steps[steps.count - 2] else {
            Issue.record("no other answer: \(steps)")
            return
        }
        #expect(answer.status == status)
        #expect(answer.fields.first { $0.name == field }?.value == value)
        #expect(String(decoding: answer.body, as: UTF8.self).contains(words))
        if field != "Retry-After" { #expect(!answer.fields.contains { $0.name == "Retry-After" }) }
    }

    @Test func connectionsHaveRulesOfTheirOwn() throws {
        var book = try book("tls,nth=2;dns,on=events/create;reset")
        #expect(book.hasConnectionFaults)
        #expect(book.plan(for: "events/create")?.steps == [.reset])
        #expect(book.connectionFault(for: nil) == nil)
        #expect(book.connectionFault(for: nil) == .tls)
        #expect(book.connectionFault(for: "events/create") == .dns)
        #expect(book.connectionFault(for: "events/get") == nil)
        #expect(book.json["rules"]?.arrayValue?.map { $0["hits"]?.intValue } == [1, 1, 1])
    }
}
