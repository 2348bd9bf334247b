import Core
import Foundation
import TestKit
import Testing

@testable import GatewayAPI

@Suite struct TemplateTests {
    private let zones = SystemZones.database

    @Test func theFiveOfTheOriginal() throws {
        let shown = try #require(TemplateCatalog().json.arrayValue).map { template in
            [
                template["type"], template["name"], template["default_duration_hours"],
                template["require_rsvp_approval"], template["is_virtual"],
            ]
        }
        #expect(
            shown == [
                ["meetup", "Community Meetup", 2, false, false], ["workshop", "Hands-on Workshop", 3, true, true],
                ["conference", "Professional Conference", 8, true, false],
                ["social_gathering", "Social Gathering", 4, false, false],
                ["webinar", "Online Webinar", 1, false, true],
            ])
        #expect(TemplateCatalog()["webinar"]?.description.isEmpty == false)
        #expect(TemplateCatalog()["x"] == nil)
        #expect(
            TemplateCatalog()["meetup"]?.json.objectValue?.members.map(\.name) == [
                "type", "name", "description", "summary", "default_duration_hours", "require_rsvp_approval",
                "is_virtual", "example",
            ])
    }

    // MARK: Files

    private let file = """
        {"type":"hack_night","name":"Hack Night","description":"Bring a laptop.","default_duration_hours":3.5,
         "require_rsvp_approval":true,"is_virtual":true,"event":{"visibility":"private","max_capacity":null}}
        """

    @Test func aFileIsATemplate() throws {
        let template = try TemplateFile.parse(file, zones: zones).get()
        let added = ["summary", "example"]
        var shown = try #require(template.json.objectValue)
        shown.members.removeAll { added.contains($0.name) }
        #expect(JSON.object(shown) == (try JSON.parse(file)))
        let words =
            "Lasts 3 h 30 min. Registrations need approval. Usually online. Sets visibility: private, max_capacity: null."
        #expect(template.json["summary"] == .string(words))
        #expect(template.markdown.contains("# Hack Night\n") && template.markdown.contains("- Usually online\n"))
        #expect(template.durationMilliseconds == 12_600_000)
        let least = try TemplateFile.parse("{\"type\":\"a\",\"name\":\"A\",\"default_duration_hours\":1}", zones: zones)
            .get()
        #expect(!least.requireRSVPApproval && !least.isVirtual && least.eventDefaults.members.isEmpty)
    }

    @Test(arguments: [
        ("[]", ["must hold a JSON object"]),
        ("{\"type\":1,}", ["is not valid JSON: unexpected character at byte 10"]),
        ("{\"a\":1,\"a\":2}", ["is not valid JSON: duplicate name in an object \"a\" at byte 7"]),
        ("{}", ["type is required", "name is required", "default_duration_hours is required"]),
        (
            """
            {"type":"Hack Night","name":"","default_duration_hours":0,"require_rsvp_approval":"no","is_virtual":1,
             "descripton":"x","event":{"visibilty":"x","timezone":"UTC","require_rsvp_approval":true,"max_capacity":"9"}}
            """,
            [
                "descripton is not known; did you mean description?",
                "type must be lower-case letters, digits, - and _, and not \"create\"",
                "name must be a string of 1 to 200 characters",
                "default_duration_hours must be a number above 0 and at most 8784",
                "require_rsvp_approval must be true or false", "is_virtual must be true or false",
                "event.timezone comes with each event", "event.require_rsvp_approval stands beside event, not in it",
                "event.visibilty is not known; did you mean visibility?", "event.max_capacity must be an integer",
            ]
        ),
        (
            "{\"type\":\"create\",\"name\":\"A\",\"default_duration_hours\":1e99,\"event\":[]}",
            [
                "type must be lower-case letters, digits, - and _, and not \"create\"",
                "default_duration_hours must be a number above 0 and at most 8784", "event must be an object",
            ]
        ),
    ])
    func aBadFileSaysAllThatIsWrong(text: String, problems: [String]) {
        guard case .failure(let error) = TemplateFile.parse(text, zones: zones) else {
            Issue.record("accepted")
            return
        }
        #expect(error.problems == problems)
    }

    @Test func aTypeIsDefinedOnce() throws {
        let meetup = file.replacing("hack_night", with: "meetup")
        let error = #expect(throws: TemplateCatalogError.self) {
            try TemplateCatalog(
                files: [
                    .init(name: "a.json", text: file), .init(name: "b.json", text: file),
                    .init(name: "c.json", text: meetup), .init(name: "d.json", text: "{"),
                ], zones: zones)
        }
        #expect(
            error?.problems == [
                "b.json: type \"hack_night\" is already defined by a.json",
                "c.json: type \"meetup\" is built in; choose another",
                "d.json: is not valid JSON: unexpected end of input at byte 1",
            ])
        let catalog = try TemplateCatalog(files: [.init(name: "a.json", text: file)], zones: zones)
        #expect(catalog.templates.map(\.type).last == "hack_night")
        #expect(catalog.templates.count == 6)
    }

    // MARK: Expansion

    private func expand(
        _ type: String, _ members: String = "", catalog: TemplateCatalog = TemplateCatalog()
    ) throws -> EventInput.Outcome {
        let text = """
            {"template_type":"\(type)","name":"Tea","start_at":"2025-05-01T18:00","timezone":"Europe/Berlin"\
            \(members.isEmpty ? "" : "," + members)}
            """
        return catalog.expand(try JSON.parse(text), EventInput.Setting(zones: zones))
    }

    private func accepted(_ outcome: EventInput.Outcome) throws -> EventInput.Accepted {
        guard case .accepted(let accepted) = outcome else {
            Issue.record("not accepted: \(outcome)")
            throw CancellationError()
        }
        return accepted
    }

    @Test(arguments: [
        ("meetup", "18", false), ("workshop", "19", true), ("conference", "00", true),
        ("social_gathering", "20", false),
        ("webinar", "17", false),
    ])
    func eachTemplateGivesItsLengthAndApproval(type: String, endHour: String, approval: Bool) throws {
        let event = try accepted(expand(type))
        let day = endHour == "00" ? "02" : "01"
        #expect(
            event.body
                == JSONObject([
                    ("name", "Tea"), ("start_at", "2025-05-01T16:00:00.000Z"),
                    ("end_at", .string("2025-05-\(day)T\(endHour):00:00.000Z")), ("timezone", "Europe/Berlin"),
                ]))
        #expect(event.approval == approval)
        #expect(event.outcome.end?.rfc3339 == event.body["end_at"]?.stringValue)
    }

    @Test func everyFieldOverrides() throws {
        let event = try accepted(
            expand(
                "workshop",
                "\"end_at\":\"2025-05-01T18:30\",\"require_rsvp_approval\":false,\"visibility\":\"private\",\"max_capacity\":null"
            ))
        #expect(event.body["end_at"] == "2025-05-01T16:30:00.000Z")
        #expect(event.approval == false)
        #expect(event.body["visibility"] == "private")
        #expect(event.body["max_capacity"] == .null)
    }

    @Test func aPlaceThatDoesNotFitIsKept() throws {
        let place = "\"geo_address_json\":{\"type\":\"manual\",\"address\":\"Here 1\"}"
        let url = "\"meeting_url\":\"https://meet.example/x\""
        for type in ["meetup", "webinar"] {
            let event = try accepted(expand(type, place + "," + url))
            #expect(event.body["geo_address_json"] == ["type": "manual", "address": "Here 1"])
            #expect(event.body["meeting_url"] == "https://meet.example/x")
        }
    }

    @Test func theLengthIsElapsedTimeAcrossAChangeOfClocks() throws {
        let text = """
            {"template_type":"meetup","name":"Night","start_at":"2025-03-30T01:30","timezone":"Europe/Berlin"}
            """
        let event = try accepted(TemplateCatalog().expand(try JSON.parse(text), EventInput.Setting(zones: zones)))
        #expect(event.body["start_at"] == "2025-03-30T00:30:00.000Z")
        #expect(event.body["end_at"] == "2025-03-30T02:30:00.000Z")
    }

    @Test func defaultsOfAFileYieldToTheInput() throws {
        let catalog = try TemplateCatalog(
            files: [
                .init(
                    name: "a.json",
                    text: """
                        {"type":"a","name":"A","default_duration_hours":0.5,
                         "event":{"visibility":"private","theme":"matrix","meeting_url":"https://a.example"}}
                        """)
            ], zones: zones)
        let plain = try accepted(expand("a", catalog: catalog))
        #expect(
            plain.body.members.map(\.name) == [
                "name", "start_at", "end_at", "timezone", "visibility", "theme", "meeting_url",
            ])
        #expect(plain.body["end_at"] == "2025-05-01T16:30:00.000Z")
        let changed = try accepted(
            expand("a", "\"theme\":\"wave\",\"meeting_url\":null", catalog: catalog))
        #expect(changed.body["theme"] == "wave")
        #expect(changed.body["meeting_url"] == nil)
        #expect(changed.body["visibility"] == "private")
    }

    @Test func problemsOfTheTypeAndOfTheFieldsTogether() throws {
        func problems(_ text: String) throws -> [String] {
            guard
                case .invalid(let problems) = TemplateCatalog().expand(
                    try JSON.parse(text), EventInput.Setting(zones: zones))
            else {
                return []
            }
            return problems.map { "\($0.field) \($0.problem)" }
        }
        let types = "one of meetup, workshop, conference, social_gathering, webinar"
        #expect(
            try problems("{\"template_type\":\"workshp\",\"start_at\":5}") == [
                "template_type must be \(types); did you mean workshop?",
                "start_at must be a string: \(EventTime.expectation)", "name is required", "timezone is required",
            ])
        #expect(try problems("{}").first == "template_type is required: \(types)")
        #expect(try problems("{\"template_type\":null}").first == "template_type must be \(types)")
        #expect(try problems("[]") == [" the body must be a JSON object"])
        #expect(
            try problems(
                "{\"template_type\":\"meetup\",\"name\":\"a\",\"start_at\":\"2025-05-01T18:00Z\",\"timezone\":\"UTC\",\"meeting_url\":null}"
            ) == ["meeting_url must not be null; leave it out"])
    }
}
