import Core
import HTTP
import MCP
import Testing

@testable import ToolSources

/// From an answer to a result.
@Suite struct ForwarderAnswerTests {
    private static let get = #""request": {"method": "GET", "path": "/{a}"}"#

    /// The outcome of a call that gets one answer.
    private static func outcome(
        _ members: String, _ status: Int, _ body: String, _ fields: [Field] = [], upstream: String = "",
        _ settings: [String: String] = [:]
    ) throws -> ForwarderOutcome {
        let off = #", "retry": {"on": []}"#
        let forwarder = try ForwarderFixture.forwarder(
            ForwarderFixture.tool(get + members), upstream: off + upstream, settings)
        var play = try ForwarderPlay(forwarder, "tool", ["a": "x"])
        return try play.run([.status(status, body, fields)])
    }

    // MARK: Successes

    @Test(
        arguments: [
            ("", #"{"k":1}"#, #"{"k":1}"#, #"{"k":1}"#),
            ("", "[1]", "[1]", #"{"result":[1]}"#),
            ("", "plain", "plain", #"{"result":"plain"}"#),
            ("", "{broken", "{broken", #"{"result":"{broken"}"#),
            ("", "5", "5", #"{"result":"5"}"#),
            ("", "", "null", #"{"result":null}"#),
            (#", "response": {"as": "json"}"#, "5", "5", #"{"result":5}"#),
            (#", "response": {"as": "text"}"#, #"{"k":1}"#, #"{"k":1}"#, #"{"result":"{\"k\":1}"}"#),
            (#", "response": {"pick": "/a/0"}"#, #"{"a":[{"b":1}]}"#, #"{"b":1}"#, #"{"b":1}"#),
            (#", "response": {"pick": "/a", "missing": ""}"#, "{}", "", #"{"result":""}"#),
            (
                #", "response": {"pick": "/a", "shape": {"data": {"$body": ""}, "who": {"$arg": "a"}, "status": {"$status": true}}}"#,
                #"{"a":[1]}"#, #"{"data":[1],"who":"x","status":200}"#, #"{"data":[1],"who":"x","status":200}"#
            ),
            (#", "response": {"empty": {"done": true}}"#, "", #"{"done":true}"#, #"{"done":true}"#),
            (#", "stream": "text""#, "one two", "one two", #"{"result":"one two"}"#),
            (
                #", "stream": "sse""#, "data: a\n\ndata:b\r\n\r\nevent: x\n: c\ndata\n\ndata: [DONE]\n\n", "ab",
                #"{"result":"ab"}"#
            ),
            (
                #", "stream": "sse""#, "data: {\"n\":1}\n\ndata: {\ndata: \"n\":2}\n", #"[{"n":1},{"n":2}]"#,
                #"{"result":[{"n":1},{"n":2}]}"#
            ),
            (#", "stream": "ndjson""#, "{\"n\":1}\n\n[2]\r\n", #"[{"n":1},[2]]"#, #"{"result":[{"n":1},[2]]}"#),
            (#", "stream": "sse""#, "", "null", #"{"result":null}"#),
        ] as [(String, String, String, String)])
    func anAnswerBecomesAResult(members: String, body: String, text: String, structured: String) throws {
        let outcome = try Self.outcome(members, 200, body)
        #expect(outcome.failure == nil && !outcome.isFallback)
        #expect(outcome.texts == [text])
        let object = try #require(outcome.structured)
        #expect(String(decoding: JSON.object(object).encoded, as: UTF8.self) == structured)
        #expect(!outcome.toolResult.isError)
    }

    /// The bare value, where nothing may be around it.
    @Test func theBareValueIsKept() throws {
        #expect(try Self.outcome(#", "response": {"pick": "/code"}"#, 200, #"{"code":"print(1)"}"#).value == "print(1)")
    }

    @Test func octetsAreSeenOrHeard() throws {
        let bytes = #", "response": {"as": "bytes"}"#
        let png = try Self.outcome(bytes, 200, "PNG!", [Field("content-type", "image/PNG; x=1")])
        #expect(png.content == [.image(base64: "UE5HIQ==", mimeType: "image/png")])
        #expect(png.structured == ["mimeType": "image/png", "bytes": 4] && png.value == "UE5HIQ==")
        let sound = try Self.outcome(#", "response": {"as": "bytes", "mime": "audio/mpeg"}"#, 200, "x")
        #expect(sound.content == [.audio(base64: "eA==", mimeType: "audio/mpeg")])
        let other = try Self.outcome(bytes, 200, "x", [Field("content-type", "no type")])
        let resource = ResourceContents(
            uri: "luma-mcp://tools/tool/result", mimeType: "application/octet-stream", .blob(base64: "eA=="))
        #expect(other.content == [.resource(resource)])
    }

    @Test func furtherPiecesFollowTheText() throws {
        let members = #"""
            , "response": {"pick": "/text", "content": [{"type": "audio", "mime": "audio/mpeg", "data": {"$body": "/audio"}},
                                                        {"type": "text", "data": {"$body": "/note"}}]}
            """#
        let outcome = try Self.outcome(members, 200, #"{"text":"said","audio":"eA=="}"#)
        #expect(outcome.content == [.text("said"), .audio(base64: "eA==", mimeType: "audio/mpeg")])
        let wrong = try Self.outcome(members, 200, #"{"text":"said","audio":"not base 64"}"#)
        #expect(wrong.failure?.kind == .invalidUpstream)
    }

    @Test func aLongTextLosesItsMiddle() throws {
        let body = String(repeating: "ä", count: 900) + "end"
        let outcome = try Self.outcome(#", "response": {"limit_text": 200}"#, 200, body)
        let text = try #require(outcome.texts.first)
        #expect(text.hasPrefix("äää") && text.hasSuffix("end") && text.contains("703 characters are left out"))
        #expect(text.unicodeScalars.count < 260)
        #expect(outcome.value == .string(body))
    }

    @Test func latin1IsRead() throws {
        let forwarder = try ForwarderFixture.forwarder(ForwarderFixture.tool(Self.get))
        var play = try ForwarderPlay(forwarder, "tool", ["a": "x"])
        let answer = OutboundResponse(
            status: 200, fields: [Field("content-type", "text/plain; charset=ISO-8859-1")], body: [0x66, 0xfc, 0x72])
        #expect(try play.run([.answer(answer)]).texts == ["für"])
    }

    // MARK: What is not as it should be

    @Test(
        arguments: [
            (#", "response": {"as": "json"}"#, "<html>", [], ForwarderFailure.Kind.invalidUpstream),
            (#", "response": {"as": "json"}"#, "", [], .invalidUpstream),
            (#", "response": {"as": "json"}"#, "{\"a\":1,\"a\":2}", [], .invalidUpstream),
            ("", "{broken", [Field("content-type", "application/problem+json")], .invalidUpstream),
            ("", String(repeating: "[", count: 10_000), [], .invalidUpstream),
            ("", "[" + String(repeating: "0,", count: 260_000) + "0]", [], .tooLarge),
            (#", "response": {"pick": "/a"}"#, "{}", [], .invalidUpstream),
            (#", "response": {"shape": {"$each": {"from": "/a", "shape": 1}}}"#, "{}", [], .invalidUpstream),
            (
                #", "response": {"fail_when": {"at": "/status", "equals": "error"}}"#, #"{"status":"error"}"#, [],
                .upstreamError
            ),
            (
                #", "response": {"fail_when": {"at": "/ok", "equals": [false, null]}}"#, #"{"ok":null}"#, [],
                .upstreamError
            ),
            ("", "x", [Field("content-encoding", "br")], .invalidUpstream),
            ("", String(repeating: "x", count: (4 << 20) + 1), [], .tooLarge),
            (#", "stream": "ndjson""#, String(repeating: "1\n", count: 100_001), [], .tooLarge),
        ] as [(String, String, [Field], ForwarderFailure.Kind)])
    func anAnswerThatDoesNotFitIsAFailure(
        members: String, body: String, fields: [Field], kind: ForwarderFailure.Kind
    ) throws {
        let outcome = try Self.outcome(members, 200, body, fields)
        #expect(outcome.failure?.kind == kind)
        #expect(outcome.toolResult.isError)
    }

    /// A shape that says the same many times is bounded by what it makes, not by what it is made of.
    @Test func aResultThatGrowsIsBounded() throws {
        let members = #", "response": {"shape": {"$each": {"from": "/l", "shape": {"$body": "/t"}}}}"#
        let list = Array(repeating: "0", count: 5000).joined(separator: ",")
        let body = #"{"l":[\#(list)],"t":"\#(String(repeating: "x", count: 10_000))"}"#
        #expect(try Self.outcome(members, 200, body).failure?.kind == .tooLarge)
    }

    @Test(
        arguments: [
            (400, ForwarderFailure.Kind.upstreamError), (401, .auth), (403, .auth), (404, .upstreamError),
            (409, .upstreamError),
            (422, .upstreamError), (429, .upstreamBusy), (500, .upstreamError), (503, .upstreamError),
            (302, .upstreamError),
            (304, .upstreamError),
        ] as [(Int, ForwarderFailure.Kind)])
    func aStatusBecomesAFailureInWords(status: Int, kind: ForwarderFailure.Kind) throws {
        let outcome = try Self.outcome("", status, #"{"message":"inner words"}"#)
        let failure = try #require(outcome.failure)
        #expect(failure.kind == kind && failure.status == status && failure.code == kind.rawValue)
        let text = try #require(outcome.texts.first)
        #expect(text.hasPrefix("Work failed: ") && text.contains("\(status)") && !text.contains("inner words"))
        #expect(outcome.structured?["error"]?["code"] == .string(failure.code))
        // What is wrong between the gateway and the service is nobody else's 401.
        #expect(kind.restStatus != 401 && kind.restStatus >= 429)
    }

    @Test(
        arguments: [
            (#"{"error":{"message":"inner words"}}"#, "inner words"), (#"{"error":"inner words"}"#, "inner words"),
            (#"{"detail":"inner words"}"#, "inner words"), (#"{"errors":[{"message":"inner words"}]}"#, "inner words"),
            (#"{"message":"inner\u0007 \u202e\u001b[31mwords"}"#, "inner words"), ("inner words", "inner words"),
            (#"{"message":{"x":1}}"#, nil), ("<html>inner words</html>", nil), (#"{"message":""}"#, nil), ("", nil),
        ] as [(String, String?)])
    func whatAServiceSaysIsToldWhereTheDocumentWantsIt(body: String, said: String?) throws {
        let type = body.hasPrefix("{") ? "application/json" : body.hasPrefix("<") ? "text/html" : "text/plain"
        let outcome = try Self.outcome(#", "errors": {"reveal": true}"#, 422, body, [Field("content-type", type)])
        #expect(outcome.failure?.message == "the service answered 422" + (said.map { ": " + $0 } ?? ""))
    }

    @Test func whatAServiceSaysIsShort() throws {
        let outcome = try Self.outcome(
            #", "errors": {"reveal": true}"#, 500, #"{"message":"\#(String(repeating: "w", count: 5000))"}"#)
        #expect(try #require(outcome.failure).message.count < 450)
    }

    @Test func aStatusMayMeanSomethingOfItsOwn() throws {
        let members = #"""
            , "errors": {"status": {"4xx": {"text": "it is not possible"}, "404": {"code": "gone", "text": "there is no such thing"}}}
            """#
        let missing = try #require(try Self.outcome(members, 404, "").failure)
        #expect(missing.code == "gone" && missing.message == "there is no such thing (the service answered 404)")
        let other = try #require(try Self.outcome(members, 418, "").failure)
        #expect(other.code == "upstream_error" && other.message == "it is not possible (the service answered 418)")
    }

    @Test(
        arguments: [
            (429, [Field("retry-after", "7")], 7), (429, [Field("retry-after", " 0.2 ")], 1), (429, [], nil),
            (429, [Field("retry-after", "Fri, 15 Jan 2027 08:00:30 GMT")], 30), (429, [Field("retry-after", "-5")], 0),
            (429, [Field("retry-after", "soon")], nil), (429, [Field("retry-after", "1e300")], 86_400),
            (403, [Field("retry-after", "60")], 60),
            (403, [Field("x-ratelimit-remaining", "0"), Field("x-ratelimit-reset", "1800000090")], 90),
        ] as [(Int, [Field], Int?)])
    func aLimitSaysWhenToComeBack(status: Int, fields: [Field], seconds: Int?) throws {
        let outcome = try Self.outcome("", status, "", fields)
        #expect(outcome.failure?.kind == .upstreamBusy)
        #expect(outcome.failure?.retryAfterSeconds == seconds)
        if let seconds {
            let words = "Try again in \(Plural.count(seconds, "second"))."
            #expect(try #require(outcome.texts.first).contains(words))
        }
    }

    // MARK: Shapes of failures

    private static let envelope = #"""
        , "errors": {"shape": {"error": {"$text": "{@label} failed: {@message}"}, "status": "error", "who": {"$arg": "a"},
                               "left_out": {"$arg": "nothing"}, "http": {"$status": true}}}
        """#

    @Test func aFailureHasTheDocumentsShape() throws {
        let outcome = try Self.outcome(Self.envelope, 500, "")
        let expected: JSONObject = [
            "error": "Work failed: the service answered 500", "status": "error", "who": "x", "http": 500,
        ]
        #expect(outcome.structured == expected)
        #expect(outcome.texts == [String(decoding: JSON.object(expected).encoded, as: UTF8.self)])
        #expect(outcome.toolResult.isError)
    }

    @Test func argumentsThatDoNotFitHaveAShapeOfTheirOwn() throws {
        let forwarder = try ForwarderFixture.forwarder(
            #"""
            {"name": "tool", "trim": ["q"],
             "input": {"type": "object", "required": ["q"], "properties": {"q": {"type": "string", "minLength": 1, "maxLength": 5}, "n": {"type": "integer"}}},
             "request": {"method": "GET", "path": "/", "query": {"q": {"$arg": "q"}}},
             "errors": {"invalid": {"error": {"$text": "Invalid: {@message}"}, "q": {"$arg": "q"}}}}
            """#)
        let tool = forwarder.tools[0]
        #expect(try tool.checked(["q": " \u{a0}abcde\n", "n": "5"]).get() == ["q": "abcde", "n": 5])
        for arguments in [["q": "  "], [:], ["q": "abcdef"], ["q": "a", "other": 1], ["q": 1, "n": "x"]] as [JSONObject]
        {
            let invalid = try #require(throws: ForwarderTool.InvalidArguments.self) {
                try tool.checked(arguments).get()
            }
            let outcome = invalid.outcome
            #expect(outcome.failure?.kind == .invalidArguments && outcome.toolResult.isError)
            #expect(outcome.structured?["error"]?.stringValue?.hasPrefix("Invalid: ") == true)
        }
    }

    // MARK: Fallbacks

    private static let fallback = #"""
        , "fallback": {"on": ["unreachable", "timeout", "5xx", "404"], "notice": "Not the service's.", "shape": {"$text": "# {a:line}"}}
        """#

    @Test(
        arguments: [
            (ForwarderPlay.Event.status(503), true), (.status(404), true), (.status(500), true), (.status(400), false),
            (.status(429), false), (.lost(.connectionRefused, neverSent: true), true), (.lost(.timeout), true),
            (.lost(.responseTooLarge), false), (.status(200, "real"), false),
        ] as [(ForwarderPlay.Event, Bool)])
    func aFallbackIsLabelledAsSuch(event: ForwarderPlay.Event, stands: Bool) throws {
        let forwarder = try ForwarderFixture.forwarder(
            ForwarderFixture.tool(#""request": {"method": "GET", "path": "/"}"# + Self.fallback),
            upstream: #", "retry": {"attempts": 1}"#)
        var play = try ForwarderPlay(forwarder, "tool", ["a": "x\ny"])
        let outcome = try play.run([event])
        #expect(outcome.isFallback == stands)
        guard stands else { return }
        #expect(outcome.failure == nil && outcome.texts == ["Not the service's.", "# x y"])
        #expect(outcome.structured == ["result": "# x y", "fallback": true, "notice": "Not the service's."])
    }

    // MARK: Secrets

    /// A service that echoes what it was sent: no secret comes back, in any form.
    @Test func noSecretComesBack() throws {
        let key = "s3cret-Key+42"
        let forms = [key, key.uppercased(), Base64.encode(Array(key.utf8)), PercentCoding.encode(key), "a%252B" + key]
        let upstream = #", "auth": {"kind": "header", "value": {"$secret": "A_KEY"}}"#
        for form in forms {
            for status in [200, 500] {
                let outcome = try Self.outcome(
                    #", "errors": {"reveal": true}"#, status,
                    #"{"message":"you sent \#(form)","\#(form)":["\#(form)"]}"#,
                    upstream: upstream, ["A_KEY": key])
                let said = String(decoding: outcome.value.encoded, as: UTF8.self) + outcome.texts.joined()
                #expect(!said.contains(form), "\(form) \(status)")
                #expect(said.contains(Redactor.mark))
            }
        }
    }

    /// Text that a person does not see, and commands to a terminal, are taken out of results.
    @Test func resultsAreClean() throws {
        let outcome = try Self.outcome("", 200, #"{"a\u200b":"x\u001b[31my\u202ez","a":"second","t\u00e9xt":"ok"}"#)
        #expect(outcome.structured == ["a": "xyz", "téxt": "ok"])
    }
}
