import Core
import Testing

@testable import Formats

/// The dates were worked out by python-dateutil, the first one added where it is none of the rule.
@Suite struct ICSRecurrenceTests {
    private func local(_ text: String) throws -> LocalDateTime { try #require(ICSTime(value: text)).local }

    private func days(_ dates: [LocalDateTime]) -> String {
        dates.map { $0.text.prefix(10).dropFirst(2).filter { $0 != "-" } }.joined(separator: " ")
    }

    @Test(arguments: [
        ("20270105T180000", "FREQ=DAILY;COUNT=4", "270105 270106 270107 270108"),
        ("20270105T180000", "FREQ=DAILY;INTERVAL=10;COUNT=4", "270105 270115 270125 270204"),
        (
            "20270101T090000", "FREQ=DAILY;BYMONTH=1,3;BYDAY=MO;COUNT=7",
            "270101 270104 270111 270118 270125 270301 270308"
        ),
        ("20270105T180000", "FREQ=WEEKLY;COUNT=5", "270105 270112 270119 270126 270202"),
        ("20270105T180000", "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=6", "270105 270107 270112 270114 270119 270121"),
        (
            "20270105T180000", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU;COUNT=6",
            "270105 270117 270119 270131 270202 270214"
        ),
        (
            "20270105T180000", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=MO;COUNT=6",
            "270105 270110 270119 270124 270202 270207"
        ),
        (
            "20270105T180000", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270115T180000",
            "270105 270106 270107 270108 270111 270112 270113 270114 270115"
        ),
        ("20270131T180000", "FREQ=MONTHLY;COUNT=6", "270131 270331 270531 270731 270831 271031"),
        ("20270131T180000", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=6", "270131 270228 270331 270430 270531 270630"),
        ("20270112T180000", "FREQ=MONTHLY;BYDAY=2TU;COUNT=6", "270112 270209 270309 270413 270511 270608"),
        ("20270129T180000", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=6", "270129 270226 270326 270430 270528 270625"),
        ("20270101T180000", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=4", "270101 270813 281013 290413"),
        (
            "20270129T180000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=6",
            "270129 270226 270331 270430 270531 270630"
        ),
        (
            "20270105T180000", "FREQ=MONTHLY;BYDAY=TU,WE;BYSETPOS=1,-1;COUNT=6",
            "270105 270127 270202 270224 270302 270331"
        ),
        (
            "20270115T180000", "FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=15,30;COUNT=7",
            "270115 270130 270615 270630 271115 271130 280415"
        ),
        (
            "20270110T180000", "FREQ=MONTHLY;BYMONTH=2,4;BYMONTHDAY=1,-1;COUNT=6",
            "270110 270201 270228 270401 270430 280201"
        ),
        ("20280229T120000", "FREQ=YEARLY;COUNT=4", "280229 320229 360229 400229"),
        ("20270704T120000", "FREQ=YEARLY;INTERVAL=3;COUNT=4", "270704 300704 330704 360704"),
        ("20270328T020000", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=5", "270328 280326 290325 300331 310330"),
        ("20271107T020000", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU;COUNT=5", "271107 281105 291104 301103 311102"),
        ("20270105T180000", "FREQ=YEARLY;BYDAY=20MO;COUNT=4", "270105 270517 280515 290514"),
        ("20270105T180000", "FREQ=YEARLY;BYDAY=-1TH;COUNT=4", "270105 271230 281228 291227"),
        ("20270105T180000", "FREQ=YEARLY;BYMONTH=1,7;COUNT=5", "270105 270705 280105 280705 290105"),
        ("20270105T180000", "FREQ=YEARLY;BYMONTHDAY=5;COUNT=5", "270105 270205 270305 270405 270505"),
        (
            "20270305T180000", "FREQ=YEARLY;BYMONTH=3,11;BYDAY=FR;BYMONTHDAY=1,2,3,4,5,6,7;COUNT=5",
            "270305 271105 280303 281103 290302"
        ),
        ("20270105T180000", "FREQ=YEARLY;BYMONTH=1;BYDAY=MO,TU;BYSETPOS=2;COUNT=4", "270105 280104 290102 300107"),
    ])
    func aRuleGivesItsDates(_ start: String, _ text: String, _ expected: String) throws {
        let rule = try ICSRecurrence(text)
        var last: LocalDateTime?
        if case .until(let until) = rule.bound { last = until.local }
        let found = try rule.dates(from: local(start), until: last, max: 100)
        #expect(days(found.dates) == expected && !found.isCut)
        #expect(found.dates.allSatisfy { $0.text.hasSuffix("T\(start.dropFirst(9).prefix(2)):00:00.000") })
        // The parts may come in any order and case.
        let turned = text.split(separator: ";").reversed().joined(separator: ";").lowercased()
        #expect(try ICSRecurrence(turned) == rule)
    }

    @Test(arguments: [
        "", "COUNT=3", "FREQ=WEEKLY;COUNT=0", "FREQ=WEEKLY;COUNT=x", "FREQ=WEEKLY;COUNT=3;UNTIL=20270101",
        "FREQ=SOMETIMES",
        "FREQ=WEEKLY;BYDAY=2MO", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=", "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=YEARLY;BYMONTH=13", "FREQ=YEARLY;BYMONTH=-1", "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=DAILY;BYSETPOS=1", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;X", "FREQ=WEEKLY;UNTIL=soon",
        "FREQ=WEEKLY;WKST=8",
        "FREQ=WEEKLY;COUNT=9x",
    ])
    func whatIsNoRuleIsNone(_ text: String) {
        #expect(throws: ICSRecurrence.Failure.malformed) { try ICSRecurrence(text) }
    }

    @Test(arguments: [
        ("FREQ=HOURLY", "FREQ=HOURLY"), ("FREQ=DAILY;BYHOUR=9", "BYHOUR"), ("FREQ=YEARLY;BYWEEKNO=2", "BYWEEKNO"),
        ("FREQ=YEARLY;BYYEARDAY=2", "BYYEARDAY"), ("FREQ=YEARLY;RSCALE=HEBREW", "RSCALE"),
    ])
    func whatIsNotReadIsNamed(_ text: String, _ part: String) {
        #expect(throws: ICSRecurrence.Failure.unsupported(part)) { try ICSRecurrence(text) }
    }

    /// Neither a rule without an end nor one whose dates do not exist keeps anybody.
    @Test func everyRuleIsBounded() throws {
        let start = try local("20270105T180000")
        let forever = try ICSRecurrence("FREQ=DAILY").dates(from: start, max: 10)
        #expect(forever.dates.count == 10 && forever.isCut)
        let many = try ICSRecurrence("FREQ=DAILY;COUNT=11").dates(from: start, max: 10)
        #expect(many.dates.count == 10 && many.isCut)
        let exact = try ICSRecurrence("FREQ=DAILY;COUNT=10").dates(from: start, max: 10)
        #expect(exact.dates.count == 10 && !exact.isCut)
        for rule in [
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4",
            "FREQ=WEEKLY;INTERVAL=10000", "FREQ=YEARLY;INTERVAL=10000",
        ] {
            #expect(try ICSRecurrence(rule).dates(from: start, max: 10_000).dates.count < 10_000)
        }
    }
}
