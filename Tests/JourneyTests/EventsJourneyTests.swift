import Core
import Foundation
import Testing

/// The main job from a user's chair: the real program, the real `curl`.
@Suite struct EventsJourneyTests {
    static let party: JSON = [
        "name": "Launch party", "start_at": "2027-03-01T18:00:00", "timezone": "Europe/Berlin",
        "end_at": "2027-03-01T21:00:00", "meeting_url": "https://meet.example.com/launch",
        "description_md": "Doors at **six**.",
    ]

    @Test(arguments: RunningGateway.Upstream.allCases)
    func createReadChangeListCancel(_ upstream: RunningGateway.Upstream) async throws {
        let gateway = try await RunningGateway.start(upstream)
        let events = gateway.address + "/events/"

        let created = try await curlJSON("POST", events, Self.party, "-H", "X-Request-Id: journey-1")
        #expect(created.status == 201, "\(created.body)")
        #expect(created.field("content-type") == "application/json")
        #expect(created.field("x-request-id") == "journey-1")
        #expect(created.field("server")?.hasPrefix("luma-mcp") == true)
        #expect(created.field("date") != nil)
        let id = try #require(created.json?["id"]?.stringValue)
        #expect(created.field("location") == "/events/\(id)")
        #expect(created.json?["name"] == "Launch party")
        #expect(created.json?["start_at"] == "2027-03-01T17:00:00.000Z")
        #expect(created.json?["end_at"] == "2027-03-01T20:00:00.000Z")
        #expect(created.json?["meeting_url"] == "https://meet.example.com/launch")

        for path in ["/events/\(id)", "/events/\(id)/"] {
            let read = try await curl(gateway.address + path)
            #expect(read.status == 200)
            #expect(read.json?["id"] == .string(id))
            let tag = try #require(read.field("etag"))
            let again = try await curl(gateway.address + path, "-H", "If-None-Match: \(tag)")
            #expect(again.status == 304)
            #expect(again.body.isEmpty)
        }
        let head = try await curl("-I", gateway.address + "/events/\(id)")
        #expect(head.status == 200)
        #expect(head.body.isEmpty)

        let changed = try await curlJSON(
            "PATCH", gateway.address + "/events/\(id)", ["name": "Launch", "max_capacity": 40])
        #expect(changed.status == 200, "\(changed.body)")
        #expect(changed.json?["name"] == "Launch")
        let cleared = try await curlJSON("PUT", gateway.address + "/events/\(id)", ["max_capacity": nil])
        #expect(cleared.status == 200, "\(cleared.body)")
        #expect(cleared.json?["name"] == "Launch")
        #expect(cleared.json?["spots_remaining"] == .null)

        let told = try await curl("-X", "DELETE", gateway.address + "/events/\(id)?dry_run=true")
        #expect(told.status == 200)
        #expect(told.json?["status"] == "unchanged")
        #expect(try await curl(gateway.address + "/events/\(id)").status == 200)
        let canceled = try await curl("-X", "DELETE", gateway.address + "/events/\(id)")
        #expect(canceled.status == 200, "\(canceled.body)")
        #expect(canceled.json == ["id": .string(id), "status": "canceled", "guest_count": 0, "refunded": false])
        let gone = try await curl(gateway.address + "/events/\(id)")
        #expect(gone.status == 403)
        expectErrorShape(gone, reason: "event_not_accessible")
        #expect(try await curl("-X", "DELETE", gateway.address + "/events/\(id)").status == 403)
    }

