import Core
import Testing

@Suite struct NearestNameTests {
    private static let names = [
        "name", "start_at", "end_at", "timezone", "meeting_url", "geo_address_json", "cover_url",
    ]

    @Test(arguments: [
        ("nmae", "name"), ("naem", "name"), ("Name", "name"), ("nam", "name"), ("names", "name"),
        ("start_at", "start_at"),
        ("startat", "start_at"), ("strat_at", "start_at"), ("start-at", "start_at"), ("endat", "end_at"),
        ("time_zone", "timezone"), ("TimeZone", "timezone"), ("meetingurl", "meeting_url"),
        ("geo_adress_jsno", "geo_address_json"),
        ("coverurl", "cover_url"), ("xyz", nil), ("", nil), ("a", nil), ("nnnn", nil), ("description", nil),
        ("begin_at", nil),
    ])
    func theNearestNameIsFoundOrNone(_ text: String, _ expected: String?) {
        #expect(NearestName.suggest(for: text, among: Self.names) == expected)
    }

    @Test func theNearerWinsAndOfTwoTheFirst() {
        #expect(NearestName.suggest(for: "colour", among: ["colors", "color", "colours"]) == "color")
        #expect(NearestName.suggest(for: "cat", among: ["bat", "rat"]) == "bat")
        #expect(NearestName.suggest(for: "cat", among: [String]()) == nil)
    }

    @Test func longTextsAreNotCompared() {
        let long = String(repeating: "a", count: 65)
        #expect(NearestName.suggest(for: long, among: [long]) == nil)
        #expect(NearestName.suggest(for: "name", among: [String(repeating: "a", count: 1_000_000), "name"]) == "name")
    }

    /// Against the definition, written as plainly as it can be.
    @Test func distancesAgreeWithTheDefinition() {
        func distance(_ a: [Character], _ b: [Character]) -> Int {
            if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
            let x = Array(a.dropLast())
            let y = Array(b.dropLast())
            var best = min(distance(x, b) + 1, distance(a, y) + 1, distance(x, y) + (a.last == b.last ? 0 : 1))
            if a.count > 1, b.count > 1, a.last == y.last, x.last == b.last {
                best = min(best, distance(x.dropLast(), y.dropLast()) + 1)
            }
            return best
        }
        var random = SeededGenerator(seed: 9)
        for _ in 0..<300 {
            let word = { (random: inout SeededGenerator) in
                (0..<Int.random(in: 3...6, using: &random)).map { _ in "abc".randomElement(using: &random)! }
            }
            let (a, b) = (word(&random), word(&random))
            let isNear = distance(a, b) <= a.count / 3
            #expect((NearestName.suggest(for: String(a), among: [String(b)]) != nil) == isNear, "\(a) \(b)")
        }
    }

    @Test func aSentenceEndsWithTheNameOrWithWhatStandsInstead() {
        #expect(NearestName.hint("name") == "; did you mean name?")
        #expect(NearestName.hint(nil).isEmpty && NearestName.hint(nil, or: ".") == ".")
        #expect(NearestName.hint(for: "nmae", among: ["end", "name"], or: ".") == "; did you mean name?")
        #expect(NearestName.hint(for: "zzzzzz", among: ["end", "name"], or: "; see help") == "; see help")
    }
}
