import Core
import TestKit
import Testing

@testable import GatewayAPI

@Suite struct EventInputTests {
    private static let minimal = "\"name\":\"Tea\",\"start_at\":\"2025-05-01T18:00:00Z\",\"timezone\":\"Europe/Berlin\""

    private func parse(
        _ text: String, _ mode: EventInput.Mode = .create, fallback: String? = nil
    ) throws -> EventInput.Outcome {
        let known = fallback.flatMap { KnownEvent(["timezone": .string($0)]) }
        return EventInput.parse(
            try JSON.parse(text), mode: mode, EventInput.Setting(zones: SystemZones.database, known: known))
    }

    private func create(with members: String) throws -> EventInput.Outcome {
        try parse("{\(Self.minimal),\(members)}")
    }

    private func accepted(_ outcome: EventInput.Outcome) throws -> EventInput.Accepted {
        guard case .accepted(let accepted) = outcome else {
            Issue.record("not accepted: \(outcome)")
            throw CancellationError()
        }
        return accepted
    }

    private func problems(_ outcome: EventInput.Outcome) -> [FieldProblem] {
        if case .invalid(let problems) = outcome { problems } else { [] }
    }

    @Test func theLeastThatMakesAnEvent() throws {
        let event = try accepted(parse("{\(Self.minimal)}"))
        #expect(
            event.body
                == JSONObject([
                    ("name", "Tea"), ("start_at", "2025-05-01T18:00:00.000Z"), ("timezone", "Europe/Berlin"),
                ]))
        #expect(event.approval == nil)
        #expect(event.outcome.start == Timestamp(rfc3339: "2025-05-01T18:00:00Z"))
        #expect(event.outcome.end == nil)
    }

    @Test func everyFieldOfLumaIsTakenInTheOrderGiven() throws {
        let text = """
            {"timezone":"Asia/Tokyo","max_capacity":1e2,"end_at":"2025-05-01T20:00","name":"Tea","require_rsvp_approval":true,
             "start_at":"2025-05-01T18:00","description_md":"# Hi","cover_url":"https://images.lumacdn.com/a.png",
             "slug":"tea-2025","visibility":"members-only","meeting_url":"HTTPS://meet.example/x?y=1",
             "geo_address_json":{"type":"google","place_id":"p","description":null},
             "coordinate":{"longitude":13.4,"latitude":52.5},"location_visibility":"guests-only",
             "can_register_for_multiple_tickets":false,"registration_open":true,"waitlist_status":"enabled",
             "name_requirement":"full-name","phone_number_requirement":null,"reminders_disabled":true,
             "registration_questions":[{"id":"q","label":"L","required":true,"question_type":"dropdown","options":["a"]}],
             "feedback_email":{"enabled":true,"delay":"PT1H"},"show_guest_list":false,"tint_color":"#bb2dc7",
             "theme":"matrix","font":"museo","ticket_types":[{"name":"N","type":"free","require_approval":true}]}
            """
        let event = try accepted(parse(text))
        var expected = try #require(try JSON.parse(text).objectValue)
        expected["require_rsvp_approval"] = nil
        expected["start_at"] = "2025-05-01T09:00:00.000Z"
        expected["end_at"] = "2025-05-01T11:00:00.000Z"
        #expect(event.body == expected)
        #expect(event.approval == true)
    }

    @Test func allProblemsAtOnce() throws {
        let outcome = try parse(
            """
            {"name":"","timezone":"Europe/Berln","end_at":"tomorrow","meeting_url":"ftp://x","visibilty":"public",
             "require_rsvp_approval":"yes","max_capacity":"9","geo_address_json":{"type":"manual","adress":"x"}}
            """)
        #expect(
            problems(outcome).map { "\($0.field) \($0.problem)" } == [
                "name must be 1 to 200 characters long; it has 0",
                "timezone must be an IANA time zone, such as Europe/Berlin; did you mean Europe/Berlin?",
                "end_at must be \(EventTime.expectation)",
                "meeting_url must be an http or https URL, such as https://meet.example/room",
                "visibilty is not known; did you mean visibility?",
                "require_rsvp_approval must be true or false",
                "max_capacity must be an integer",
                "geo_address_json.address is required",
                "geo_address_json.adress is not known; did you mean address?",
                "start_at is required",
            ])
        #expect(outcome.error?.status == 422)
    }

    @Test(arguments: ["[]", "null", "1", "\"x\"", "true"]) func onlyAnObjectIsAnEvent(text: String) throws {
        for mode in [EventInput.Mode.create, .update] {
            #expect(problems(try parse(text, mode)) == [FieldProblem("", "the body must be a JSON object")])
        }
    }

    @Test func problemsAreBounded() throws {
        let members = (0..<5000).map { "\"unknown\($0)\":1" }.joined(separator: ",")
        #expect(problems(try parse("{\(members)}")).count == EventInput.maxProblems)
        let long = problems(try create(with: "\"\(String(repeating: "x", count: 5000))\":1"))
        #expect(long[0].field.count == 101)
    }

    /// The folder of the zones holds files that are no zones; that is nobody's damage.
    @Test(arguments: ["leapseconds", "zone.tab", "tzdata.zi", "Europe"]) func aFileThatIsNoZone(name: String) throws {
        let outcome = try parse("{\"name\":\"Tea\",\"start_at\":\"2025-05-01T18:00:00Z\",\"timezone\":\"\(name)\"}")
        #expect(problems(outcome).map(\.field) == ["timezone"])
        #expect(problems(outcome).first?.problem.hasPrefix("must be an IANA time zone") == true)
    }

    // MARK: Name and URL

    @Test(arguments: [
        (1, true), (200, true), (201, false), (0, false),
    ])
    func theNameCountsWhatAReaderSees(count: Int, fits: Bool) throws {
        // A family, a flag, and a letter with two accents: one character each, many scalars.
        for character in ["a", "👩‍👩‍👧‍👦", "🇩🇪", "e\u{301}\u{323}", "\u{1F469}\u{1F3FD}"] {
            // Flags in a row pair up as they should.
            let name = String(repeating: character, count: count)
            let event = try parse(
                "{\"name\":\"\(name)\",\"start_at\":\"2025-05-01T18:00:00Z\",\"timezone\":\"Europe/Berlin\"}")
            #expect(problems(event).isEmpty == fits, "\(character)")
        }
    }

    private static let marked = String(repeating: "a" + String(repeating: "\u{301}", count: 20), count: 100)

    private static let control = "must not contain control characters, such as a line break"
    // One of them is one character to Swift, a row of marks that is parted when it is read.
    @Test(arguments: [
        (" ", "must not be blank"), ("\\t\u{3000}", "must not be blank"), ("\u{3000}\u{a0}", "must not be blank"),
        ("a\\tb", control), ("a\\u0000b", control), ("a\\nb", control),
        (marked, "must be at most 2000 code points long; it has 2100"),
        ("a" + String(repeating: "\u{301}", count: 2000), "must be at most 2000 code points long; it has 2067"),
        (String(repeating: "é", count: 2001), "must be at most 2000 code points long; it has 2001"),
    ])
    func aNameThatCannotBeShown(name: String, problem: String) throws {
        let event = try parse(
            "{\"name\":\"\(name)\",\"start_at\":\"2025-05-01T18:00:00Z\",\"timezone\":\"Europe/Berlin\"}")
        #expect(problems(event).map(\.problem) == [problem])
    }

    @Test(arguments: [
        ("https://meet.example", true), ("http://localhost:80/x#y", true), ("HTTPS://É.example/ü", true),
        ("https://[::1]/", true), ("https://x/" + String(repeating: "a", count: 1990), true),
        ("https://x/" + String(repeating: "a", count: 1991), false), ("", false), ("meet.example", false),
        ("https://", false), ("https:///x", false), ("https:/x", false), ("https://:80", false), ("ftp://x", false),
        ("javascript:alert(1)", false), ("https://a b", false), ("https://a\\u0000", false), ("https://a\\n", false),
        ("https://user@evil.example", false), (" https://x", false), ("//x", false), ("https://a\\\\@b", false),
        ("https://x:99999", false), ("https://x:abc/", false), ("https://x:+80", false), ("https://[", false),
        ("https://[::1", false), ("https://[::1]x", false), ("https://[::1]:443/", true), ("https://.", false),
        ("https://a..b", false), ("https://300.1.1.1", false), ("https://a_b.example.:8443?x", true),
        ("https://x:/", true),
    ])
    func meetingURLs(url: String, fits: Bool) throws {
        #expect(problems(try create(with: "\"meeting_url\":\"\(url)\"")).isEmpty == fits)
    }

    // MARK: Time

    @Test(arguments: [
        ("2025-05-01T18:00:00Z", "2025-05-01T18:00:00.000Z"), ("2025-05-01T18:00Z", "2025-05-01T18:00:00.000Z"),
        ("2025-05-01T18:00:00.5+02:00", "2025-05-01T16:00:00.500Z"), ("2025-05-01T18:00", "2025-05-01T16:00:00.000Z"),
        ("2025-05-01T18:00:30.1239", "2025-05-01T16:00:30.123Z"), ("2025-12-01T18:00:00", "2025-12-01T17:00:00.000Z"),
        ("2024-02-29T00:00", "2024-02-28T23:00:00.000Z"), ("2025-03-30T01:59:59", "2025-03-30T00:59:59.000Z"),
        ("2025-03-30T03:00", "2025-03-30T01:00:00.000Z"), ("2025-10-26T02:30+01:00", "2025-10-26T01:30:00.000Z"),
        ("2025-10-26T02:30+02:00", "2025-10-26T00:30:00.000Z"),
    ])
    func times(text: String, instant: String) throws {
        let event = try accepted(
            parse("{\"name\":\"Tea\",\"start_at\":\"\(text)\",\"timezone\":\"Europe/Berlin\"}"))
        #expect(event.body["start_at"] == .string(instant))
    }

    @Test(arguments: [
        "tomorrow", "", "2025-05-01", "2025-05-01  18:00", "2025-02-29T18:00Z", "2025-13-01T18:00Z",
        "2025-05-01T24:00Z",
        "2025-05-01T18:60Z", "2025-05-01T18:00:60Z", "2025-05-01T18:00+2:00", "2025-05-01T18:00[Europe/Berlin]",
        "1714586400", "2025-05-01T18:00 Z", "２025-05-01T18:00Z",
    ])
    func badTimes(text: String) throws {
        let outcome = try parse("{\"name\":\"Tea\",\"start_at\":\"\(text)\",\"timezone\":\"Europe/Berlin\"}")
        #expect(problems(outcome).map(\.field) == ["start_at"])
    }

    @Test(arguments: [
        (
            "Europe/Berlin", "2025-03-30T02:30", "does not exist in Europe/Berlin",
            ["2025-03-30T01:30:00.000+01:00", "2025-03-30T03:30:00.000+02:00"]
        ),
        (
            "Europe/Berlin", "2025-10-26T02:30", "exists twice in Europe/Berlin",
            ["2025-10-26T02:30:00.000+02:00", "2025-10-26T02:30:00.000+01:00"]
        ),
        (
            "America/New_York", "2025-11-02T01:00:00", "exists twice in America/New_York",
            ["2025-11-02T01:00:00.000-04:00", "2025-11-02T01:00:00.000-05:00"]
        ),
        (
            "Australia/Lord_Howe", "2025-10-05T02:15", "does not exist in Australia/Lord_Howe",
            ["2025-10-05T01:45:00.000+10:30", "2025-10-05T02:45:00.000+11:00"]
        ),
        (
            "Pacific/Apia", "2011-12-30T12:00", "does not exist in Pacific/Apia",
            ["2011-12-29T12:00:00.000-10:00", "2011-12-31T12:00:00.000+14:00"]
        ),
    ])
    func aTimeThatIsNotOneInstantNamesBoth(zone: String, local: String, words: String, candidates: [String]) throws {
        let outcome = try parse("{\"name\":\"Tea\",\"start_at\":\"\(local)\",\"timezone\":\"\(zone)\"}")
        let problem = try #require(problems(outcome).first)
        #expect(problem.field == "start_at")
        #expect(problem.problem.hasPrefix(words))
        #expect(problem.problem.contains("\(candidates[0]) "))
        #expect(problem.problem.hasSuffix(candidates[1]))
        #expect(problem.candidates == candidates)
        #expect(problem.json["candidates"] == .array(candidates.map(JSON.string)))
        // Each candidate is accepted as it stands.
        for candidate in candidates {
            #expect(
                try problems(parse("{\"name\":\"Tea\",\"start_at\":\"\(candidate)\",\"timezone\":\"\(zone)\"}")).isEmpty
            )
        }
    }

    @Test(arguments: [
        ("2025-05-01T18:00:00.001Z", true), ("2025-05-01T18:00:00Z", false), ("2025-05-01T19:59:00+02:00", false),
        ("2025-05-01T20:01", true), ("2025-05-01T20:00", false), ("2024-01-01T00:00Z", false),
    ])
    func theEndIsAfterTheStart(end: String, fits: Bool) throws {
        let outcome = try create(with: "\"end_at\":\"\(end)\"")
        #expect(problems(outcome).map(\.field) == (fits ? [] : ["end_at"]))
    }

    /// What hangs on a zone that is wrong is no problem of its own.
    @Test(arguments: ["Mars/Base", "", "europe/berlin/", "../etc/passwd", "+02:00", "CEST"])
    func zonesThatDoNotExist(zone: String) throws {
        let outcome = try parse("{\"name\":\"Tea\",\"start_at\":\"2025-05-01T18:00\",\"timezone\":\"\(zone)\"}")
        #expect(problems(outcome).map(\.field) == ["timezone"])
        let bad = try parse("{\"name\":\"Tea\",\"start_at\":\"2025-02-30T18:00\",\"timezone\":\"\(zone)\"}")
        #expect(problems(bad).map(\.field) == ["start_at", "timezone"])
    }

    @Test(arguments: [
        ("2027-02-30T19:00", "February 2027 has 28 days"), ("2028-02-30T19:00Z", "February 2028 has 29 days"),
        ("2027-04-31T19:00", "April 2027 has 30 days"), ("2027-04-00T19:00", "April 2027 has 30 days"),
        ("2027-13-01T19:00", "there is no month 13"), ("2027-07-01T25:00", "there is no hour 25; a day ends at 23:59"),
        ("2027-07-01T24:00Z", "there is no hour 24; a day ends at 23:59"),
        ("2027-07-01 19:60", "there is no minute 60"), ("2027-07-01T19:00:60", "there is no second 60"),
        ("2027-07-01", "has no time of day"),
        ("2027-07-01T19:00 Z", "what follows the time is neither Z nor an offset such as +02:00"),
        ("2027-07-01T19:00+2", "what follows the time is neither Z nor an offset such as +02:00"),
        ("9999-12-31T23:59:59-23:59", "in UTC it lies outside the years 0000 to 9999"),
        ("0000-01-01T00:00+01:00", "in UTC it lies outside the years 0000 to 9999"),
    ])
    func thePartThatIsWrongIsSaid(text: String, cause: String) throws {
        let outcome = try parse("{\"name\":\"Tea\",\"start_at\":\"\(text)\",\"timezone\":\"Europe/Berlin\"}")
        #expect(problems(outcome).map(\.problem) == ["must be \(EventTime.expectation); \(cause)"])
        #expect(problems(outcome).first?.json["values"]?["cause"] == .string(cause))
    }

    @Test(arguments: ["7pm", "tomorrow", "01/07/2027 19:00", "2027-7-1T19:00"])
    func whatIsNoTimeAtAllIsSaidToBeNone(text: String) throws {
        let outcome = try parse("{\"name\":\"Tea\",\"start_at\":\"\(text)\",\"timezone\":\"Europe/Berlin\"}")
        #expect(problems(outcome).map(\.problem) == ["must be \(EventTime.expectation)"])
    }

    @Test func blanksThatNobodyMeansAreTaken() throws {
        let event = try accepted(
            parse(
                "{\"name\":\"  Edit me \",\"start_at\":\" 2025-05-01 18:00\",\"timezone\":\"  Europe/Berlin \"}"))
        #expect(
            event.body == ["name": "Edit me", "start_at": "2025-05-01T16:00:00.000Z", "timezone": "Europe/Berlin"])
    }

    // MARK: Place

    @Test(arguments: [
        ("\"Alexanderplatz 1\"", #"{"type":"manual","address":"Alexanderplatz 1"}"#),
        (#"{"address":"Alexanderplatz 1"}"#, #"{"type":"manual","address":"Alexanderplatz 1"}"#),
        (#""{\"type\":\"google\",\"place_id\":\"p\"}""#, #"{"type":"google","place_id":"p"}"#),
        (
            #"{"address":"A","city":null,"full_address":"A 1, Berlin","google_maps_place_id":null}"#,
            #"{"type":"manual","address":"A 1, Berlin"}"#
        ),
        (
            #"{"address":"A","full_address":"A 1","google_maps_place_id":"p","description":"2nd floor"}"#,
            #"{"type":"google","place_id":"p","description":"2nd floor"}"#
        ),
    ])
    func aPlaceHoweverItIsWritten(place: String, sent: String) throws {
        let event = try accepted(create(with: "\"geo_address_json\":\(place)"))
        #expect(event.body["geo_address_json"] == (try JSON.parse(sent)))
    }

    @Test(arguments: [
        ("5", "geo_address_json must be an object"), ("\"\"", "geo_address_json must be an object"),
        ("{}", "geo_address_json.type is required"), (#"{"addres":"x"}"#, "geo_address_json.type is required"),
    ])
    func whatIsNoPlace(place: String, problem: String) throws {
        let found = problems(try create(with: "\"geo_address_json\":\(place)"))
        #expect(found.first.map { "\($0.field) \($0.problem)" } == problem)
    }

    // MARK: Null and absent

    @Test func nullOnlyWhereLumaClears() throws {
        let cleared = try accepted(parse("{\"max_capacity\":null,\"phone_number_requirement\":null}", .update))
        #expect(cleared.body == JSONObject([("max_capacity", .null), ("phone_number_requirement", .null)]))
        for name in ["name", "start_at", "end_at", "timezone", "slug", "theme"] {
            #expect(problems(try parse("{\"\(name)\":null}", .update)) == [FieldProblem(name, .cannotBeCleared)])
        }
        // What is null already is not cleared by saying so.
        for name in ["meeting_url", "geo_address_json", "coordinate"] {
            let change = JSON.object(JSONObject([(name, .null)]))
            func outcome(_ value: JSON?) -> EventInput.Outcome {
                let known = value.flatMap { KnownEvent(.object(JSONObject([("timezone", "UTC"), (name, $0)]))) }
                return EventInput.parse(
                    change, mode: .update, EventInput.Setting(zones: SystemZones.database, known: known))
            }
            #expect(outcome(nil) == .needsEvent)
            #expect(problems(outcome("x")) == [FieldProblem(name, .cannotBeCleared)])
            guard case .unchanged = outcome(.null) else {
                Issue.record("\(name)")
                continue
            }
        }
        #expect(problems(try parse("{\"require_rsvp_approval\":null}", .update)).count == 1)
        #expect(
            problems(try create(with: "\"end_at\":null")) == [FieldProblem("end_at", .notNull)])
        #expect(
            problems(try parse("{\"name\":null,\"start_at\":\"2025-05-01T18:00:00Z\",\"timezone\":\"Europe/Berlin\"}"))
                == [FieldProblem("name", .requiredNotNull)])
    }

    // MARK: Update

    @Test func anUpdateSendsOnlyWhatItNames() throws {
        let event = try accepted(parse("{\"slug\":\"new-slug\",\"suppress_notifications\":true}", .update))
        #expect(event.body == JSONObject([("slug", "new-slug"), ("suppress_notifications", true)]))
    }

    @Test(arguments: ["{}", "{\"suppress_notifications\":true}", "{\"suppress_email\":false}"])
    func anUpdateThatChangesNothing(text: String) throws {
        let outcome = try parse(text, .update)
        #expect(outcome == .emptyUpdate)
        #expect(outcome.error?.status == 400)
        #expect(outcome.error?.reason == .emptyUpdate)
    }

    @Test func approvalAloneIsAChange() throws {
        let event = try accepted(parse("{\"require_rsvp_approval\":false}", .update))
        #expect(event.body.members.isEmpty)
        #expect(event.approval == false)
    }

    @Test func aLocalTimeInAnUpdateNeedsTheZoneOfTheEvent() throws {
        let text = "{\"start_at\":\"2025-05-01T18:00\"}"
        #expect(try parse(text, .update) == .needsEvent)
        #expect(try parse(text, .update).error == nil)
        let event = try accepted(parse(text, .update, fallback: "Asia/Tokyo"))
        #expect(event.body == JSONObject([("start_at", "2025-05-01T09:00:00.000Z")]))
        // A zone of its own comes first, an offset needs none, other problems come first.
        let own = "{\"start_at\":\"2025-05-01T18:00\",\"timezone\":\"Europe/Berlin\"}"
        #expect(
            try accepted(parse(own, .update, fallback: "Asia/Tokyo")).outcome.start
                == Timestamp(rfc3339: "2025-05-01T16:00Z"))
        // Its end hangs on the length that the event has.
        #expect(try parse("{\"start_at\":\"2025-05-01T18:00Z\"}", .update) == .needsEvent)
        #expect(try parse("{\"timezone\":\"UTC\"}", .update) == .needsEvent)
        #expect(problems(try parse("{\"start_at\":\"2025-05-01T18:00\",\"x\":1}", .update)).count == 1)
        let strange = problems(try parse(text, .update, fallback: "Mars/Base"))
        #expect(strange.map(\.field) == ["start_at"])
    }

    @Test func bothTimesOfAnUpdateAreCompared() throws {
        let text = "{\"start_at\":\"2025-05-01T18:00\",\"end_at\":\"2025-05-01T16:30Z\"}"
        #expect(try problems(parse(text, .update, fallback: "UTC")).map(\.field) == ["end_at"])
        #expect(try problems(parse(text, .update, fallback: "Europe/Berlin")).isEmpty)
        #expect(try problems(parse("{\"end_at\":\"1999-01-01T00:00Z\"}", .update)).isEmpty)
    }

    @Test(arguments: [
        ("{\"event_id\":\"evt-1\",\"name\":\"x\"}", EventInput.Mode.update, "belongs in the path, not in the body"),
        ("{\"ticket_types\":[]}", .update, "can only be given when an event is created"),
        ("{\(minimal),\"suppress_email\":true}", .create, "can only be given when an event is changed"),
        (
            "{\(minimal),\"description\":\"x\"}", .create,
            "is set by Luma and cannot be changed; description_md sets it"
        ),
        (
            "{\(minimal),\"require_approval\":true}", .create,
            "is set by Luma and cannot be changed; require_rsvp_approval sets it"
        ),
        ("{\(minimal),\"id\":\"x\"}", .create, "is set by Luma and cannot be changed"),
        ("{\(minimal),\"descripton_md\":\"x\"}", .create, "is not known; did you mean description_md?"),
    ])
    func membersThatDoNotBelong(text: String, mode: EventInput.Mode, problem: String) throws {
        #expect(problems(try parse(text, mode)).map(\.problem) == [problem])
    }
}
