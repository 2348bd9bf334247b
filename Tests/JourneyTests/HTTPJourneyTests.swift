import Core
import Foundation
import Testing

/// What RFC 9110 asks of every resource, seen from outside: the real program, the real `curl`.
@Suite struct HTTPJourneyTests {
    static func event(_ gateway: RunningGateway) async throws -> String {
        let created = try await curlJSON("POST", gateway.address + "/events/", EventsJourneyTests.party)
        return gateway.address + "/events/" + (try #require(created.json?["id"]?.stringValue))
    }

    @Test func headTellsWhatGetTells() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let event = try await Self.event(gateway)
        let lines = ["-H", "Accept: application/x-ndjson"]
        let requests: [[String]] =
            ["/health", "/health/live", "/events/", "/templates/", "/templates/meetup", "/nothing", "/events/evt-none"]
            .map { [gateway.address + $0] } + [[event], lines + [gateway.address + "/events/"]]
        for request in requests {
            let get = try await curl(request)
            let head = try await curl(["-I"] + request)
            #expect(head.status == get.status, "\(request)")
            #expect(head.body.isEmpty && !get.body.isEmpty, "\(request)")
            let (told, meant) = (Self.comparable(head), Self.comparable(get))
            #expect(told == meant, "\(request)")
        }
    }

    /// All fields but those that differ from answer to answer.
    private static func comparable(_ answer: CurlAnswer) -> [String] {
        let passing = ["date", "x-request-id", "x-cache", "age", "ratelimit", "ratelimit-policy"]
        return answer.fields.filter { !passing.contains($0.name.lowercased()) }.map {
            "\($0.name): \($0.value)"
        }
    }

    @Test func everyAnswerIsDatedAndFramed() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let health = gateway.address + "/health"
        let requests: [(Int, [String])] = [
            (200, [health]), (404, [gateway.address + "/nothing"]), (405, ["-X", "POST", health]),
            (501, ["-X", "BREW", health]), (204, ["-X", "OPTIONS", health]),
            (421, ["-H", "Host: evil.example", health]),
            (400, ["-H", "Host: a b", health]), (417, ["-H", "Expect: much", health]),
            (400, ["-H", "Transfer-Encoding: gzip", health]),
            (414, [health + "?" + String(repeating: "x", count: 9000)]),
            (304, ["-H", "If-None-Match: *", gateway.address + "/templates/"]),
        ]
        for (status, request) in requests {
            let answer = try await curl(request)
            #expect(answer.status == status, "\(request)")
            let date = try #require(answer.field("date"))
            #expect(date.hasSuffix(" GMT") && date.count == 29)
            #expect((answer.field("content-length") == nil) == [204, 304].contains(status), "\(request)")
            #expect(answer.field("transfer-encoding") == nil)
            if ![204, 304].contains(status) { #expect(answer.field("content-type") == "application/json") }
        }
    }

    @Test func methodsAreKnownAllowedOrNeither() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let table = [
            ("/health", "GET, HEAD, OPTIONS"), ("/events/", "GET, HEAD, POST, OPTIONS"),
            ("/events/x", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"), ("/templates/create", "POST, OPTIONS"),
        ]
        for (path, allow) in table {
            let told = try await curl("-X", "OPTIONS", gateway.address + path)
            #expect(told.status == 204 && told.body.isEmpty)
            #expect(told.field("allow") == allow)
            #expect(told.field("accept-patch") == (allow.contains("PATCH") ? "application/json" : nil))
            let wrong = allow.contains("PUT") ? "POST" : "PUT"
            let refused = try await curl("-X", wrong, gateway.address + path)
            #expect(refused.status == 405)
            #expect(refused.field("allow") == allow)
        }
        let all = try await curl("-X", "OPTIONS", "--request-target", "*", gateway.address)
        #expect(all.status == 204)
        #expect(all.field("allow") == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        // Methods are case-sensitive, and what is known nowhere is not a matter of the path.
        for method in ["BREW", "get", "TRACE", "PROPFIND"] {
            for path in ["/health", "/nothing"] {
                let answer = try await curl("-X", method, gateway.address + path)
                #expect(answer.status == 501, "\(method)")
                #expect(answer.json?["reason"] == "not_implemented")
            }
        }
        #expect(try await curl("-X", "CONNECT", "--request-target", "h:80", gateway.address).status == 501)
    }

