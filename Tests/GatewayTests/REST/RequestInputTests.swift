import Core
import GatewayAPI
import HTTP
import TestKit
import Testing

@testable import Gateway

@Suite struct RequestInputTests {
    private func input(
        _ endpoint: Endpoint, _ line: String = "POST /events/", fields: [String] = [], body: String = ""
    ) throws -> RequestInput {
        let head = ["\(line) HTTP/1.1", "Host: localhost", "Content-Length: \(body.utf8.count)"] + fields
        return try RequestView.withParsed(head.joined(separator: "\r\n") + "\r\n\r\n" + body) {
            try RequestInput(endpoint, parameter: "evt-1", $0)
        }
    }

    private static let all = [
        "Content-Type: application/json", "Prefer: return=minimal", "Accept: text/html", "If-None-Match: \"t\"",
    ]

    @Test(arguments: Endpoint.allCases) func anEndpointTakesWhatItReads(endpoint: Endpoint) throws {
        let input = try input(endpoint, "\(endpoint.method.token) /x?a=1&b=%20", fields: Self.all, body: "{}")
        let takesEvent = endpoint.isWrite && endpoint != .cancelEvent
        let others: [Endpoint.Kind] = [.createFeed, .callTool, .createKey, .changeKey, .rotateKey, .rotateOwnKey]
        let takesBody = takesEvent || others.contains(endpoint.kind)
        #expect(input.query.map(\.name) == ["a", "b"] && input.query.map(\.value) == ["1", " "])
        #expect(input.parameter == "evt-1")
        #expect(input.body == (takesBody ? Array("{}".utf8) : []))
        #expect((input.contentType != nil) == takesBody)
        #expect((input.prefer != nil) == takesEvent)
        #expect(input.accept == Accept("text/html"))
        #expect(input.conditions == Preconditions(ifNoneMatch: "\"t\""))
    }

    /// Where the path says it all, nobody has to send `{}`, as clients send no body with DELETE.
    @Test func aWriteWithoutABodySaysNothingBesideItsPath() throws {
        let path = "/events/{event_id}/guests/{guest_id}"
        let (operation, json) = ("events/guests/update-status", ["Content-Type: application/json"])
        let whole = Surface(operation, .delete, path + "/{status}", tool: nil, command: nil, answer: .done)
        let partial = Surface(operation, .post, path, tool: nil, command: nil, answer: .done)
        func members(_ surface: Surface, _ body: String, _ fields: [String] = []) throws -> JSONObject {
            try input(.createEvent, fields: fields, body: body).members(of: surface)
        }
        for fields in [[], json] { #expect(try members(whole, "", fields).isEmpty) }
        #expect(try members(whole, "{}", json).isEmpty)
        #expect(try members(whole, #"{"send_email":false}"#, json) == ["send_email": false])
        #expect(throws: APIError.self) { try members(whole, "[]", json) }
        let missing = #expect(throws: APIError.self) { try members(partial, "") }
        #expect(missing?.reason == .malformedJSON)
    }

    @Test(arguments: [
        ("u=7", true), ("u=4, i", true), ("i, u=6;x=1", true), ("u=3", false), ("u=0", false), ("u=8", false),
        ("u", false),
        ("i", false), ("", false), ("u=7, u=1", false), ("u=x", false), ("uu=7", false), ("u==7", false),
        ("u=-7", false),
    ])
    func whatHasNoHurrySaysSo(field: String, isBackground: Bool) throws {
        for endpoint in [Endpoint.createEvent, .cancelEvent] {
            #expect(try input(endpoint, fields: ["Priority: \(field)"]).isBackground == isBackground)
        }
        #expect(try input(.getEvent, "GET /events/x", fields: ["Priority: \(field)"]).isBackground == false)
    }

    @Test(arguments: ["a=%ff", "%C3=1", (0...128).map { "p\($0)=1" }.joined(separator: "&")])
    func aQueryThatCannotBeReadIsABadRequest(query: String) {
        let error = #expect(throws: APIError.self) { try input(.listEvents, "GET /events/?\(query)") }
        #expect(error?.status == 400 && error?.reason == .badRequest)
        #expect(error?.details["problem"]?.stringValue?.contains("parameter") == true)
    }

    @Test(arguments: [
        (nil, true), ("application/json", true), ("Application/JSON; charset=utf-8", true),
        ("application/json; charset=\"UTF-8\"", true), ("application/json;charset=utf8", true),
        ("application/json; charset=iso-8859-1", false), ("application/json; x=y; charset=\"latin1\"", false),
        ("application/merge-patch+json; charset=utf-16", false), ("application/json; charset=", false),
        ("application/merge-patch+json", true), ("application/json ;x=y", true), ("text/json", false),
        ("application/x-www-form-urlencoded", false), ("multipart/form-data; boundary=json", false),
        ("application/jsonp", false), ("", false), ("text/plain+json", false),
    ])
    func aBodyMustBeJSONByItsType(type: String?, isTaken: Bool) throws {
        let input = try input(.createEvent, fields: type.map { ["Content-Type: \($0)"] } ?? [], body: "{\"a\":1}")
        if isTaken {
            #expect(try input.json() == ["a": 1])
        } else {
            let error = #expect(throws: APIError.self) { try input.json() }
            #expect(error?.status == 415 && error?.reason == .unsupportedMediaType)
            #expect(error?.details["content_type"]?.stringValue == type)
        }
    }

    @Test(arguments: [("identity", true), ("Identity", true), ("", true), ("gzip", false), ("identity, br", false)])
    func aCodedBodyIsRefusedAsSuch(coding: String, isTaken: Bool) throws {
        let input = try input(.createEvent, fields: ["Content-Encoding: \(coding)"], body: "{\"a\":1}")
        if isTaken {
            #expect(try input.json() == ["a": 1])
        } else {
            let error = #expect(throws: APIError.self) { try input.json() }
            #expect(error?.reason == .unsupportedMediaType)
            #expect(error?.details["content_encoding"]?.stringValue == coding)
        }
    }

    /// A list may be spread over several lines (RFC 9110 §5.3).
    @Test func linesOfOneListAreOneList() throws {
        let created = try input(.createEvent, fields: ["Prefer: wait=5", "Prefer: return=minimal"])
        #expect(created.prefersMinimal)
        let listed = try input(.listEvents, fields: ["Accept: text/html", "accept: application/x-ndjson"])
        #expect(try listed.representation() == .ndjson)
        let read = try input(.getEvent, fields: ["If-None-Match: \"a\"", "If-None-Match: W/\"b\""])
        #expect(read.conditions.verdict(tag: EntityTag("b"), isRead: true) == .notModified)
    }

    @Test(arguments: [("2.5", 2.5), ("0.001", 0.001), ("86400", 86400), ("7.", 7)])
    func aCallerSaysHowLongItWaits(text: String, seconds: Double) throws {
        #expect(try input(.getEvent, fields: ["X-Request-Timeout: \(text)"]).timeout == seconds)
        #expect(try input(.getEvent).timeout == nil)
    }

    @Test(arguments: ["0", "-1", "+1", "1e3", "inf", "nan", "1,5", "five", "1 s", "", ".", "99999999999999999"])
    func aTimeThatIsNoneIsRefused(text: String) throws {
        let error = #expect(throws: APIError.self) {
            try input(.getEvent, fields: ["X-Request-Timeout: \(text)"])
        }
        #expect(error?.status == 400 && error?.message.contains("X-Request-Timeout") == true)
    }

