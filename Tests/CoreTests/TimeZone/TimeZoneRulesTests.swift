import Core
import Foundation
import Testing

@Suite struct TimeZoneRulesTests {
    @Test(arguments: [
        ("America/New_York", "1880-01-01T00:00Z", -17_762, "LMT", false),
        ("America/New_York", "1900-01-01T00:00Z", -18_000, "EST", false),
        ("America/New_York", "1943-07-01T00:00Z", -14_400, "EWT", true),
        ("America/New_York", "2024-03-10T06:59:59.999Z", -18_000, "EST", false),
        ("America/New_York", "2024-03-10T07:00Z", -14_400, "EDT", true),
        ("America/New_York", "2024-11-03T05:59:59Z", -14_400, "EDT", true),
        ("America/New_York", "2024-11-03T06:00Z", -18_000, "EST", false),
        ("America/New_York", "2099-03-08T06:59:59Z", -18_000, "EST", false),
        ("America/New_York", "2099-03-08T07:00Z", -14_400, "EDT", true),
        ("America/New_York", "9999-07-01T00:00Z", -14_400, "EDT", true),
        ("Europe/London", "1941-07-01T00:00Z", 7200, "BDST", true),
        ("Europe/London", "1970-01-01T00:00Z", 3600, "BST", false),
        ("Europe/London", "2024-07-01T00:00Z", 3600, "BST", true),
        ("Europe/London", "2100-01-01T00:00Z", 0, "GMT", false),
        ("Australia/Lord_Howe", "2024-01-01T00:00Z", 39_600, "+11", true),
        ("Australia/Lord_Howe", "2024-07-01T00:00Z", 37_800, "+1030", false),
        ("Australia/Lord_Howe", "2080-01-01T00:00Z", 39_600, "+11", true),
        ("Asia/Kathmandu", "1985-12-31T18:29:59Z", 19_800, "+0530", false),
        ("Asia/Kathmandu", "1985-12-31T18:30:00Z", 20_700, "+0545", false),
        ("Europe/Dublin", "2024-01-01T00:00Z", 0, "GMT", true),
        ("Europe/Dublin", "2024-07-01T00:00Z", 3600, "IST", false),
        ("Europe/Dublin", "2070-01-01T00:00Z", 0, "GMT", true),
        ("Europe/Dublin", "2070-07-01T00:00Z", 3600, "IST", false),
        ("Africa/Casablanca", "2024-03-20T00:00Z", 0, "+00", true),
        ("Africa/Casablanca", "2024-06-01T00:00Z", 3600, "+01", false),
        ("Africa/Casablanca", "2100-01-01T00:00Z", 3600, "+01", false),
        ("Pacific/Apia", "2011-12-30T09:59:59Z", -36_000, "-10", true),
        ("Pacific/Apia", "2011-12-30T10:00:00Z", 50_400, "+14", true),
        ("Pacific/Apia", "2050-01-01T00:00Z", 46_800, "+13", false),
        ("America/Nuuk", "2050-01-01T00:00Z", -7200, "-02", false),
        ("America/Nuuk", "2050-07-01T00:00Z", -3600, "-01", true),
        ("UTC", "1900-01-01T00:00Z", 0, "UTC", false), ("UTC", "2100-01-01T00:00Z", 0, "UTC", false),
        ("Etc/GMT+12", "2100-01-01T00:00Z", -43_200, "-12", false),
    ])
    func theOffsetIsKnown(_ zone: String, _ time: String, _ seconds: Int, _ abbreviation: String, _ isDST: Bool) throws
    {
        let offset = try ZoneFiles.rules(zone).offset(at: instant(time))
        #expect(offset.secondsEast == seconds)
        #expect(offset.abbreviation == abbreviation)
        #expect(offset.isDST == isDST)
    }

