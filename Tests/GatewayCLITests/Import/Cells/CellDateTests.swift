import Core
import GatewayAPI
import Testing

@testable import GatewayCLI

@Suite struct CellDateTests {
    @Test(
        arguments: [
            ("19:00", 19 * 60), ("7:00 PM", 19 * 60), ("7:00:00 PM", 19 * 60), ("7pm", 19 * 60), ("7 p.m.", 19 * 60),
            ("7:05\u{202f}AM", 7 * 60 + 5), ("12:00 AM", 0), ("12:30 pm", 12 * 60 + 30), ("12am", 0), ("0:00", 0),
            ("19h30", 19 * 60 + 30), ("19h", 19 * 60), ("\u{a0}9:05 ", 9 * 60 + 5), ("23:59:00", 23 * 60 + 59),
            ("24:00", nil), ("13:00 PM", nil), ("0:30 PM", nil), ("19", nil), ("7:5", nil), ("19:60", nil),
            ("19:00:60", nil),
            ("noon", nil), ("", nil), ("7pmm", nil), ("7:00 PM EST", nil), ("19:00 Uhr", 19 * 60),
            ("19.30 Uhr", 19 * 60 + 30), ("19 Uhr", 19 * 60), ("19.30", nil), ("19.5 Uhr", nil), ("25 Uhr", nil),
            ("19:00 Uhrs", nil),
        ] as [(String, Int?)])
    func timesOfDay(_ text: String, _ minutes: Int?) {
        #expect(CellTime.milliseconds(text) == minutes.map { Int64($0) * 60_000 })
    }

    @Test func secondsAndTheirParts() {
        #expect(CellTime.milliseconds("00:00:01.5") == 1500)
        #expect(CellTime.milliseconds("00:00:01.123456") == 1123)
    }

    private func shown(_ text: String, _ order: DateOrder) -> String? {
        guard let date = CellDate(text), let day = date.day(order) else { return nil }
        let local = LocalDateTime(milliseconds: Int64(day.days) * 86_400_000 + (date.time ?? 0))
        return String(local.text.prefix(date.time == nil ? 10 : 16))
    }

