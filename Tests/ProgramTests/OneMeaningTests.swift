import Core
import GatewayAPI
import LumaAPI
import MCP
import TestKit
import Testing

@testable import Gateway
@testable import GatewayCLI

/// One table of inputs, played over REST, as a tool's arguments, on the command line and as a row of a table: each way sends Luma
/// the same, or says the same of what is wrong.
@Suite struct OneMeaningTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        /// Fields beside name, start and zone, or instead of them.
        let rest: JSONObject
        /// What a model writes, where that is another value.
        var tool: JSONObject?
        let options: [String]
        let columns: [(name: String, cell: String)]
        /// What Luma is sent of these fields.
        var sends: JSONObject = [:]
        /// Codes of problems with their field. A command line refuses some before the gateway does, and says it once.
        var problems: [String] = []

        var testDescription: String { name }
    }

    private static let now = Timestamp(rfc3339: "2026-11-30T12:00:00Z")!

    static let rows: [Row] = [
        Row(
            name: "a place as a text", rest: ["geo_address_json": "Main St 1"], options: ["--address", "Main St 1"],
            columns: [("geo_address_json", "Main St 1")],
            sends: ["geo_address_json": ["type": "manual", "address": "Main St 1"]]),
        Row(
            name: "a blank for the T", rest: ["start_at": "2027-07-01 19:00"],
            options: ["--start", "2027-07-01 19:00"],
            columns: [("start_at", "2027-07-01 19:00")], sends: ["start_at": "2027-07-01T17:00:00.000Z"]),
        Row(
            name: "an instant", rest: ["start_at": "2027-07-01T19:00-04:00"],
            options: ["--start", "2027-07-01T19:00-04:00"], columns: [("start_at", "2027-07-01T19:00-04:00")],
            sends: ["start_at": "2027-07-01T23:00:00.000Z"]),
        Row(
            name: "blanks around a name", rest: ["name": "  Tea "], options: ["--name", "  Tea "],
            columns: [("name", "  Tea ")], sends: ["name": "Tea"]),
        Row(
            name: "blanks around a zone", rest: ["timezone": " Asia/Tokyo "], options: ["--zone", " Asia/Tokyo "],
            columns: [("timezone", " Asia/Tokyo ")],
            sends: ["timezone": "Asia/Tokyo", "start_at": "2027-05-01T09:00:00.000Z"]),
        Row(
            name: "no room at all", rest: ["max_capacity": 0], options: ["--capacity", "0"],
            columns: [("max_capacity", "0")], sends: ["max_capacity": 0]),
        Row(
            name: "room for forty", rest: ["max_capacity": 40], tool: ["max_capacity": "40"],
            options: ["--capacity", "40"], columns: [("max_capacity", "40")], sends: ["max_capacity": 40]),
        Row(
            name: "approval", rest: ["require_rsvp_approval": true], tool: ["require_rsvp_approval": "true"],
            options: ["--require-approval"], columns: [("require_rsvp_approval", "TRUE")], sends: ["approval": true]),
        Row(
            name: "a negative capacity", rest: ["max_capacity": -3], options: ["--capacity", "-3"],
            columns: [("max_capacity", "-3")], problems: ["max_capacity too_small"]),
        Row(
            name: "an end before the start", rest: ["end_at": "2027-05-01T17:00"],
            options: ["--end", "2027-05-01 17:00"],
            columns: [("end_at", "2027-05-01 17:00")], problems: ["end_at end_not_after_start"]),
        Row(
            name: "a day that the month has not", rest: ["start_at": "2027-02-30T19:00"],
            options: ["--start", "2027-02-30 19:00"], columns: [("start_at", "2027-02-30 19:00")],
            problems: ["start_at invalid_time"]),
        Row(
            name: "a time that the clocks skip", rest: ["start_at": "2027-03-28T02:30"],
            options: ["--start", "2027-03-28 02:30"], columns: [("start_at", "2027-03-28 02:30")],
            problems: ["start_at skipped_time"]),
        Row(
            name: "a zone that is none", rest: ["timezone": "Europe/Münich"], options: ["--zone", "Europe/Münich"],
            columns: [("timezone", "Europe/Münich")], problems: ["timezone unknown_zone"]),
        Row(
            name: "a year that nobody means", rest: ["start_at": "0027-08-08T19:00"],
            options: ["--start", "0027-08-08 19:00"], columns: [("start_at", "0027-08-08 19:00")],
            problems: ["start_at too_early"]),
        Row(
            name: "a word that is none", rest: ["visibility": "secret"], options: [],
            columns: [("visibility", "secret")], problems: ["visibility unknown_word"]),
    ]

    // MARK: The ways

    private static let base: JSONObject = ["name": "Tea", "start_at": "2027-05-01T18:00", "timezone": "Europe/Berlin"]

    private func over(_ fields: JSONObject) -> JSONObject {
        var event = Self.base
        for member in fields.members { event[member.name] = member.value }
        return event
    }

    /// What becomes of a body at the gateway.
    private func gateway(_ body: JSONObject, _ surface: EventPlausibility.Surface) -> EventInput.Outcome {
        EventInput.parse(
            .object(body), mode: .create,
            EventInput.Setting(zones: SystemZones.database, now: Self.now, surface: surface))
    }

    private func tool(_ row: Row) -> EventInput.Outcome? {
        var arguments = over(row.tool ?? row.rest)
        if let place = arguments["geo_address_json"] { arguments["geo_address_json"] = EventPlace.input(place) }
        guard case .success(let read) = ArgumentSchema.read(arguments, schema: ToolSchemas.create) else { return nil }
        return gateway(read, .assistant)
    }

    /// Nil when the command line itself refuses.
    private func commandLine(_ row: Row) throws -> EventInput.Outcome? {
        var arguments = ["create"]
        for (option, value) in [("--name", "Tea"), ("--start", "2027-05-01 18:00"), ("--zone", "Europe/Berlin")]
        where !row.options.contains(option) {
            arguments += [option, value]
        }
        guard case .call(let call) = try EventsCall.parse((arguments + row.options)[...]) else { return nil }
        do throws(CommandFailure) {
            let zone = try CommandZone.find(call.text(EventsOptions.zone), [:])
            var draft = EventDraft([:], zone: zone, now: Self.now)
            try draft.take(call)
            try draft.takeTimes(call, knownStart: nil)
            draft.set("timezone", .string(zone.name))
            return gateway(draft.body, .rest)
        } catch {
            #expect(error.status == .usage)
            return nil
        }
    }

    private func table(_ row: Row) -> EventInput.Outcome? {
        var cells = [("name", "Tea"), ("start_at", "2027-05-01T18:00"), ("timezone", "Europe/Berlin")].filter {
            name, _ in
            !row.columns.contains { $0.name == name }
        }
        cells += row.columns.map { ($0.name, $0.cell) }
        let text =
            cells.map(\.0).joined(separator: ",") + "\n"
            + cells.map { "\"\($0.1)\"" }.joined(separator: ",") + "\n"
        var planner = ImportPlanner(
            ImportPlanner.Settings(), zones: SystemZones.database, templates: TemplateCatalog())
        planner.feed(Array(text.utf8)[...])
        let plan = planner.finish()
        if let row = plan.rows.first, let body = try? JSON.parse(row.body), let object = body.objectValue {
            return gateway(object, .importFile)
        }
        #expect(plan.problems.count == 1, "\(plan.problems)")
        return nil
    }

    // MARK: The comparison

    private func compare(_ outcome: EventInput.Outcome?, _ row: Row, _ way: String, mayRefuse: Bool) {
        guard let outcome else {
            #expect(mayRefuse && !row.problems.isEmpty, "\(way) refuses")
            return
        }
        switch outcome {
        case .accepted(let event):
            #expect(row.problems.isEmpty, "\(way) takes it")
            for (name, value) in row.sends.members {
                let sent = name == "approval" ? event.approval.map { .bool($0) } : event.body[name]
                #expect(sent == value, "\(way): \(name)")
            }
        case .invalid(let problems):
            #expect(problems.map { "\($0.field) \($0.fault.code)" } == row.problems, "\(way)")
        default: Issue.record("\(way): \(outcome)")
        }
    }

    @Test(arguments: rows) func eachWayMeansTheSame(row: Row) throws {
        compare(gateway(over(row.rest), .rest), row, "REST", mayRefuse: false)
        compare(tool(row), row, "tool", mayRefuse: true)
        if !row.options.isEmpty { compare(try commandLine(row), row, "command line", mayRefuse: true) }
        compare(table(row), row, "table", mayRefuse: true)
    }

    // MARK: Names

    @Test(arguments: [
        ("title", "name"), ("start", "start_at"), ("date", "start_at"), ("capacity", "max_capacity"),
        ("location", "geo_address_json"), ("duration_minutes", "end_at"), ("Event Title", "name"),
        ("startTime", "start_at"), ("time_zone", "timezone"), ("tz", "timezone"), ("nmae", "name"),
        ("address", "geo_address_json"), ("zoom_link", "meeting_url"), ("image", "cover_url"), ("xyzzy", nil),
        ("organizer", nil), ("", nil),
    ])
    func aNameIsFoundByItsMeaning(name: String, field: String?) {
        let fields = EventCheck.fields(.create).map(\.name) + ["require_rsvp_approval"]
        #expect(FieldSynonyms.suggest(for: name, among: fields) == field)
    }

    @Test func everySynonymLeadsToAField() {
        let fields = Set(
            (EventCheck.fields(.create) + EventCheck.fields(.update)).map(\.name) + ["require_rsvp_approval"])
        var seen: Set<String> = []
        for (field, synonyms) in FieldSynonyms.names {
            #expect(fields.contains(field), "\(field)")
            for name in synonyms.split(separator: ",").map({ $0.drop { $0 == " " } }) {
                #expect(seen.insert(String(name)).inserted || name == "guestlist", "\(name) stands twice")
                #expect(!fields.contains(String(name)) || name == "description", "\(name) is a field itself")
            }
        }
    }

    @Test(arguments: [
        ("--timezone", "--zone"), ("--title", "--name"), ("--location", "--address"), ("--capcity", "--capacity"),
        ("--max-capacity", "--capacity"), ("--preview", "--dry-run"), ("--timeot", "--timeout"), ("--xyzzy", nil),
    ])
    func anOptionIsFoundByItsMeaning(name: String, option: String?) {
        let known = EventsVerb.create.options.map(\.name)
        #expect(OptionSynonyms.suggest(for: name, among: known) == option)
    }
}