    @Test(arguments: [("", 0), ("{\"a\":", 5), ("{\"a\":1,\"a\":2}", 7), ("{} x", 3)])
    func aBodyThatIsNotJSONIsRefusedWithTheOffset(body: String, offset: Int) throws {
        let input = try input(.createEvent, body: body)
        let error = #expect(throws: APIError.self) { try input.json() }
        #expect(error?.status == 400 && error?.reason == .malformedJSON)
        #expect(error?.details["offset"]?.intValue == offset)
    }

    @Test(
        arguments: [
            (nil, .json), ("application/x-ndjson", .ndjson), ("Application/X-NDJSON", .ndjson),
            ("application/json, application/x-ndjson;q=0.5", .json),
            ("application/json;q=0.5, application/x-ndjson", .ndjson), ("application/x-ndjson, */*", .ndjson),
            ("application/x-ndjson;q=0", .json), ("application/x-ndjson; q=0.0", .json), ("*/*", .json),
            ("application/*", .json), ("application/json", .json), ("application/x-ndjson2", .json),
            ("application/x-ndjson;q=x", .json), ("text/csv", .csv), ("text/calendar", .calendar),
            ("text/calendar, text/csv;q=0.9, */*;q=0.1", .calendar), ("text/csv, text/calendar", .csv),
            ("text/csv;q=0.2, text/calendar;q=0.3", .calendar), ("text/csv;q=0.2, application/json;q=0.3", .json),
            ("text/calendar;q=0.5, application/json;q=0.5", .json), ("text/calendar;q=0.5, */*;q=0.5", .calendar),
            ("text/calendar;q=0.4, */*;q=0.5", .json), ("text/*", .csv), ("text/*, text/csv;q=0", .calendar),
            ("text/html, text/plain", .json), ("text/html, */*;q=0.8", .json), ("application/json;q=0, */*", .ndjson),
            ("application/json;q=0, text/*", .csv),
        ] as [(String?, Representation)])
    func aFormatIsGivenToWhoLikesItBest(accept: String?, representation: Representation) throws {
        let input = try input(.listEvents, "GET /events/", fields: accept.map { ["Accept: \($0)"] } ?? [])
        #expect(try input.representation() == representation)
    }

    @Test(
        arguments: [
            (nil, .json), ("text/calendar", .calendar), ("text/csv", .json), ("application/x-ndjson", .json),
            ("application/json;q=0, */*", .calendar),
        ] as [(String?, Representation)])
    func oneEventHasFewerFormats(accept: String?, representation: Representation) throws {
        let input = try input(.getEvent, "GET /events/e", fields: accept.map { ["Accept: \($0)"] } ?? [])
        #expect(try input.representation() == representation)
    }

    @Test(arguments: ["*/*;q=0", "application/json;q=0", "application/json;q=0, text/csv;q=0, text/html"])
    func whoRefusesEverythingGetsNothing(accept: String) throws {
        let input = try input(.listEvents, "GET /events/", fields: ["Accept: \(accept)"])
        let error = #expect(throws: APIError.self) { try input.representation() }
        #expect(error?.status == 406)
        #expect(
            error?.details["available"]
                == ["application/json", "application/x-ndjson", "text/csv", "text/calendar"])
    }

    /// Whoever writes the format in the path has chosen.
    @Test(
        arguments: [
            (.eventsJSON, .json), (.eventsLines, .ndjson), (.eventsTable, .csv), (.eventsCalendar, .calendar),
            (.eventCalendar, .calendar), (.feed, .calendar),
        ] as [(Endpoint, Representation)])
    func aSuffixBeatsAccept(endpoint: Endpoint, representation: Representation) throws {
        for accept in ["text/html", "*/*;q=0", "application/x-ndjson", "image/*"] {
            #expect(try input(endpoint, "GET /x", fields: ["Accept: \(accept)"]).representation() == representation)
        }
    }
}
