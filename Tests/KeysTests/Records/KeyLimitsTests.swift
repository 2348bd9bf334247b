import Keys
import Testing

@Suite struct KeyLimitsTests {
    @Test(arguments: [
        ("5/minute", ["5/minute"]), ("1/second", ["1/second"]), ("1000000/hour", ["1000000/hour"]),
        ("5/second,100/minute", ["5/second", "100/minute"]), ("5/second, 100/minute", ["5/second", "100/minute"]),
        ("1/hour,1/minute,1/second", ["1/hour", "1/minute", "1/second"]),
    ])
    func whatIsWrittenIsRead(text: String, rules: [String]) throws {
        #expect(try RateRule.list(text).map(\.text) == rules)
        #expect(try RateRule.list(RateRule.text(RateRule.list(text))) == RateRule.list(text))
    }

    @Test(arguments: [
        ("", "100/minute"), ("5", "100/minute"), ("/minute", "100/minute"), ("0/minute", "100/minute"),
        ("05/minute", "100/minute"), ("-5/minute", "100/minute"), ("+5/minute", "100/minute"),
        ("5/minute/hour", "100/minute"), ("5 /minute", "100/minute"), ("five/minute", "100/minute"),
        ("5/day", "second, minute or hour"), ("5/Minute", "second, minute or hour"),
        ("5/minutes", "second, minute or hour"), ("5/", "second, minute or hour"),
        ("5/minute ", "second, minute or hour"), ("5/minute,", "100/minute"), ("5/minute;6/hour", "100/minute"),
        ("1000001/minute", "1000000"), ("99999999999999999999/minute", "1000000"),
        ("5/minute,6/minute", "minute twice"), (String(repeating: "5/minute,", count: 20), "128"),
    ])
    func whatIsWrongIsSaid(text: String, words: String) throws {
        let problem = #expect(throws: RateRule.Problem.self) { try RateRule.list(text) }
        #expect(try #require(problem).description.contains(words))
    }

    @Test(
        arguments: [
            ("5/minute", "5/minute", true), ("4/minute", "5/minute", true), ("6/minute", "5/minute", false),
            // A longer span with no more requests leaves no more for the shorter one.
            ("5/hour", "5/minute", true), ("6/hour", "5/minute", false),
            // A shorter one has to leave the longer one its number, however evenly it is used.
            ("1/second", "60/minute", true), ("1/second", "59/minute", false), ("1/minute", "60/hour", true),
            ("1000000/second", "1000000/hour", false),
        ])
    func oneImpliesAnother(own: String, other: String, implies: Bool) throws {
        let (own, other) = (try RateRule.list(own), try RateRule.list(other))
        #expect(own[0].implies(other[0]) == implies)
        #expect(KeyLimits(rates: own).isWithin(KeyLimits(rates: other)) == implies)
    }

    @Test func eachLimitCountsAlone() throws {
        let rates = try RateRule.list("5/second,100/minute")
        let full = KeyLimits(rates: rates, dailyQuota: 10, upstreamQuota: 5, maxConcurrent: 2)
        #expect(full.isWithin(KeyLimits()))
        #expect(full.isWithin(full))
        #expect(!KeyLimits().isWithin(full))
        let others = [
            KeyLimits(rates: [rates[0]], dailyQuota: 10, upstreamQuota: 5, maxConcurrent: 2),
            KeyLimits(rates: rates, upstreamQuota: 5, maxConcurrent: 2),
            KeyLimits(rates: rates, dailyQuota: 11, upstreamQuota: 5, maxConcurrent: 2),
            KeyLimits(rates: rates, dailyQuota: 10, maxConcurrent: 2),
            KeyLimits(rates: rates, dailyQuota: 10, upstreamQuota: 6, maxConcurrent: 2),
            KeyLimits(rates: rates, dailyQuota: 10, upstreamQuota: 5),
            KeyLimits(rates: rates, dailyQuota: 10, upstreamQuota: 5, maxConcurrent: 3),
        ]
        for other in others { #expect(!other.isWithin(full) && full.isWithin(other), "\(other)") }
        #expect(KeyLimits(rates: rates, dailyQuota: 0, upstreamQuota: 0, maxConcurrent: 1).isWithin(full))
    }
}