    @Test func theClockShowsLocalTime() throws {
        #expect(
            try ZoneFiles.rules("Asia/Kathmandu").local(at: instant("2024-01-01T00:00Z")).text
                == "2024-01-01T05:45:00.000")
    }

    @Test(arguments: [
        ("America/New_York", "2024-03-10T02:00", "2024-03-10T07:00Z", "2024-03-10T06:00Z"),
        ("America/New_York", "2024-03-10T02:30", "2024-03-10T07:30Z", "2024-03-10T06:30Z"),
        ("America/New_York", "2024-03-10T02:59:59.999", "2024-03-10T07:59:59.999Z", "2024-03-10T06:59:59.999Z"),
        ("America/New_York", "2099-03-08T02:30", "2099-03-08T07:30Z", "2099-03-08T06:30Z"),
        ("Europe/London", "2024-03-31T01:30", "2024-03-31T01:30Z", "2024-03-31T00:30Z"),
        ("Europe/Dublin", "2024-03-31T01:30", "2024-03-31T01:30Z", "2024-03-31T00:30Z"),
        ("Europe/Dublin", "2090-03-26T01:30", "2090-03-26T01:30Z", "2090-03-26T00:30Z"),
        ("Australia/Lord_Howe", "2024-10-06T02:15", "2024-10-05T15:45Z", "2024-10-05T15:15Z"),
        ("Asia/Kathmandu", "1986-01-01T00:10", "1985-12-31T18:40Z", "1985-12-31T18:25Z"),
        ("Africa/Casablanca", "2024-04-14T02:30", "2024-04-14T02:30Z", "2024-04-14T01:30Z"),
        ("Pacific/Apia", "2011-12-30T00:00", "2011-12-30T10:00Z", "2011-12-29T10:00Z"),
        ("Pacific/Apia", "2011-12-30T23:59:59", "2011-12-31T09:59:59Z", "2011-12-30T09:59:59Z"),
        ("Pacific/Kwajalein", "1993-08-21T12:00", "1993-08-22T00:00Z", "1993-08-21T00:00Z"),
    ])
    func aTimeThatTheClockJumpedOverHasTwoReadings(
        _ zone: String, _ time: String, _ before: String, _ after: String
    ) throws {
        let resolution = try ZoneFiles.rules(zone).resolve(local(time))
        #expect(resolution == .gap(before: instant(before), after: instant(after)))
    }

    @Test(arguments: [
        ("America/New_York", "2024-11-03T01:00", "2024-11-03T05:00Z", "2024-11-03T06:00Z"),
        ("America/New_York", "2024-11-03T01:59:59.999", "2024-11-03T05:59:59.999Z", "2024-11-03T06:59:59.999Z"),
        ("America/New_York", "2099-11-01T01:30", "2099-11-01T05:30Z", "2099-11-01T06:30Z"),
        ("Europe/London", "2024-10-27T01:30", "2024-10-27T00:30Z", "2024-10-27T01:30Z"),
        ("Europe/Dublin", "2024-10-27T01:30", "2024-10-27T00:30Z", "2024-10-27T01:30Z"),
        ("Australia/Lord_Howe", "2024-04-07T01:45", "2024-04-06T14:45Z", "2024-04-06T15:15Z"),
        ("Africa/Casablanca", "2024-03-10T02:30", "2024-03-10T01:30Z", "2024-03-10T02:30Z"),
        ("Asia/Kathmandu", "1919-12-31T23:50", "1919-12-31T18:08:44Z", "1919-12-31T18:20Z"),
        ("America/Juneau", "1867-10-18T20:00", "1867-10-18T04:57:41Z", "1867-10-19T04:57:41Z"),
    ])
    func aTimeThatTheClockShowedTwiceHasTwoInstants(
        _ zone: String, _ time: String, _ earlier: String, _ later: String
    ) throws {
        let resolution = try ZoneFiles.rules(zone).resolve(local(time))
        #expect(resolution == .overlap(earlier: instant(earlier), later: instant(later)))
    }

    @Test(arguments: [
        ("America/New_York", "2024-03-10T01:59:59.999", "2024-03-10T06:59:59.999Z"),
        ("America/New_York", "2024-03-10T03:00", "2024-03-10T07:00Z"),
        ("America/New_York", "2024-11-03T00:59:59.999", "2024-11-03T04:59:59.999Z"),
        ("America/New_York", "2024-11-03T02:00", "2024-11-03T07:00Z"),
        ("America/New_York", "1900-01-01T00:00", "1900-01-01T05:00Z"),
        ("Asia/Kathmandu", "1986-01-01T00:15", "1985-12-31T18:30Z"),
        ("Pacific/Apia", "2011-12-29T23:59:59", "2011-12-30T09:59:59Z"),
        ("Pacific/Apia", "2011-12-31T00:00", "2011-12-30T10:00Z"), ("UTC", "2100-02-28T12:00", "2100-02-28T12:00Z"),
    ])
    func anyOtherTimeHasOneInstant(_ zone: String, _ time: String, _ expected: String) throws {
        #expect(try ZoneFiles.rules(zone).resolve(local(time)) == .unique(instant(expected)))
    }

    /// For every zone there is: what the clock shows at an instant leads back to that instant.
    @Test func whatTheClockShowsLeadsBack() throws {
        #expect(ZoneFiles.names.count > 400)
        var random = SeededGenerator(seed: 11)
        for name in ZoneFiles.names {
            let rules = try ZoneFiles.rules(name)
            for _ in 0..<60 {
                let time = Timestamp(milliseconds: .random(in: -3_000_000_000_000...5_000_000_000_000, using: &random))
                Self.expectRoundTrip(time, rules, name)
            }
        }
    }

    /// The same within a day of the changes of some zones, where it is hard.
    @Test(arguments: ["America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"])
    func whatTheClockShowsNearAChangeLeadsBack(_ name: String) throws {
        let rules = try ZoneFiles.rules(name)
        var hour: Int64 = -2_208_988_800
        while hour < 4_133_980_800 {
            let here = rules.offset(at: Timestamp(milliseconds: hour * 1000))
            if here != rules.offset(at: Timestamp(milliseconds: (hour + 86_400) * 1000)) {
                for minute in stride(from: Int64(-900), to: 2400, by: 29) {
                    Self.expectRoundTrip(Timestamp(milliseconds: (hour + minute * 60) * 1000 + 1), rules, name)
                }
            }
            hour += 86_400
        }
    }

    private static func expectRoundTrip(_ time: Timestamp, _ rules: TimeZoneRules, _ name: String) {
        let shown = rules.local(at: time)
        switch rules.resolve(shown) {
        case .unique(time), .overlap(time, _), .overlap(_, time): break
        case let other: Issue.record("\(name) at \(time): \(shown) gives \(other)")
        }
    }

    @Test func timesAtTheEndOfTimeDoNotTrap() throws {
        for name in ["America/New_York", "Pacific/Apia", "UTC", "Europe/Dublin"] {
            let rules = try ZoneFiles.rules(name)
            for milliseconds in [Int64.min, .min + 1, .max - 1, .max] {
                _ = rules.offset(at: Timestamp(milliseconds: milliseconds))
                _ = rules.resolve(LocalDateTime(milliseconds: milliseconds))
            }
        }
    }

    /// A second opinion on every month of two centuries.
    @Test(arguments: [
        "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "Europe/Paris",
        "America/Sao_Paulo", "Asia/Tokyo", "Pacific/Auckland",
    ])
    func foundationAgrees(_ name: String) throws {
        let rules = try ZoneFiles.rules(name)
        let zone = try #require(TimeZone(identifier: name))
        for year in 1900...2100 {
            for month in 1...12 {
                let noon = try #require(LocalDateTime(year: year, month: month, day: 15, hour: 12))
                let time = noon.timestamp(secondsEast: 0)
                let date = Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
                #expect(rules.offset(at: time).secondsEast == zone.secondsFromGMT(for: date), "\(name) \(time)")
            }
        }
    }
}

/// Rules that are worked out elsewhere.
@Suite struct GivenTimeZoneRulesTests {
    private func at(_ text: String) -> Timestamp { instant(text) }

    @Test func changesAreTakenInAnyOrder() throws {
        let rules = TimeZoneRules(
            first: 3600,
            changes: [(at("2027-10-31T01:00Z"), 3600), (at("2027-03-28T01:00Z"), 0), (at("2027-03-28T01:00Z"), 7200)])
        let offsets = ["2027-01-01T00:00Z", "2027-07-01T00:00Z", "2027-12-01T00:00Z"].map {
            rules.offset(at: at($0)).secondsEast
        }
        #expect(offsets == [3600, 7200, 3600])
        #expect(
            rules.resolve(try #require(LocalDateTime("2027-03-28T02:30")))
                == .gap(before: at("2027-03-28T01:30Z"), after: at("2027-03-28T00:30Z")))
        #expect(TimeZoneRules(first: 0, changes: []).offset(at: at("2027-01-01T00:00Z")).secondsEast == 0)
    }
}
