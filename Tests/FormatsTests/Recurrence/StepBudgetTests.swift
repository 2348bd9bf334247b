import Core
import Testing

@testable import Formats

/// What a hostile file asks for is counted, so that it ends the same on every machine.
@Suite struct StepBudgetTests {
    private static let start = LocalDateTime(milliseconds: 1_800_000_000_000)

    @Test func whatIsSpentStaysSpent() {
        var budget = StepBudget(max: 10)
        let first = budget.take(10)
        #expect(first && budget.taken == 10 && !budget.isSpent)
        let others = [0, 1, 0].map { budget.take($0) }
        #expect(others == [true, false, false] && budget.isSpent && budget.taken == 10)
        #expect(!StepBudget(max: .max).isSpent)
    }

    /// Rules that never end, or that name days which never come.
    @Test(arguments: [
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", 40_000), ("FREQ=DAILY;INTERVAL=10000;BYDAY=MO", 40_000),
        ("FREQ=WEEKLY;BYMONTH=1;BYDAY=MO;BYSETPOS=7", 280_000), ("FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2", 1_240_000),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=366", 1_240_000),
        ("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-366", 3_000_000),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,31", 3_000_000),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1000000000", 3_000_000),
        ("FREQ=DAILY;COUNT=1000000000", 502), ("FREQ=DAILY;COUNT=99999999999999999999999", 502),
    ])
    func aRuleEndsWithinItsSteps(_ text: String, _ steps: Int) throws {
        let rule = try ICSRecurrence(text)
        var budget = StepBudget()
        let (dates, _) = rule.dates(from: Self.start, max: 501, &budget)
        #expect(dates.count <= 501 && dates.first == Self.start)
        #expect(budget.taken <= steps && !budget.isSpent, "\(budget.taken)")
        // With fewer steps there are fewer dates, and never others.
        var less = StepBudget(max: 100)
        let (some, isCut) = rule.dates(from: Self.start, max: 501, &less)
        #expect(less.isSpent && isCut && dates.starts(with: some))
    }

    @Test(arguments: [
        "COUNT=0", "COUNT=00", "COUNT=-1", "COUNT=1e9", "COUNT=", "COUNT=\(String(repeating: "9", count: 65))",
    ])
    func aCountThatIsNoneIsNone(_ part: String) {
        #expect(throws: ICSRecurrence.Failure.malformed) { try ICSRecurrence("FREQ=DAILY;" + part) }
    }

    /// What is written many times is looked at once.
    @Test func listsHoldEachValueOnce() throws {
        let list = { (value: String) in Array(repeating: value, count: 400).joined(separator: ",") }
        let rule = try ICSRecurrence(
            "FREQ=YEARLY;BYDAY=\(list("-53MO"));BYMONTH=\(list("1"));BYMONTHDAY=\(list("-1"));BYSETPOS=\(list("366"))")
        #expect(rule.weekdays.count == 1 && rule.months == [1] && rule.monthDays == [-1] && rule.positions == [366])
        #expect(throws: ICSRecurrence.Failure.malformed) { try ICSRecurrence("FREQ=YEARLY;BYDAY=\(list("MO")),MO") }
    }

    @Test func aZoneIsWorkedOutWithinItsSteps() throws {
        let rules = String(repeating: "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\n", count: 60)
        let observances = String(
            repeating:
                "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n\(rules)END:STANDARD\n",
            count: 500)
        let text = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:x\n\(observances)END:VTIMEZONE\nEND:VCALENDAR\n"
        var reader = ICSReader()
        reader.feed(Array(text.utf8)[...]) { _ in }
        reader.finish { _ in }
        let zone = try #require(reader.calendars.first?.zone(named: "x"))
        var budget = StepBudget()
        let problem = #expect(throws: ReadProblem.self) { try zone.rules(&budget) }
        #expect(problem?.text == "time zone \"x\" takes too many steps to work out" && problem?.line == 2)
        #expect(budget.isSpent && budget.taken <= budget.max)
    }
}
