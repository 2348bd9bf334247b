import Core
import GatewayAPI
import HTTP
import LumaAPI
import Testing

/// What nobody may see of an answer, of every operation that has such a thing, whether or not it is offered.
@Suite struct SurfaceSecretTests {
    static let secretive = Catalog.operations.filter { !$0.secretAnswer.isEmpty }.map(\.name)

    @Test func thereIsOne() { #expect(Self.secretive.contains("events/cancel/request")) }

    @Test(arguments: secretive) func nobodySeesASecret(name: String) {
        let surface = Surface(name, .post, "/made/up", tool: "made_up", command: nil)
        let members = surface.operation.answer.map(\.name)
        let answer = JSON.object(JSONObject(members.map { (name: $0, value: JSON.string("of \($0)")) }))
        let secrets = surface.operation.secretAnswer
        #expect(surface.withoutSecrets(answer).objectValue?.names == members.filter { !secrets.contains($0) })
    }

    /// As the entries of a page hold it, or a member of a member.
    @Test(arguments: secretive) func nobodySeesASecretAtAnyDepth(name: String) {
        let surface = Surface(name, .post, "/made/up", tool: "made_up", command: nil)
        let shown: JSON = ["id": "x"]
        var secretive: JSONObject = ["id": "x"]
        for name in surface.operation.secretAnswer { secretive[name] = "secret" }
        func document(_ thing: JSON) -> JSON {
            ["entries": [thing, [thing, 1]], "thing": ["inner": thing], "has_more": false]
        }
        #expect(surface.withoutSecrets(document(.object(secretive))) == document(shown))
        #expect(surface.withoutSecrets("secret") == "secret")
    }

    /// Whatever a secret is, and wherever it stands.
    @Test(arguments: ["secret", 17, true, nil, ["secret"], ["a": "secret"], [["a": ["secret"]]]] as [JSON])
    func nobodySeesASecretOfAnyShape(secret: JSON) throws {
        let surface = try #require(Surfaces[operation: "events/guests/list"])
        let name = try #require(surface.operation.secretAnswer.first)
        let bearer = JSON.object(JSONObject([(name: name, value: secret), (name: "id", value: "x")]))
        let bare: JSON = ["id": "x"]
        let places: [(JSON) -> JSON] = [
            { $0 }, { [$0] }, { [[$0, 1], "a"] }, { ["a": $0] }, { ["a": ["b": ["c": [$0]]]] },
            { ["platform": "luma", "variant": $0] },
        ]
        for place in places { #expect(surface.withoutSecrets(place(bearer)) == place(bare)) }
        let page: JSON = ["entries": [bearer, ["ticket": bearer, "tickets": [bearer]]], "has_more": false]
        let shown: JSON = [
            "entries": [bare, ["ticket": bare, "tickets": [bare]]], "has_more": false, "next_cursor": nil,
        ]
        #expect(surface.shown(page) == shown)
        // What stands beside the entries is not shown at all.
        var more = try #require(page.objectValue)
        more[name] = secret
        #expect(surface.shown(.object(more)) == shown)
    }

    /// What a write is looked at by has secrets of its own.
    @Test func aWriteShowsNoSecretOfItsReading() {
        let surface = Surface(
            "events/guests/update-status", .post, "/made/up", tool: nil, command: nil, shows: ["id", "event_tickets"])
        #expect(surface.operation.secretAnswer.isEmpty && surface.isRewritten)
        let guest: JSON = [
            "id": "gst-1", "check_in_qr_code": "secret", "user_name": "Ada",
            "event_tickets": [["id": "t", "check_in_qr_code": "secret"]],
        ]
        #expect(surface.about(guest) == ["id": "gst-1", "event_tickets": [["id": "t"]]])
        #expect(
            surface.withoutSecrets(guest)
                == ["id": "gst-1", "user_name": "Ada", "event_tickets": [["id": "t"]]])
        #expect(Surface("events/get", .get, "/made/up", tool: nil, command: nil).about(guest) == .null)
    }

    /// What is sent and secret stands in no preview, and in no answer that gives it back.
    @Test func nobodySeesWhatIsSentAndSecret() {
        let surface = Surface("events/cancel", .post, "/made/up", tool: nil, command: nil)
        let input: JSONObject = ["event_id": "evt-1", "cancellation_token": "secret", "should_refund": true]
        #expect(surface.sends(input) == ["event_id": "evt-1", "should_refund": true])
        #expect(surface.withoutSecrets(.object(input)) == ["event_id": "evt-1", "should_refund": true])
    }

    /// What describes an answer does not promise what is left out of it.
    @Test(arguments: secretive, [Surface.Answer.document, .page]) func noSchemaNamesASecret(
        name: String, answer: Surface.Answer
    ) {
        let surface = Surface(name, .post, "/made/up", tool: "made_up", command: nil, answer: answer)
        let text = String(decoding: JSON.object(surface.schema).encoded, as: UTF8.self)
        let isList = surface.operation.answer.contains { $0.name == "entries" }
        if isList == (answer == .page) {
            #expect(!surface.answerFields.isEmpty && surface.entryFields.isEmpty != isList)
        }
        for secret in surface.operation.secretAnswer { #expect(!text.contains("\"\(secret)\""), "\(text)") }
    }

    @Test func aPageIsShownWithoutSecrets() throws {
        let surface = try #require(Surfaces[operation: "events/guests/list"])
        let entry: JSON = ["id": "gst-1", "check_in_qr_code": "secret"]
        #expect(
            surface.shown(["entries": [entry], "has_more": false, "next_cursor": "c"])
                == ["entries": [["id": "gst-1"]], "has_more": false, "next_cursor": nil])
        for other in [
            ["entries": [entry]], ["entries": [entry], "has_more": true], ["has_more": false], [entry],
        ] as [JSON] {
            #expect(surface.shown(other) == nil, "\(other)")
        }
        #expect(surface.isRewritten)
    }

    /// What Luma gives all at once has no member that says so.
    @Test func aListWithoutPagesIsAWholePage() {
        let surface = Surface("events/ticket-types/list", .get, "/made/up", tool: nil, command: nil, answer: .page)
        #expect(!surface.hasMorePages)
        #expect(
            surface.shown(["entries": [["id": "ttype-1"]]])
                == ["entries": [["id": "ttype-1"]], "has_more": false, "next_cursor": nil])
        #expect(surface.shown(["ticket_types": []]) == nil)
        let paged = Surface("events/coupons/list", .get, "/made/up", tool: nil, command: nil, answer: .page)
        #expect(paged.hasMorePages && paged.shown(["entries": []]) == nil)
    }

    @Test func whatHasNoSecretsIsLeftAsItIs() {
        let surface = Surface("events/get", .get, "/made/up", tool: "made_up", command: nil)
        #expect(!surface.isRewritten)
        #expect(surface.shown(["cancellation_token": "x"]) == ["cancellation_token": "x"])
        #expect(surface.withoutSecrets(["cancellation_token": "x"]) == ["cancellation_token": "x"])
    }
}
