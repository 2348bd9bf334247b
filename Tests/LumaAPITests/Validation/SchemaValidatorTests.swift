import Core
import LumaAPI
import Testing

struct SchemaValidatorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let schema: Schema
        let text: String
        let kinds: [SchemaProblem.Kind]
        init(_ schema: Schema, _ text: String, _ kinds: SchemaProblem.Kind...) {
            self.schema = schema
            self.text = text
            self.kinds = kinds
        }
        var testDescription: String { "\(text.prefix(40)) as \(schema)" }
    }

    @Test(arguments: [
        Case(.any, "null"), Case(.any, "[1]"),
        Case(.boolean, "true"), Case(.boolean, "\"true\"", .wrongType(expected: "boolean")),
        Case(.integer(), "10"), Case(.integer(), "10.0"), Case(.integer(), "1e3"), Case(.integer(), "-0"),
        Case(.integer(), "1.5", .wrongType(expected: "integer")),
        Case(.integer(), "1e400", .wrongType(expected: "integer")),
        Case(.integer(), "1e-400", .wrongType(expected: "integer")),
        Case(.integer(), "99999999999999999999999", .wrongType(expected: "integer")),
        Case(.integer(0...5), "6", .outOfRange("0 to 5")), Case(.integer(0...5), "5"),
        Case(.number(), "1.5"), Case(.number(), "\"1\"", .wrongType(expected: "number")),
        Case(.number(), "1e999", .wrongType(expected: "number")),
        Case(.number(0...100), "100.5", .outOfRange("0.0 to 100.0")),
        Case(.string(), "\"\""), Case(.string(), "1", .wrongType(expected: "string")),
        Case(.string(length: 3...5), "\"ab\"", .badLength(3...5)), Case(.string(length: 3...5), "\"äöü🎉x\""),
        Case(.string(length: 3...5), "\"abcdef\"", .badLength(3...5)),
        Case(.dateTime, "\"2026-05-01T18:00Z\""), Case(.dateTime, "\"2026-05-01T18:00\"", .badDateTime),
        Case(.dateTime, "1777658400", .wrongType(expected: "string")),
        Case(.duration, "\"PT1H\""), Case(.duration, "\"-PT10M\""), Case(.duration, "\"--PT1H\"", .badDuration),
        Case(.dateTime, "\"2023-02-29T10:00Z\"", .badDateTime), Case(.duration, "\"1h\"", .badDuration),
        Case(.timeZone, "\"America/Argentina/Buenos_Aires\""), Case(.timeZone, "\"Etc/GMT+5\""),
        Case(.timeZone, "\"UTC\""),
        Case(.timeZone, "\"\"", .badTimeZone), Case(.timeZone, "\"../etc/passwd\"", .badTimeZone),
        Case(.timeZone, "\"/etc/passwd\"", .badTimeZone), Case(.timeZone, "\"Europe/\"", .badTimeZone),
        Case(.timeZone, "\"Europe Berlin\"", .badTimeZone),
        Case(.url(prefixes: []), "\"https://example.org\""), Case(.url(prefixes: []), "\"example.org\"", .badURL([])),
        Case(.url(prefixes: []), "\"https://\"", .badURL([])), Case(.url(prefixes: []), "\"http://a b\"", .badURL([])),
        Case(.url(prefixes: ["https://images.lumacdn.com/"]), "\"https://images.lumacdn.com/a.png\""),
        Case(
            .url(prefixes: ["https://images.lumacdn.com/"]), "\"https://images.lumacdn.com.evil.example/a\"",
            .badURL(["https://images.lumacdn.com/"])),
        Case(.enumeration(["a", "b"]), "\"a\""), Case(.enumeration(["a", "b"]), "\"A\"", .notOneOf(["a", "b"])),
        Case(.id(prefix: "evt-"), "\"evt-1\""), Case(.id(prefix: "evt-"), "\"\"", .badId),
        Case(.id(prefix: "evt-"), "\"someone@example.org\""),
        Case(.array(of: .boolean), "[]"), Case(.array(of: .boolean), "{}", .wrongType(expected: "array")),
        Case(.array(of: .boolean, count: 1...2), "[]", .badCount(1...2)),
        Case(.object([]), "{}"), Case(.object([]), "[]", .wrongType(expected: "object")),
    ])
    func checksEachKind(_ test: Case) throws {
        let problems = SchemaValidator().problems(in: try JSON.parse(test.text), schema: test.schema)
        #expect(problems.map(\.kind) == test.kinds)
    }

    @Test func namesEveryProblemWithItsPlace() throws {
        let body = try JSON.parse(
            """
            {"name": 5, "start_at": "tomorrow", "max_capacity": null, "slug": null, "coordinate": {"longitude": "x"},
             "geo_address_json": {"type": "google"}, "ticket_types": [{"name": "A", "type": "free"}, {"type": "gold"}],
             "registration_questions": [{"question_type": "dropdown", "id": "1", "label": "L", "required": true,
              "options": ["a", 2]}]}
            """)
        let operation = try #require(Catalog["events/create"])
        let problems = SchemaValidator().problems(in: body, of: operation)
        #expect(
            Set(problems.map { "\($0.path): \($0.problem)" }) == [
                "name: must be a string",
                "start_at: must be a date and time with an offset, such as 2026-05-01T18:00:00.000Z",
                "timezone: is required",
                "slug: must not be null",
                "coordinate.longitude: must be a number",
                "coordinate.latitude: is required",
                "geo_address_json.place_id: is required",
                "ticket_types[1].name: is required",
                "ticket_types[1].type: must be one of free, paid",
                "registration_questions[0].options[1]: must be a string",
            ])
    }

    @Test func unknownMembersAreIgnoredOrRefused() throws {
        let body = try JSON.parse(
            #"{"event_id":"evt-1","nmae":"x","feedback_email":{"enabled":true,"dealy":"P1D"},"geo_address_json":{"type":"manual","address":"a","zip":"1"}}"#
        )
        let operation = try #require(Catalog["events/update"])
        #expect(SchemaValidator().problems(in: body, of: operation).isEmpty)
        let problems = SchemaValidator(unknownMembers: .refused).problems(in: body, of: operation)
        #expect(Set(problems.map(\.path)) == ["nmae", "feedback_email.dealy", "geo_address_json.zip"])
        #expect(
            problems.contains {
                $0.path == "geo_address_json.zip" && $0.kind == .unknownMember(["type", "address"])
            })
    }

    @Test func problemsAndNamesInThemAreBounded() throws {
        let many = JSON.array(Array(repeating: 1, count: 10_000))
        #expect(SchemaValidator(maxProblems: 7).problems(in: many, schema: .array(of: .boolean)).count == 7)
        let wide = JSON.object(
            JSONObject((0..<500).map { (name: String(repeating: "n", count: 5000) + "\($0)", value: 1) }))
        let problems = SchemaValidator(unknownMembers: .refused).problems(in: wide, schema: .object([]))
        #expect(problems.count == 100)
        #expect(problems.allSatisfy { $0.path.count <= 81 })
    }

    @Test func asksWhetherAZoneExists() {
        let validator = SchemaValidator(isTimeZone: { $0 == "Europe/Berlin" })
        #expect(validator.problems(in: "Europe/Berlin", schema: .timeZone).isEmpty)
        #expect(validator.problems(in: "Europe/Atlantis", schema: .timeZone).map(\.kind) == [.badTimeZone])
    }

    @Test func readsAQuery() throws {
        let operation = try #require(Catalog["calendars/events/list"])
        let (values, problems) = SchemaValidator().read(
            query: [
                ("platforms", "luma"), ("pagination_limit", "20"), ("platforms", "external"), ("status", "pending"),
                ("unknown", "x"),
            ], fields: operation.query)
        #expect(problems.isEmpty)
        #expect(values["platforms"] == ["luma", "external"])
        #expect(values["pagination_limit"]?.intValue == 20)
        #expect(values["status"] == "pending")
    }

    @Test(arguments: [
        ("pagination_limit", "ten", SchemaProblem.Kind.wrongType(expected: "number")),
        ("pagination_limit", "", .wrongType(expected: "number")),
        ("pagination_limit", "[1]", .wrongType(expected: "number")),
        ("after", "yesterday", .badDateTime),
        ("sort_direction", "up", .notOneOf(["asc", "desc", "asc nulls last", "desc nulls last"])),
    ])
    func refusesAQuery(_ name: String, _ value: String, _ kind: SchemaProblem.Kind) throws {
        let operation = try #require(Catalog["calendars/events/list"])
        let (_, problems) = SchemaValidator().read(query: [(name, value)], fields: operation.query)
        #expect(problems == [SchemaProblem(path: name, kind)])
    }

    @Test func aRepeatedParameterIsAProblem() throws {
        let operation = try #require(Catalog["events/get"])
        let pairs = [(name: "event_id", value: "evt-1"), ("event_id", "evt-2"), ("event_id", "evt-3")]
        let (_, problems) = SchemaValidator().read(query: pairs, fields: operation.query)
        #expect(problems == [SchemaProblem(path: "event_id", .repeated)])
        let (_, missing) = SchemaValidator().read(query: [], fields: operation.query)
        #expect(missing == [SchemaProblem(path: "event_id", .missing)])
    }
}