    @Test(arguments: RunningGateway.Upstream.allCases)
    func listsOverSeveralPages(_ upstream: RunningGateway.Upstream) async throws {
        let gateway = try await RunningGateway.start(upstream)
        for number in 0..<7 {
            let event: JSON = [
                "name": .string("Paged \(number)"), "start_at": .string("2031-05-0\(number + 1)T10:00:00Z"),
                "timezone": "UTC",
            ]
            #expect(try await curlJSON("POST", gateway.address + "/events", event).status == 201)
        }
        let query = "limit=3&sort=start_at&after=2031-01-01T00:00:00Z"
        var names: [String] = []
        var cursor: String?
        var pages = 0
        repeat {
            let suffix =
                cursor.map { "&cursor=" + $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics)! } ?? ""
            let page = try await curl(gateway.address + "/events/?" + query + suffix)
            #expect(page.status == 200, "\(page.body)")
            names += (page.json?["entries"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
            cursor = page.json?["next_cursor"]?.stringValue
            #expect(page.json?["has_more"]?.boolValue == (cursor != nil))
            pages += 1
        } while cursor != nil && pages < 10
        #expect(pages == 3)
        #expect(names == (0..<7).map { "Paged \($0)" })

        let reversed = try await curl(gateway.address + "/events/?limit=2&sort=-start_at")
        #expect(reversed.json?["entries"]?.arrayValue?.first?["name"] == "Paged 6")

        let streamed = try await curl(
            gateway.address + "/events/?after=2031-01-01T00:00:00Z", "-H", "Accept: application/x-ndjson")
        #expect(streamed.status == 200)
        #expect(streamed.field("content-type") == "application/x-ndjson")
        let lines = streamed.body.split(separator: "\n")
        #expect(lines.count == 7)
        #expect(lines.allSatisfy { (try? JSON.parse(String($0)))?["id"] != nil })
    }

    @Test func wrongInputIsToldByName() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let events = gateway.address + "/events/"
        func problems(_ body: JSON, _ method: String = "POST", _ url: String? = nil) async throws -> [String: String] {
            let answer = try await curlJSON(method, url ?? events, body)
            #expect(answer.status == 422, "\(answer.body)")
            expectErrorShape(answer, reason: "validation_failed")
            let fields = answer.json?["details"]?["fields"]?.arrayValue ?? []
            return Dictionary(
                fields.map { ($0["field"]?.stringValue ?? "", $0["problem"]?.stringValue ?? "") },
                uniquingKeysWith: { first, _ in first })
        }
        let missing = try await problems([:])
        #expect(Set(missing.keys) == ["name", "start_at", "timezone"])
        let unknown = try await problems([
            "name": "x", "start_at": "2027-01-01T10:00:00Z", "timezone": "UTC", "meeting_ur": "https://a.example",
        ])
        #expect(unknown["meeting_ur"]?.contains("meeting_url") == true)
        let zone = try await problems(["name": "x", "start_at": "2027-01-01T10:00:00Z", "timezone": "America/New_Yrok"])
        #expect(zone["timezone"]?.contains("America/New_York") == true)
        let gap = try await problems(["name": "x", "start_at": "2027-03-14T02:30:00", "timezone": "America/New_York"])
        #expect(gap["start_at"]?.contains("03:30") == true, "\(gap)")
        let overlap = try await problems([
            "name": "x", "start_at": "2027-11-07T01:30:00", "timezone": "America/New_York",
        ])
        #expect(overlap["start_at"]?.contains("-04:00") == true && overlap["start_at"]?.contains("-05:00") == true)
        let backwards = try await problems([
            "name": "x", "start_at": "2027-01-01T10:00:00Z", "end_at": "2027-01-01T09:00:00Z", "timezone": "UTC",
        ])
        #expect(backwards["end_at"] != nil)

        let broken = try await curl("-H", "Content-Type: application/json", "-d", #"{"name": "#, events)
        #expect(broken.status == 400)
        expectErrorShape(broken, reason: "malformed_json")
        #expect(broken.json?["details"]?["offset"]?.intValue == 9)
        let twice = try await curl("-H", "Content-Type: application/json", "-d", #"{"name":"a","name":"b"}"#, events)
        #expect(twice.status == 400)
        #expect(twice.body.contains("name"))
        let form = try await curl("-d", "name=x", events)
        #expect(form.status == 415)
        expectErrorShape(form, reason: "unsupported_media_type")
        let query = try await curl(events + "?limit=1000&sort=name&ofset=3")
        #expect(query.status == 422)
        #expect(query.json?["details"]?["fields"]?.arrayValue?.count == 3)

        let nothing = try await curlJSON("PATCH", events + "evt-0000000000000000", [:])
        #expect(nothing.status == 400)
        expectErrorShape(nothing, reason: "empty_update")
        let nobody = try await curlJSON("PATCH", events + "evt-0000000000000000", ["name": "x"])
        #expect(nobody.status == 403)
        expectErrorShape(nobody, reason: "event_not_accessible")
        #expect(try await curl("-X", "DELETE", events + "evt-0000000000000000?refund=perhaps").status == 422)

        expectErrorShape(try await curl(gateway.address + "/nowhere"), reason: "not_found")
        let method = try await curl("-X", "PUT", gateway.address + "/templates")
        #expect(method.status == 405)
        #expect(method.field("allow")?.contains("GET") == true)
        expectErrorShape(method, reason: "method_not_allowed")
        let host = try await curl("-H", "Host: evil.example", gateway.address + "/health")
        expectErrorShape(host, reason: "host_not_allowed")
        // Each request is judged by its own Host, also on a connection that has just shown another one.
        let hosts = ["localhost", "evil.example", "localhost", "localhosu", "[::1]:1", "localhost:2"]
        let script = hosts.flatMap {
            [
                "--next", "-s", "-o", "/dev/null", "-w", "%{http_code} ", "-H", "Host: \($0)",
                gateway.address + "/health/live",
            ]
        }
        #expect(try await run("curl", Array(script.dropFirst())).out == "200 421 200 421 200 200 ")
        let large = try await curl(
            "-H", "Content-Type: application/json", "-H", "Content-Length: 99999999", "-d", "{}", events)
        #expect(large.status == 413)
        expectErrorShape(large, reason: "payload_too_large")
    }

    @Test func aPaidEventNeedsARefundDecision() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let list = try await curl(gateway.address + "/events/?limit=100")
        var paid: String?
        for entry in list.json?["entries"]?.arrayValue ?? [] {
            let id = try #require(entry["id"]?.stringValue)
            let told = try await curl("-X", "DELETE", gateway.address + "/events/\(id)?dry_run=true")
            if told.json?["is_paid"] == true { paid = id }
        }
        let id = try #require(paid)
        let refused = try await curl("-X", "DELETE", gateway.address + "/events/\(id)")
        #expect(refused.status == 409)
        expectErrorShape(refused, reason: "refund_decision_required")
        #expect(refused.json?["details"]?["is_paid"] == true)
        #expect((refused.json?["details"]?["guest_count"]?.intValue ?? 0) > 0)
        let done = try await curl("-X", "DELETE", gateway.address + "/events/\(id)?refund=true")
        #expect(done.status == 200)
        #expect(done.json?["refunded"] == true)
    }
}

/// The one error shape (`error`, `code` as a string, `reason`, `details` as an object, `request_id`).
func expectErrorShape(_ answer: CurlAnswer, reason: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let json = answer.json
    #expect(json?["reason"]?.stringValue == reason, "\(answer.body)", sourceLocation: sourceLocation)
    #expect(json?["code"]?.stringValue == String(answer.status), sourceLocation: sourceLocation)
    #expect(json?["error"]?.stringValue?.isEmpty == false, sourceLocation: sourceLocation)
    #expect(json?["details"]?.objectValue != nil, sourceLocation: sourceLocation)
    #expect(json?["request_id"]?.stringValue == answer.field("x-request-id"), sourceLocation: sourceLocation)
}
