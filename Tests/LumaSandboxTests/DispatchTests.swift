import Core
import HTTP
import LumaAPI
import Testing

@testable import LumaSandbox

struct DispatchTests {
    @Test func aKeyIsAskedFor() {
        var visitor = Visitor()
        for key in [nil, ""] {
            visitor.key = key
            let reply = visitor.get("/v1/users/get-self")
            #expect(reply.status == 400)
            #expect(reply.json == ["message": "Please provide an API key.", "code": nil])
            #expect(reply[field: "X-RateLimit-Limit"] == nil)
        }
        visitor.key = "invalid-key"
        let reply = visitor.get("/v1/users/get-self")
        #expect(reply.status == 401)
        #expect(reply.json == ["message": "You are not signed in.", "code": nil])
        #expect(visitor.sandbox.counters.unauthorized == 3)
    }

    @Test func onlyTheConfiguredKeysAreGood() {
        var visitor = Visitor(SandboxConfiguration(keys: .only(["invalid-but-listed"])))
        #expect(visitor.get("/v1/users/get-self").status == 401)
        visitor.key = "invalid-but-listed"
        #expect(visitor.get("/v1/users/get-self").status == 200)
    }

    @Test(arguments: [
        "/", "", "/v1", "/v1/events/get/", "/v1/events/delete", "/v2/events/get", "/V1/events/get", "/public",
    ])
    func anUnknownPathIsNotFound(_ path: String) {
        var visitor = Visitor()
        visitor.get(path).expectRefusal(404, "Not found")
    }

    @Test(arguments: [Method.post, .put, .delete, .head, .other])
    func aWrongMethodIsNamed(_ method: HTTP.Method) {
        var visitor = Visitor()
        let reply = visitor.send(SandboxRequest(method: method, path: "/v1/users/get-self", apiKey: "k"))
        reply.expectRefusal(405, "Method")
        #expect(reply[field: "Allow"] == "GET")
    }

    @Test func olderHostsServeTheSamePathsBelowPublic() {
        var visitor = Visitor()
        #expect(visitor.get("/public/v1/user/get-self").json["user"]?["email"] == "host@sandbox.example")
    }

    @Test func aKeyMayNameItsCalendarAndNoOther() throws {
        var visitor = Visitor()
        let calendar = try #require(visitor.get("/v1/calendars/get").json["id"]?.stringValue)
        for (id, status) in [(calendar, 200), ("cal-other", 403)] {
            let request = SandboxRequest(method: .get, path: "/v1/users/get-self", apiKey: "k", calendarId: id)
            #expect(visitor.send(request).status == status)
        }
    }

    @Test(arguments: [
        ("", "not valid JSON"), ("{", "not valid JSON"), ("[]", "must be a JSON object"),
        ("null", "must be a JSON object"),
        ("\"x\"", "must be a JSON object"), ("{}{}", "not valid JSON"), (#"{"a":1,"a":2}"#, "not valid JSON"),
        (String(repeating: "[", count: 5000), "not valid JSON"),
        (#"{"x":"# + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "}", "not valid JSON"),
        ("{}", "name is required"),
    ])
    func aHostileBodyIsRefused(_ text: String, _ words: String) {
        var visitor = Visitor()
        visitor.post("/v1/events/create", bytes: Array(text.utf8)).expectRefusal(400, words)
        #expect(visitor.sandbox.counters.creates == 0)
    }

    @Test func bytesThatAreNoTextAreRefused() {
        var visitor = Visitor()
        visitor.post("/v1/events/create", bytes: [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).expectRefusal(400, "JSON")
        visitor.post("/v1/events/create", bytes: [0]).expectRefusal(400, "JSON")
    }

    @Test func bodiesAreBoundedAndTyped() {
        var visitor = Visitor(SandboxConfiguration(maxBodyBytes: 100))
        visitor.post("/v1/events/create", bytes: Array(repeating: 0x20, count: 101)).expectRefusal(413, "100 bytes")
        visitor.post("/v1/events/create", bytes: Array("{}".utf8), contentType: "text/plain")
            .expectRefusal(400, "application/json")
        for type in ["application/json; charset=utf-8", "Application/JSON", "application/problem+json", nil] {
            visitor.post("/v1/events/create", bytes: Array("{}".utf8), contentType: type).expectRefusal(400, "name")
        }
    }

    @Test func aReportOfManyProblemsStaysShort() {
        var visitor = Visitor()
        let questions = JSON.array(Array(repeating: ["question_type": "riddle"], count: 5000))
        let reply = visitor.post("/v1/events/create", ["registration_questions": questions])
        reply.expectRefusal(400, "more")
        #expect(reply.message.utf8.count < 2000)
    }

    @Test func requestsAreCountedByOperation() throws {
        var visitor = Visitor()
        _ = try visitor.create()
        _ = visitor.post("/v1/event/create", [:])
        _ = visitor.get("/v1/events/get")
        #expect(visitor.sandbox.counters.requests == ["events/create": 2, "events/get": 1])
        #expect(visitor.sandbox.counters.creates == 1)
    }

    @Test func rowsAndBehavioursAreTheSame() {
        #expect(Set(Behaviours.table.keys) == Set(Catalog.operations.map(\.name)))
    }

    /// By the example of its row, on each of its paths.
    @Test(arguments: Catalog.operations.map(\.name))
    func everyOperationIsEmulated(_ name: String) throws {
        let operation = try #require(Catalog[name])
        for path in [operation.path] + operation.legacyPaths {
            var visitor = Visitor()
            let input = operation.sent(try visitor.example(of: operation))
            let reply = visitor.call(operation, at: path, input)
            #expect(reply.status == 200, "\(path) \(reply.json)")
        }
    }
}
