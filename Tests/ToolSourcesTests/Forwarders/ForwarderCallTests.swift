import Core
import HTTP
import Testing

@testable import ToolSources

/// Calls with several requests, retries, tokens, pages and redirects.
@Suite struct ForwarderCallTests {
    private static func forwarder(_ members: String, upstream: String = "") throws -> Forwarder {
        try ForwarderFixture.forwarder(ForwarderFixture.tool(members), upstream: upstream, ["A_KEY": "some-key"])
    }

    // MARK: Steps

    private static let steps = #"""
        "steps": [{"id": "look", "accept": [200, 404], "request": {"method": "GET", "path": "/items/{a}"}},
                  {"id": "put", "request": {"method": "PUT", "path": "/items/{a}", "json": {"b": {"$arg": "b"}, "tag": {"$step": "look", "at": "/tag"}}}}],
        "hints": {"idempotent": false},
        "response": {"shape": {"tag": {"$step": "look", "at": "/tag"}, "was": {"$case": {"of": {"$status": true}, "201": "new", "else": "old"}}}}
        """#

    @Test func aStepUsesTheAnswerToTheOneBefore() throws {
        var play = try ForwarderPlay(Self.forwarder(Self.steps), "tool", ["a": "x", "b": 1])
        let outcome = try play.run([.status(200, #"{"tag":"t1"}"#), .status(200, "{}")])
        #expect(
            play.sent.map(\.line) == [
                "GET https://service.example/base/items/x", "PUT https://service.example/base/items/x",
            ])
        #expect(play.sent[1].text == #"{"b":1,"tag":"t1"}"#)
        #expect(outcome.structured == ["tag": "t1", "was": "old"])
    }

    @Test func whatAStepDoesNotFindIsLeftOut() throws {
        var play = try ForwarderPlay(Self.forwarder(Self.steps), "tool", ["a": "x", "b": 1])
        let outcome = try play.run([.status(404, #"{"message":"none"}"#), .status(201, "")])
        #expect(play.sent[1].text == #"{"b":1}"#)
        #expect(outcome.structured == ["was": "new"])
    }

    @Test func aFailureSaysWhichStepsWereDone() throws {
        var first = try ForwarderPlay(Self.forwarder(Self.steps), "tool", ["a": "x", "b": 1])
        let early = try first.run([.status(500, "")])
        #expect(early.failure?.message == "the service answered 500")
        var second = try ForwarderPlay(Self.forwarder(Self.steps), "tool", ["a": "x", "b": 1])
        let late = try second.run([.status(200, "{}"), .status(500, "")])
        #expect(late.failure?.message == "the service answered 500; done before it: look, not done: put")
    }

    /// The step that only looks is repeated, the one that changes something is not.
    @Test func eachStepIsRepeatedAsItMayBe() throws {
        var play = try ForwarderPlay(Self.forwarder(Self.steps), "tool", ["a": "x", "b": 1])
        let outcome = try play.run([.lost(.connectionLost), .status(200, "{}"), .lost(.connectionLost)])
        #expect(play.pauses.count == 1 && play.sent.count == 3)
        #expect(outcome.failure?.kind == .outcomeUnknown)
        #expect(outcome.failure?.message.contains("may have taken effect") == true)
    }

    // MARK: Retries

    @Test func aReadIsRepeatedOnce() throws {
        let forwarder = try Self.forwarder(#""request": {"method": "GET", "path": "/"}"#)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        let outcome = try play.run([.status(503), .status(200, #"{"ok":true}"#)])
        #expect(outcome.structured == ["ok": true] && play.sent.count == 2 && play.sent[0] == play.sent[1])
        var other = try ForwarderPlay(forwarder, "tool", [:])
        let failed = try other.run([.lost(.connectionRefused, neverSent: true), .status(503)])
        #expect(failed.failure?.status == 503)
    }

    @Test(
        arguments: [
            (ForwarderPlay.Event.status(503), ForwarderFailure.Kind.upstreamError), (.lost(.timeout), .outcomeUnknown),
            (.lost(.connectionLost), .outcomeUnknown), (.lost(.responseTooLarge), .tooLarge),
            (.status(429), .upstreamBusy),
        ] as [(ForwarderPlay.Event, ForwarderFailure.Kind)])
    func aWriteIsNotRepeated(event: ForwarderPlay.Event, kind: ForwarderFailure.Kind) throws {
        let forwarder = try Self.forwarder(#""request": {"method": "POST", "path": "/", "json": {}}"#)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        let outcome = try play.run([event])
        #expect(outcome.failure?.kind == kind && play.sent.count == 1)
    }

    @Test func aWriteThatWasNotSentIsSentAgain() throws {
        let forwarder = try Self.forwarder(#""request": {"method": "POST", "path": "/", "json": {}}"#)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        let outcome = try play.run([.lost(.connectTimeout, neverSent: true), .status(201, #"{"id":1}"#)])
        #expect(outcome.structured == ["id": 1])
    }

    @Test func aPostThatOnlyReadsMayBeRepeated() throws {
        let forwarder = try Self.forwarder(
            #""request": {"method": "POST", "path": "/", "json": {}}, "hints": {"idempotent": true}"#)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        #expect(try play.run([.lost(.connectionLost), .status(200, "{}")]).failure == nil)
    }

    @Test func nothingIsRepeatedAfterTheDeadline() throws {
        let forwarder = try Self.forwarder(#""request": {"method": "GET", "path": "/"}"#)
        var play = try ForwarderPlay(forwarder, "tool", [:], seconds: 5)
        let outcome = try play.run([.status(503, "", [Field("retry-after", "30")])])
        #expect(outcome.failure?.status == 503 && play.pauses.isEmpty)
    }

    // MARK: Tokens

    private static let login = #"""
        , "auth": {"kind": "login", "request": {"method": "POST", "path": "/login", "json": {"key": {"$secret": "A_KEY"}}},
                   "token": {"json": "/token"}}
        """#

    private static func credentials(_ forwarder: Forwarder, _ count: Int) -> [ForwarderCredentials] {
        (1...count).map { forwarder.auth.credentials(Secret("token-number-\($0)"), generation: UInt64($0)) }
    }

    /// A refusal proves that nothing was done: even a write is sent once more.
    @Test func aRefusedTokenLeadsToOneMoreTry() throws {
        let forwarder = try Self.forwarder(
            #""request": {"method": "POST", "path": "/", "json": {}}"#, upstream: Self.login)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        play.tokens = Self.credentials(forwarder, 2)
        let outcome = try play.run([.status(401), .status(200, #"{"you":"token-number-2"}"#)])
        #expect(play.asked == ["token", "refused 1"])
        #expect(play.sent.map { $0["authorization"] } == ["Bearer token-number-1", "Bearer token-number-2"])
        #expect(outcome.structured == ["you": .string(Redactor.mark)])
    }

    @Test func aSecondRefusalIsTheAnswer() throws {
        let forwarder = try Self.forwarder(#""request": {"method": "GET", "path": "/"}"#, upstream: Self.login)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        play.tokens = Self.credentials(forwarder, 2)
        let outcome = try play.run([.status(401), .status(401)])
        #expect(play.asked == ["token", "refused 1", "refused 2 again"])
        #expect(outcome.failure?.kind == .auth)
    }

    @Test func withoutATokenNothingIsSent() throws {
        let forwarder = try Self.forwarder(#""request": {"method": "GET", "path": "/"}"#, upstream: Self.login)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        let outcome = try play.run([])
        #expect(outcome.failure?.kind == .auth && play.sent.isEmpty)
    }

    /// A key that never changes is not asked for again.
    @Test func aFixedKeyThatIsRefusedIsTheAnswer() throws {
        let forwarder = try Self.forwarder(
            #""request": {"method": "GET", "path": "/"}"#,
            upstream: #", "auth": {"kind": "header", "value": {"$secret": "A_KEY"}}"#)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        #expect(try play.run([.status(401)]).failure?.kind == .auth)
        #expect(play.asked.isEmpty)
    }

    // MARK: Pages

    private static func paged(_ next: String, _ more: String = "") throws -> Forwarder {
        try forwarder(
            #"""
            "request": {"method": "GET", "path": "/list", "query": {"n": 2}},
            "pages": {"next": \#(next), "items": "/items"\#(more)},
            "response": {"shape": {"ids": {"$each": {"from": "/items", "where_absent": "/skip", "limit": {"$arg": "a"}, "shape": {"$item": "/id"}}}}}
            """#)
    }

    private static func page(_ ids: [Int], skip: Bool = false, next: String? = nil) -> String {
        let items = ids.map { "{\"id\":\($0)" + (skip ? ",\"skip\":1}" : "}") }.joined(separator: ",")
        return "{\"items\":[" + items + "],\"next\":" + (next.map { "\"" + $0 + "\"" } ?? "null") + "}"
    }

    @Test func pagesAreFollowedByACursor() throws {
        let forwarder = try Self.paged(#"{"cursor": "/next", "query": "after"}"#)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        let outcome = try play.run([
            .status(200, Self.page([1, 2], next: "c &1")), .status(200, Self.page([3], next: "c2")),
            .status(200, Self.page([4], next: "c3")),
        ])
        let base = "GET https://service.example/base/list?n=2"
        #expect(play.sent.map(\.line) == [base, base + "&after=c%20%261", base + "&after=c2"])
        #expect(outcome.structured == ["ids": [1, 2, 3, 4]])
    }

    @Test func noPageIsReadThatIsNotWanted() throws {
        let forwarder = try Self.paged(#"{"cursor": "/next", "query": "after"}"#)
        var play = try ForwarderPlay(forwarder, "tool", ["a": 2])
        let outcome = try play.run([
            .status(200, Self.page([1, 2], skip: true, next: "c1")), .status(200, Self.page([3, 4, 5], next: "c2")),
        ])
        #expect(outcome.structured == ["ids": [3, 4]])
    }

    @Test func pagesAreFollowedByALink() throws {
        let forwarder = try Self.paged(#""link""#, #", "max": 10"#)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        let link = Field(
            "link", #"<https://service.example/base/list?p=2>; title="a, b"; rel="prev next", </x>; rel=last"#)
        let outcome = try play.run([
            .status(200, Self.page([1]), [link]),
            .status(200, Self.page([2]), [Field("link", "</base/list?p=1>; rel=prev")]),
        ])
        #expect(play.sent.last?.line == "GET https://service.example/base/list?p=2")
        #expect(outcome.structured == ["ids": [1, 2]])
    }

    @Test(arguments: [
        "<https://evil.example/base/list>", "</other/list>", "<//evil.example/base>",
        "<http://service.example/base/list>",
        "</base/../x>",
    ])
    func aLinkThatLeadsElsewhereIsNotFollowed(target: String) throws {
        let forwarder = try Self.paged(#""link""#)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        let outcome = try play.run([.status(200, Self.page([1]), [Field("link", target + "; rel=\"next\"")])])
        #expect(outcome.failure?.kind == .invalidUpstream && play.sent.count == 1)
    }

    /// A service that links to the same page for ever.
    @Test func pagesEnd() throws {
        let forwarder = try Self.paged(#""link""#, #", "max": 10"#)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        let same = Field("link", "<?n=2>; rel=next")
        let outcome = try play.run([.status(200, Self.page([1]), [same])])
        #expect(outcome.structured == ["ids": [1]])
        let most = try Self.paged(#"{"cursor": "/next", "query": "after"}"#, #", "max": 2"#)
        var other = try ForwarderPlay(most, "tool", [:])
        let bounded = try other.run([.status(200, Self.page([1], next: "a")), .status(200, Self.page([2], next: "b"))])
        #expect(bounded.structured == ["ids": [1, 2]])
    }

    // MARK: Redirects

    @Test(
        arguments: [
            ("/base/there", "https://service.example/base/there"),
            ("https://service.example/base/there?x=1", "https://service.example/base/there?x=1"),
            ("https://evil.example/base/there", nil), ("//evil.example/base", nil), ("http://127.0.0.1/base/x", nil),
            ("https://[::ffff:7f00:1]/base/x", nil), ("file:///etc/passwd", nil), ("/etc/passwd", nil),
            ("http://service.example/base/there", nil), ("/base/../../x", nil),
        ] as [(String, String?)])
    func aRedirectIsFollowedWithinTheServiceAlone(location: String, url: String?) throws {
        let forwarder = try Self.forwarder(
            #""request": {"method": "GET", "path": "/here"}, "response": {"redirects": 1}"#,
            upstream: #", "auth": {"kind": "header", "value": {"$secret": "A_KEY"}}"#)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        let moved = ForwarderPlay.Event.status(302, "", [Field("location", location)])
        guard let url else {
            let outcome = try play.run([moved])
            #expect(outcome.failure?.status == 302 && play.sent.count == 1)
            return
        }
        // One is followed, and no more.
        let outcome = try play.run([moved, moved])
        #expect(play.sent.map(\.url) == ["https://service.example/base/here", url])
        #expect(outcome.failure?.status == 302)
    }

    @Test(
        arguments: [
            ("/elsewhere", "a path outside of the base URL"), ("https://evil.example/base/x", "another origin"),
            ("there", "a URL that is malformed, too long or relative to the path"),
        ])
    func itIsSaidWhereARedirectLeads(location: String, words: String) throws {
        let forwarder = try Self.forwarder(
            #""request": {"method": "GET", "path": "/here"}, "response": {"redirects": 1}"#)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        let outcome = try play.run([.status(302, "", [Field("location", location)])])
        #expect(outcome.failure?.message == "the service redirects to \(words), which is not followed")
    }

    @Test func aWriteIsNeverRedirected() throws {
        let forwarder = try Self.forwarder(
            #""request": {"method": "POST", "path": "/here", "json": {}}, "response": {"redirects": 3}"#)
        var play = try ForwarderPlay(forwarder, "tool", [:])
        let outcome = try play.run([.status(307, "", [Field("location", "/base/there")])])
        #expect(outcome.failure?.status == 307)
    }
}