    @Test func conditionsProtectReadersAndWriters() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let event = try await Self.event(gateway)
        let tag = try #require(try await curl(event).field("etag"))
        for (field, status) in [
            ("If-None-Match: \"x\", W/\(tag)", 304), ("If-None-Match: \"x\"", 200), ("If-Match: \(tag)", 200),
            ("If-Match: \"x\"", 412), ("If-Modified-Since: Sat, 29 Oct 2094 19:43:31 GMT", 200),
        ] {
            let answer = try await curl("-H", field, event)
            #expect(answer.status == status, "\(field)")
            if status != 412 { #expect(answer.field("etag") == tag) }
            #expect((answer.json?["reason"] == "precondition_failed") == (status == 412))
        }
        for field in ["If-Match: \"x\"", "If-Match: W/\(tag)", "If-None-Match: *", "If-None-Match: \(tag)"] {
            #expect(try await curlJSON("PATCH", event, ["name": "No"], "-H", field).status == 412, "\(field)")
            #expect(try await curlJSON("PUT", event, ["name": "No"], "-H", field).status == 412, "\(field)")
            #expect(try await curl("-X", "DELETE", "-H", field, event).status == 412, "\(field)")
            // What would be refused anyway is refused for its own reason.
            #expect(try await curlJSON("PATCH", event, ["nme": "No"], "-H", field).status == 422, "\(field)")
        }
        #expect(try await curl(event).field("etag") == tag)
        let changed = try await curlJSON("PATCH", event, ["name": "Yes"], "-H", "If-Match: \(tag)")
        #expect(changed.status == 200, "\(changed.body)")
        // What is answered is not what was sent, so it may have no validator (RFC 9110 §9.3.4).
        #expect(changed.field("etag") == nil)
        #expect(try await curlJSON("PATCH", event, ["name": "No"], "-H", "If-Match: \(tag)").status == 412)
        #expect(try await curl("-H", "If-Match: \"x\"", event + "-none").status == 403)

        let list = gateway.address + "/events/"
        #expect(try await curl("-H", "If-None-Match: *", list).status == 304)
        #expect(try await curl("-H", "If-Match: \"x\"", "-H", "Accept: application/x-ndjson", list).status == 412)
        let before = try await curl(list).json?["entries"]?.arrayValue?.count
        #expect(try await curlJSON("POST", list, EventsJourneyTests.party, "-H", "If-None-Match: *").status == 412)
        #expect(try await curl(list).json?["entries"]?.arrayValue?.count == before)
        let latest = try #require(try await curl(event).field("etag"))
        #expect(try await curl("-X", "DELETE", "-H", "If-Match: \(latest)", event).status == 200)
    }

    @Test func onlyWhoRefusesEverythingIsNotServed() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let list = gateway.address + "/events/"
        let table: [(String, String, String?)] = [
            ("text/html", "/templates/", "application/json"), ("*/*;q=0", "/templates/", nil),
            ("application/json;q=0, */*", "/templates/", nil), ("application/json;q=0", "/health", "application/json"),
            ("application/x-ndjson", "/templates/", "application/json"), ("application/json;q=0", "/events/", nil),
            ("application/json;q=0, application/x-ndjson", "/events/", "application/x-ndjson"),
            ("application/x-ndjson, */*", "/events/", "application/x-ndjson"),
            ("application/x-ndjson;q=0.5, application/json", "/events/", "application/json"),
            ("application/x-ndjson, application/json", "/events/", "application/json"),
            ("application/x-ndjson;q=0, */*", "/events/", "application/json"), ("*/*", "/events/", "application/json"),
        ]
        for (accept, path, type) in table {
            let answer = try await curl("-H", "Accept: \(accept)", gateway.address + path)
            #expect(answer.status == (type == nil ? 406 : 200), "\(accept) \(path)")
            #expect(answer.field("content-type") == type ?? "application/json", "\(accept) \(path)")
            if path == "/events/", type != nil { #expect(answer.field("vary") == "Accept") }
            if type == nil { #expect(answer.json?["details"]?["available"]?.arrayValue?.isEmpty == false) }
        }
        let before = try await curl(list).json?["entries"]?.arrayValue?.count
        let refused = try await curlJSON("POST", list, EventsJourneyTests.party, "-H", "Accept: application/json;q=0")
        #expect(refused.status == 406)
        #expect(try await curl(list).json?["entries"]?.arrayValue?.count == before)
    }

    @Test func bodiesAreWhatTheirFieldsSay() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let event = try await Self.event(gateway)
        let coded = try await curlJSON("PATCH", event, ["name": "x"], "-H", "Content-Encoding: gzip")
        #expect(coded.status == 415)
        #expect(coded.field("accept-encoding") == "identity")
        let typed = try await curl("-X", "PATCH", "-H", "Content-Type: text/plain", "-d", "{}", event)
        #expect(typed.status == 415)
        #expect(typed.field("accept") == "application/json")
        let part = try await curlJSON("PUT", event, ["name": "x"], "-H", "Content-Range: bytes 0-1/2")
        #expect(part.status == 400)
        #expect(try await curlJSON("PATCH", event, ["name": "x"], "-H", "Content-Encoding: identity").status == 200)
        // Ranges are not served, so the field is as if it were not there (RFC 9110 §14.2).
        let whole = try await curl("-H", "Range: bytes=0-1", event)
        #expect(whole.status == 200)
        #expect(whole.json?["name"] == "x")
        #expect(whole.field("content-range") == nil)
        // A body on a method that has no use for one.
        #expect(try await curl("-X", "GET", "-d", "ignored", event).status == 200)
        #expect(try await curl("-X", "DELETE", "-d", "ignored", event + "?dry_run=true").status == 200)
    }

    @Test func theTargetSaysWhichServerIsMeant() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let health = gateway.address + "/health"
        func target(_ target: String, _ host: String) async throws -> Int {
            try await curl("--request-target", target, "-H", "Host: \(host)", health).status
        }
        #expect(try await target("http://localhost/health", "evil.example") == 200)
        #expect(try await target("http://evil.example/health", "localhost") == 421)
        #expect(try await target("https://localhost/health", "localhost") == 421)
        #expect(try await target("/health", "evil.example") == 421)
        // No upgrade is made, so the request is served as it is (RFC 9110 §7.8).
        let upgrade = try await curl("--http2", health)
        #expect(upgrade.status == 200)
        #expect(upgrade.field("upgrade") == nil)
    }
}
