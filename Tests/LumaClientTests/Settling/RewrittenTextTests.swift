import Testing

@testable import LumaClient

/// What a program may put in order in a text makes no other text of it.
@Suite struct RewrittenTextTests {
    @Test(arguments: Rewriting.all.filter { $0.shownName != "Untitled event" && $0.testDescription != "in capitals" })
    func aTextThatWasPutInOrderMayBeTheOneThatWasSent(rewriting: Rewriting) {
        #expect(RewrittenText.mayBe(rewriting.shownName, of: rewriting.name))
    }

    @Test(arguments: [
        ("Tea", "Coffee"), ("Tea", "Tea 2"), ("Tea 2", "Tea"), ("tea", "Tea"), ("", "Tea"), ("A & B", "A & C"),
        (String(repeating: "long ", count: 5), String(repeating: "long ", count: 6)),
    ])
    func anotherTextIsAnother(shown: String, sent: String) {
        #expect(!RewrittenText.mayBe(shown, of: sent))
    }
}
