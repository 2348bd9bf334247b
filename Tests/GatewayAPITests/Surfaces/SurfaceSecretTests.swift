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
