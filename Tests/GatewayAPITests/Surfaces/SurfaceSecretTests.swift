import Core
import GatewayAPI
import HTTP
import LumaAPI
import Testing

/// What no model may see of an answer, of every operation that has such a thing, whether or not it is offered.
@Suite struct SurfaceSecretTests {
    static let secretive = Catalog.operations.filter { !$0.secretAnswer.isEmpty }.map(\.name)

    @Test func thereIsOne() { #expect(Self.secretive.contains("events/cancel/request")) }

    @Test(arguments: secretive) func noModelSeesASecret(name: String) {
        let surface = Surface(name, .post, "/made/up", tool: "made_up", command: nil)
        let members = surface.operation.answer.map(\.name)
        let answer = JSON.object(JSONObject(members.map { (name: $0, value: JSON.string("of \($0)")) }))
        let secrets = surface.operation.secretAnswer
        #expect(surface.withoutSecrets(answer).objectValue?.names == members.filter { !secrets.contains($0) })
    }

    /// As the entries of a page hold it, or a member of a member.
    @Test(arguments: secretive) func noModelSeesASecretAtAnyDepth(name: String) {
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

    @Test func whatHasNoSecretsIsLeftAsItIs() {
        let surface = Surface("events/get", .get, "/made/up", tool: "made_up", command: nil)
        #expect(surface.withoutSecrets(["cancellation_token": "x"]) == ["cancellation_token": "x"])
    }
}
