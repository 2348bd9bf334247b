import Core
import Foundation
import Testing

/// Events in the formats that people use, by the real `curl`.
@Suite struct FormatsJourneyTests {
    private static let party: JSON = [
        "name": "=Launch, party", "start_at": "2031-03-01T18:00:00", "timezone": "Europe/Berlin",
        "end_at": "2031-03-01T21:00:00", "description_md": "Doors at six.\n\nBring a friend.",
    ]

    private static func fill(_ gateway: RunningGateway, _ count: Int) async throws {
        for number in 0..<count {
            let event: JSON = [
                "name": .string("Event \(number)"), "start_at": .string("2031-05-01T10:00:00Z"), "timezone": "UTC",
            ]
            #expect(try await curlJSON("POST", gateway.address + "/events", event).status == 201)
        }
    }

    @Test func aLimitEndsEveryFormatEarly() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        for (path, begin) in [("/events.csv", "evt-"), ("/events.ndjson", "{"), ("/events.ics", "BEGIN:VEVENT")] {
            for (query, isLimited) in [("?limit=2", true), ("", false)] {
                let body = try await curl(gateway.address + path + query).body
                let count = body.split(whereSeparator: \.isNewline).count { $0.hasPrefix(begin) }
                #expect(isLimited ? count == 2 : count > 2, "\(path)\(query): \(body)")
            }
        }
    }

    @Test(arguments: RunningGateway.Upstream.allCases)
    func aListHasAllFormats(_ upstream: RunningGateway.Upstream) async throws {
        let gateway = try await RunningGateway.start(upstream)
        #expect(try await curlJSON("POST", gateway.address + "/events", Self.party).status == 201)
        let query = "?after=2031-01-01T00:00:00Z&before=2032-01-01T00:00:00Z&sort=start_at"
        let formats: [(path: String, accept: String, type: String, file: String?, text: String)] = [
            ("/events.json", "application/json", "application/json", nil, #"{"entries":["#),
            ("/events.ndjson", "application/x-ndjson", "application/x-ndjson", nil, #""name":"=Launch, party""#),
            (
                "/events.csv", "text/csv, */*;q=0.1", "text/csv; charset=utf-8; header=present", "events.csv",
                #","'=Launch, party",2031-03-01T18:00:00.000+01:00,2031-03-01T21:00:00.000+01:00,Europe/Berlin,"#
            ),
            (
                "/events.ics", "text/calendar", "text/calendar; charset=utf-8", "events.ics",
                "DTSTART:20310301T170000Z\r\nDTEND:20310301T200000Z\r\nSUMMARY:=Launch\\, party\r\n"
            ),
        ]
        for format in formats {
            // The suffix holds whatever is accepted, a program's usual field among them.
            for (url, accept) in [(format.path, "image/png"), ("/events/", format.accept)] {
                let answer = try await curl(gateway.address + url + query, "-H", "Accept: " + accept)
                #expect(answer.status == 200 && answer.exitCode == 0, "\(answer.body)")
                #expect(answer.field("content-type") == format.type)
                #expect(
                    answer.field("content-disposition") == format.file.map { "attachment; filename=\"\($0)\"" })
                #expect(answer.body.contains(format.text), "\(url) \(answer.body)")
                if url == "/events/" { #expect(answer.field("vary")?.contains("Accept") == true) }
                let head = try await curl("-I", gateway.address + url + query, "-H", "Accept: " + accept)
                #expect(head.status == 200 && head.body.isEmpty)
                #expect(head.field("content-type") == format.type)
            }
            let refused = try await curl("-X", "POST", gateway.address + format.path)
            #expect(refused.status == 405 && refused.field("allow") == "GET, HEAD, OPTIONS")
            let wrong = try await curl(gateway.address + format.path + "?status=all")
            #expect(wrong.status == 422)
            expectErrorShape(wrong, reason: "validation_failed")
        }
        let nothing = try await curl(gateway.address + "/events/", "-H", "Accept: */*;q=0")
        #expect(nothing.status == 406)
        #expect(nothing.json?["details"]?["available"]?.arrayValue?.count == 4)
        #expect(try await curl(gateway.address + "/events.xml").status == 404)
    }

    /// With the mark by which Excel knows the encoding, and with dates that are dates; only a table has them.
    @Test func aTableIsMadeForSpreadsheets() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        #expect(try await curlJSON("POST", gateway.address + "/events", Self.party).status == 201)
        for arguments in [["/events.csv"], ["/events/", "-H", "Accept: text/csv"]] {
            let rest = Array(arguments.dropFirst())
            let plain = try await curl([gateway.address + arguments[0]] + rest).body
            let marked = try await curl([gateway.address + arguments[0] + "?for=spreadsheet"] + rest).body
            #expect(plain.unicodeScalars.first == "i" && marked.unicodeScalars.first == "\u{feff}")
            #expect(Array(marked.unicodeScalars.dropFirst()) == Array(plain.unicodeScalars))
            #expect(plain.contains(",2031-03-01 18:00:00,2031-03-01 21:00:00,"), "\(plain)")
        }
        for path in ["/events.ics", "/events.ndjson", "/events/", "/events.json"] {
            #expect(try await curl(gateway.address + path + "?for=spreadsheet").status == 422, "\(path)")
        }
        #expect(try await curl(gateway.address + "/events.csv?for=print").status == 422)
    }

    @Test func oneEventIsACalendar() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let created = try await curlJSON("POST", gateway.address + "/events", Self.party)
        let id = try #require(created.json?["id"]?.stringValue)
        let event = gateway.address + "/events/" + id
        let byPath = try await curl(event + ".ics", "-H", "Accept: text/html")
        #expect(byPath.status == 200 && byPath.field("content-type") == "text/calendar; charset=utf-8")
        #expect(byPath.field("content-disposition") == "attachment; filename=\"\(id).ics\"")
        #expect(byPath.body.contains("UID:\(id)@luma.com\r\n") && byPath.body.hasSuffix("END:VCALENDAR\r\n"))
        #expect(byPath.body.contains("DESCRIPTION:Doors at six."))
        let tag = try #require(byPath.field("etag"))
        #expect(try await curl(event + ".ics", "-H", "If-None-Match: " + tag).status == 304)
        #expect(try await curl(event, "-H", "Accept: text/calendar").body == byPath.body)
        // The event itself is another representation.
        let json = try await curl(event, "-H", "If-None-Match: " + tag)
        #expect(json.status == 200 && json.json?["id"] == .string(id) && json.field("vary") == "Accept")
        // What a write changes shows at once.
        #expect(try await curlJSON("PATCH", event, ["name": "Later"]).status == 200)
        #expect(try await curl(event + ".ics").body.contains("SUMMARY:Later\r\n"))
        #expect(try await curl("-X", "DELETE", event).status == 200)
        let gone = try await curl(event + ".ics")
        #expect(gone.status == 403)
        expectErrorShape(gone, reason: "event_not_accessible")
        #expect(try await curl("-X", "DELETE", event + ".ics").status == 405)
    }

    /// Page by page, and cut off where Luma fails.
    @Test func aListThatFailsInTheMiddleIsNotWhole() async throws {
        let gateway = try await RunningGateway.start(
            .standAlone, environment: ["LUMA_MAX_RETRIES": "0", "LUMA_BREAKER_FAILURES": "0"])
        try await Self.fill(gateway, 60)
        let query = "?after=2031-01-01T00:00:00Z"
        for (path, count, separator) in [
            ("/events.ndjson", 60, "\n"), ("/events.csv", 61, "\r\n"), ("/events.ics", 60, "BEGIN:VEVENT\r\n"),
        ] {
            let whole = try await curl(gateway.address + path + query)
            #expect(whole.exitCode == 0 && whole.body.components(separatedBy: separator).count == count + 1)
        }
        let sandbox = try #require(gateway.sandboxAddress)
        for (path, count, separator, end) in [
            ("/events.ndjson", 51, "\n", "}\n"), ("/events.csv", 51, "\r\n", "\r\n"),
            ("/events.ics", 50, "BEGIN:VEVENT\r\n", "END:VEVENT\r\n"),
        ] {
            let rules = #"{"rules": ["status=500,on=calendars/events/list,nth=2"]}"#
            #expect(try await curl("-X", "PUT", sandbox + "/_sandbox/faults", "-d", rules).status == 200)
            let cut = try await curl(gateway.address + path + query)
            #expect(cut.status == 200 && cut.exitCode == 18, "\(path) \(cut.standardError)")
            #expect(cut.body.components(separatedBy: separator).count == count + 1, "\(path)")
            #expect(cut.body.hasSuffix(end), "\(path)")
            #expect(cut.body.contains("upstream_failure") == (path == "/events.ndjson"))
        }
    }
}
