import Core
import Testing

@Suite struct SecretTests {
    @Test func nothingThatPrintsShowsTheText() {
        let secret = Secret("key-4711")
        var dumped = ""
        dump(["a": secret], to: &dumped)
        for text in ["\(secret)", String(describing: secret), String(reflecting: [secret]), dumped] {
            #expect(!text.contains("4711"))
        }
        #expect(secret.reveal() == "key-4711")
        #expect(secret == Secret("key-4711"))
        #expect(secret != Secret("key-4712"))
    }
}
