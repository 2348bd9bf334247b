import Core
import LumaAPI
import Settings
import Testing

@testable import GatewayCLI

/// Options that are made from schemas, and what their values become.
@Suite struct OperationDraftTests {
    private static let now = Timestamp(rfc3339: "2026-12-30T14:30:00Z")!

    private func draft(_ fields: [SchemaField], _ arguments: [String]) throws -> OperationDraft {
        let options = OperationOption.options(of: fields, prefix: "guest")
        var reader = ArgumentReader("guests try", options.map(\.row) + [EventsOptions.zone], arguments[...])
        let outcome = reader.read()
        #expect(outcome == .arguments)
        try reader.finish()
        return try OperationDraft(
            fields, options, reader.arguments, environment: ["TZ": "Europe/Berlin"], now: Self.now)
    }

    struct Kind: CustomTestStringConvertible, Sendable {
        let schema: Schema
        let arguments: [String]
        let value: JSON

        init(_ schema: Schema, _ arguments: [String], _ value: JSON) {
            (self.schema, self.arguments, self.value) = (schema, arguments, value)
        }

        var testDescription: String { arguments.joined(separator: " ") }
    }

    @Test(arguments: [
        Kind(.boolean, ["--x"], true), Kind(.boolean, ["--x=false"], false), Kind(.boolean, ["--no-x"], false),
        Kind(.integer(1...9), ["--x", "9"], 9), Kind(.integer(), ["--x", "-3"], .number(JSONNumber(-3))),
        Kind(.number(0...100), ["--x=2.5"], 2.5), Kind(.string(), ["--x", "5"], "5"),
        Kind(.string(), ["--x", "-- bring a towel"], "-- bring a towel"),
        Kind(.enumeration(["a", "-a"]), ["--x", "-a"], "-a"), Kind(.id(prefix: "ttype-"), ["--x", "t1"], "t1"),
        Kind(.timeZone, ["--x", "Asia/Tokyo"], "Asia/Tokyo"),
        Kind(.dateTime, ["--x", "2030-05-01 18:00"], "2030-05-01T18:00:00.000+02:00"),
        Kind(.dateTime, ["--x", "2030-05-01 18:00", "--zone", "Asia/Tokyo"], "2030-05-01T18:00:00.000+09:00"),
        Kind(.dateTime, ["--x", "2030-05-01T18:00:00Z"], "2030-05-01T20:00:00.000+02:00"),
        Kind(.dateTime, ["--x", "tomorrow 18:00"], "2026-12-31T18:00:00.000+01:00"),
        Kind(.duration, ["--x", "1h30m"], "PT5400S"), Kind(.duration, ["--x", "-PT1H"], "-PT1H"),
        Kind(.array(of: .string()), ["--x", "a", "--x=b"], ["a", "b"]),
        Kind(.array(of: .integer()), ["--x", "1"], [1]),
        Kind(.array(of: .boolean), ["--x", "true", "--x", "false"], [true, false]),
        Kind(.array(of: .object([])), ["--x", #"{"a":1}"#], [["a": 1]]),
        Kind(.object([]), ["--x", #"{"a":[1]}"#], ["a": [1]]),
        Kind(.any, ["--x", "5"], 5), Kind(.any, ["--x", "five"], "five"),
    ])
    func aValueIsReadByItsSchema(kind: Kind) throws {
        #expect(try draft([SchemaField("x", kind.schema)], kind.arguments).members == ["x": kind.value])
    }

    @Test(arguments: [
        (Kind(.integer(1...100), ["--x", "0"], .null), "--x: expected a whole number from 1 to 100"),
        (Kind(.integer(1...100), ["--x", "5.5"], .null), "--x: expected a whole number from 1 to 100"),
        (Kind(.integer(), ["--x", "\"5\""], .null), "--x: expected a whole number"),
        (Kind(.number(0...100), ["--x", "100.5"], .null), "--x: expected a number from 0 to 100"),
        (Kind(.number(), ["--x", "much"], .null), "--x: expected a number"),
        (Kind(.object([]), ["--x", "{"], .null), "--x: expected JSON; byte "),
        (Kind(.dateTime, ["--x", "whenever"], .null), "--x: expected a time such as"),
        (Kind(.dateTime, ["--x", "2030-05-01"], .null), "--x: add a time of day"),
        (Kind(.dateTime, ["--x", "18:00", "--zone", "Tokio"], .null), "--zone: expected an IANA time zone"),
    ])
    func aValueOfAnotherKindIsRefused(kind: Kind, problem: String) throws {
        let failure = try #require(throws: CommandFailure.self) {
            try draft([SchemaField("x", kind.schema)], kind.arguments)
        }
        #expect(failure.status == .usage && failure.lines[0].hasPrefix(problem), "\(failure)")
    }

    @Test func theZoneOfTheMachineIsTold() throws {
        let fields = [SchemaField("x", .dateTime), SchemaField("y", .string())]
        #expect(try draft(fields, ["--x", "18:00"]).notes == ["times are in Europe/Berlin (TZ)"])
        #expect(try draft(fields, ["--x", "18:00", "--zone", "Asia/Tokyo"]).notes == [])
        #expect(try draft(fields, ["--y", "z"]).notes == [])
    }

    @Test func aQueryRepeatsWhatComesSeveralTimes() throws {
        let fields = [
            SchemaField("tags", .array(of: .string())), SchemaField("limit", .integer()), SchemaField("open", .boolean),
        ]
        let query = try draft(fields, ["--limit", "5", "--tags", "a&b", "--tags", "c", "--no-open"]).query
        #expect(query.text == "tags=a%26b&tags=c&limit=5&open=false")
    }

    // MARK: Variants

    private static let discount = Shapes.couponInput
    /// Shapes that their members do not tell apart.
    private static let ticket = [
        SchemaField(
            "ticket",
            .variants(
                discriminator: "kind",
                [
                    "free": [SchemaField("name", .string(), required: true)],
                    "paid": [
                        SchemaField("name", .string(), required: true),
                        SchemaField("cents", .integer(), required: true),
                    ],
                ]))
    ]

    @Test(
        arguments: [
            (discount, ["--percent-off", "20"], ["discount": ["discount_type": "percent", "percent_off": 20]]),
            (
                discount, ["--cents-off", "500", "--currency", "eur"],
                ["discount": ["discount_type": "amount", "cents_off": 500, "currency": "eur"]]
            ),
            // What is missing is the gateway's to say.
            (discount, ["--currency", "eur"], ["discount": ["discount_type": "amount", "currency": "eur"]]),
            (discount, ["--code", "EARLY"], ["code": "EARLY"]),
            (ticket, ["--cents", "5"], ["ticket": ["kind": "paid", "cents": 5]]),
            (ticket, ["--kind", "free", "--name", "A"], ["ticket": ["kind": "free", "name": "A"]]),
            (ticket, ["--kind", "free"], ["ticket": ["kind": "free"]]),
        ] as [([SchemaField], [String], JSONObject)])
    func theMembersTellTheShape(fields: [SchemaField], arguments: [String], members: JSONObject) throws {
        #expect(try draft(fields, arguments).members == members)
    }

    @Test(
        arguments: [
            (
                discount, ["--percent-off", "20", "--cents-off", "5"],
                "--percent-off and --cents-off cannot be combined"
            ),
            (ticket, ["--name", "A"], "--name: set its kind with --kind free or paid"),
            (ticket, ["--kind", "free", "--cents", "5"], "--kind and --cents cannot be combined"),
        ] as [([SchemaField], [String], String)])
    func membersOfNoShapeAreRefused(fields: [SchemaField], arguments: [String], problem: String) throws {
        let failure = try #require(throws: CommandFailure.self) { try draft(fields, arguments) }
        #expect(failure.status == .usage && failure.lines == [problem])
    }

    // MARK: Rows

    @Test func anOptionIsDescribedByItsField() throws {
        func row(_ field: SchemaField) throws -> OptionRow {
            try #require(OperationOption.options(of: [field], prefix: "guest").first).row
        }
        let name = try row(SchemaField("user_name", .string(), required: true, note: "The `name`"))
        #expect(name.name == "--user-name" && name.placeholder == "NAME" && name.help == "The name. Required.")
        let tags = try row(SchemaField("tags", .array(of: .enumeration(["a", "b"]))))
        #expect(tags.repeats && tags.value == .words(["a", "b"]) && tags.help == "Tags. Can be repeated.")
        #expect(try row(SchemaField("event_id", .id(prefix: "evt-"))).value == .event)
        #expect(try row(SchemaField("timezone", .timeZone)).value == .zone)
        #expect(try row(SchemaField("open", .boolean)).value == .yes(["true", "false"]))
        // What every command has keeps its name.
        #expect(try row(SchemaField("token", .string())).name == "--guest-token")
        let options = OperationOption.options(of: Self.discount, prefix: "coupon")
        let percent = try #require(options.first { $0.row.name == "--percent-off" })
        #expect(percent.row.help == "Percent off the price.")
        #expect(!options.contains { $0.row.name == "--discount-type" })
        let twice = Self.ticket + [SchemaField("name", .string())]
        #expect(
            OperationOption.options(of: twice, prefix: "x").map(\.row.name)
                == ["--kind", "--ticket-name", "--cents", "--name"])
    }
}