    @Test(
        arguments: [
            ("2027-07-01", "2027-07-01"), ("2027/7/1 19:00", "2027-07-01T19:00"), ("2027.07.01", "2027-07-01"),
            ("July 1, 2027", "2027-07-01"), ("Jul 1, 2027 at 7:00 PM", "2027-07-01T19:00"),
            ("1 July 2027", "2027-07-01"),
            ("1-Jul-27", "2027-07-01"), ("Thu, 1 Jul 2027 19:00", "2027-07-01T19:00"), ("1st July 2027", "2027-07-01"),
            ("Thursday, July 1, 2027, 7pm", "2027-07-01T19:00"), ("Sept. 3 2027", "2027-09-03"),
            ("2027-07-01 7:00 PM", "2027-07-01T19:00"), ("Friday, July 1, 2027", nil), ("February 30, 2027", nil),
            ("July 2027", nil), ("2027-13-01", nil), ("1. Juli 2027 um 19 Uhr", "2027-07-01T19:00"),
            ("Do, 1. Juli 2027", "2027-07-01"), ("Fr, 1. Juli 2027", nil), ("1. März 2027", "2027-03-01"),
            ("1er août 2027 à 21h30", "2027-08-01T21:30"), ("mar. 6 juil. 2027", "2027-07-06"),
            ("mar 6, 2027", "2027-03-06"), ("6 mars 2027", "2027-03-06"), ("14 de julio de 2027", "2027-07-14"),
            ("miércoles, 14 de julio de 2027", "2027-07-14"), ("3 juinet 2027", nil), ("5 jui 2027", nil),
        ] as [(String, String?)])
    func datesThatNeedNoOrder(_ text: String, _ expected: String?) {
        for order in [DateOrder.dmy, .mdy, .ymd] { #expect(shown(text, order) == expected) }
    }

    @Test(
        arguments: [
            ("2027-07-01 19:00 UTC", 0), ("July 1, 2027 7:00 PM (GMT+2)", 120), ("1/7/2027 19:00 (UTC-03:30)", -210),
            ("2027-07-01 19:00 GMT+5:45", 345), ("2027-07-01 19:00", nil), ("2027-07-01", nil),
        ] as [(String, Int?)]) func aTimeMaySayItsOffset(_ text: String, _ minutes: Int?) throws
    {
        #expect(try #require(CellDate(text)).offset == minutes)
    }

    @Test(arguments: [
        "2027-07-01 19:00 EST", "2027-07-01 19:00 (GMT+2", "2027-07-01 UTC",
        "2027-07-01 19:00 GMT+5:7",
    ]) func anOffsetThatIsNoneIsNone(_ text: String) { #expect(CellDate(text) == nil) }

    @Test(
        arguments: [
            ("19:00–21:00", "19:00", "21:00"), ("7:00 PM - 9:00 PM", "7:00 PM", "9:00 PM"),
            ("July 1, 2027 7:00 PM → 9:00 PM", "July 1, 2027 7:00 PM", "9:00 PM"),
            ("2027-07-01 19:00-21:00", "2027-07-01 19:00", "21:00"), ("2027-07-01 19:00-10:00", nil, nil),
            ("2027-07-01T19:00+14:00", nil, nil), ("2027-07-01T19:00-14:30", nil, nil),
            ("2027-07-01 19:00-14:30", "2027-07-01 19:00", "14:30"), ("2027-07-01 19:00 UTC-14:30", nil, nil),
            ("1. Juli 2027 19:00 bis 21:30 Uhr", "1. Juli 2027 19:00", "21:30 Uhr"),
            ("2027-07-01T17:00:00Z → 2027-07-01T19:00:00Z", "2027-07-01T17:00:00Z", "2027-07-01T19:00:00Z"),
            ("2027-07-01", nil, nil), ("1-7-2027 19:00", nil, nil), ("7-9 PM", nil, nil), ("Jul 1-2, 2027", nil, nil),
            ("19:00 →", nil, nil), ("→", nil, nil), ("", nil, nil),
        ] as [(String, String?, String?)])
    func aCellMayHoldAStartAndAnEnd(_ text: String, _ start: String?, _ end: String?) {
        let parts = CellRange.parts(text)
        #expect(parts?.start == start && parts?.end == end)
    }

    @Test(
        arguments: [
            ("2h", 120), ("90 min", 90), ("1:30", 90), ("1:30:00", 90), ("2 hours", 120), ("1.5 h", 90),
            ("1,5 Stunden", 90),
            ("1 hr 30 mins", 90), ("1 Std. 30 Min.", 90), ("2 heures", 120), ("PT1H30M", 90), ("1 day", 1440),
            ("3 días", 4320),
            ("2 hours and 15 minutes", 135), ("120", nil), ("0:00", nil), ("", nil), ("long", nil), ("1:75", nil),
            ("30 min 1 h", nil),
            ("9999 days", nil), ("-2h", nil),
        ] as [(String, Int?)])
    func lengths(_ text: String, _ minutes: Int?) { #expect(CellLength.seconds(text) == minutes.map { $0 * 60 }) }

    @Test(
        arguments: [
            ("01/07/2027 19:00", "2027-07-01T19:00", "2027-01-07T19:00", nil),
            ("14.07.2027 19:00", "2027-07-14T19:00", nil, nil), ("7/14/27 7:00 PM", nil, "2027-07-14T19:00", nil),
            ("1. 7. 2027", "2027-07-01", "2027-01-07", nil), ("27-07-01", "2001-07-27", nil, "2027-07-01"),
            ("01-02-03", "2003-02-01", "2003-01-02", "2001-02-03"), ("29/02/2028", "2028-02-29", nil, nil),
            ("Thu 01/07/2027", "2027-07-01", "2027-01-07", nil), ("Fri 02/07/2027", "2027-07-02", nil, nil),
            ("31/31/2027", nil, nil, nil),
        ] as [(String, String?, String?, String?)])
    func datesOfThreeNumbers(_ text: String, _ dmy: String?, _ mdy: String?, _ ymd: String?) {
        #expect(shown(text, .dmy) == dmy)
        #expect(shown(text, .mdy) == mdy)
        #expect(shown(text, .ymd) == ymd)
    }

    @Test(arguments: [
        "", "1", "1/7", "1/7/2027/3", "01/07-2027", "001/07/2027", "01/07/202", "2027-07-01T", "2027-07-01 at",
        "Foo 1, 2027",
        "01/07/2027 19:00 EST", "46569.79", "ju 1, 2027", "1/7/2027x",
    ])
    func whatIsNoDate(_ text: String) { #expect(CellDate(text) == nil) }

    @Test(
        arguments: [
            ("46569", "2027-07-01", nil), ("46569.791666667", "2027-07-01", 19 * 60),
            ("46569,791666667", "2027-07-01", 19 * 60),
            ("46569.7917", "2027-07-01", 19 * 60), ("46569.5", "2027-07-01", 12 * 60),
            ("46569.75", "2027-07-01", 18 * 60),
            ("0.791666667", nil, 19 * 60), ("0.5", nil, 12 * 60), ("36526", "2000-01-01", nil),
        ] as [(String, String?, Int?)])
    func numbersOfSpreadsheets(_ text: String, _ day: String?, _ minutes: Int?) {
        guard case .date(let serial) = SerialDate.read(text) else {
            Issue.record("\(text) is no date")
            return
        }
        #expect(
            serial.day.map { String(LocalDateTime(milliseconds: Int64($0.days) * 86_400_000).text.prefix(10)) } == day)
        #expect(serial.time == minutes.map { Int64($0) * 60_000 })
    }

    /// `46569.79` is 18:57:36, and was 19:00 before it was cut: neither is taken.
    @Test func aNumberThatWasCutIsNoTime() {
        #expect(SerialDate.read("46569.79") == .cut(from: "18:51", to: "19:04"))
        #expect(SerialDate.read("46569.50") == .cut(from: "11:53", to: "12:07"))
        #expect(SerialDate.read("46569.8") == .cut(from: "18:00", to: "20:24"))
    }

    @Test(arguments: [
        "", "40", "1.000", "-46569", "46569.", "46569.1.2", "99999", "46569e1", "a", "0", "46569.9999999999",
    ])
    func numbersThatAreNoDates(_ text: String) { #expect(SerialDate.read(text) == .none) }

    /// Whatever is cut off a cell, nothing traps.
    @Test(arguments: [
        "Thursday, July 1st, 2027 at 7:00:00.5 p.m.", "01/07/2027 19h30", "1 234 567,89", "46569.791666667",
        "27-07-01 12am",
    ])
    func cellsMayEndAnywhere(_ text: String) {
        for end in text.indices {
            for part in [text[..<end], text[end...]] {
                _ = CellDate(String(part))
                _ = CellTime.milliseconds(String(part))
                _ = SerialDate.read(String(part))
                _ = CellNumber.read(String(part))
            }
        }
    }
}
