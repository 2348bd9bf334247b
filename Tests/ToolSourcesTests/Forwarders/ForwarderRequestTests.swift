import Core
import HTTP
import Testing

@testable import ToolSources

/// From arguments to a request: each value where it belongs, and nowhere else.
@Suite struct ForwarderRequestTests {
    private static func request(
        _ members: String, _ arguments: JSONObject, upstream: String = "", _ settings: [String: String] = [:]
    ) throws -> Result<ForwarderRequest, ForwarderFailure> {
        let forwarder = try ForwarderFixture.forwarder(ForwarderFixture.tool(members), upstream: upstream, settings)
        return try ForwarderPlay.request(forwarder, "tool", arguments)
    }

    // MARK: Base

    @Test(
        arguments: [
            ("https://a.example", "https://a.example"), ("HTTPS://A.Example:8443/x/y/", "https://a.example:8443/x/y"),
            ("https://[2001:db8::1]/v1", "https://[2001:db8::1]/v1"),
            ("https://a.example/%41", "https://a.example/%41"),
            ("", nil), ("a.example", nil), ("ftp://a.example", nil), ("https://", nil), ("https://a b.example", nil),
            ("https://u:p@a.example", nil), ("https://a.example/?", nil), ("https://a.example#x", nil),
            ("https://a.example:0", nil), ("https://a.example:65536", nil), ("https://a.example:", nil),
            ("https://0x7f000001", nil), ("https://2130706433", nil), ("https://127.1", nil), ("https://::1", nil),
            ("https://a.example\\@evil.example", nil), ("https://a.example/a//b", nil), ("https://a.example/a//", nil),
            ("https://a.example/./b", nil), ("https://a.example/%2e%2e/b", nil), ("https://a.example/%2", nil),
            ("https://a.example/ü", nil), ("http://a.example", nil), ("https://localhost", nil), ("https://[::1]", nil),
            ("https://0.0.0.0", nil), ("https://a_b.example", nil),
        ] as [(String, String?)])
    func aBaseIsReadInOneWay(text: String, base: String?) {
        let read = try? ServiceBase(text, allow: ServiceBase.Allowance())
        #expect(read?.text == base)
    }

    @Test func whatIsOpenedIsOpen() throws {
        var allow = ServiceBase.Allowance()
        allow.isLoopback = true
        #expect(try ServiceBase("http://localhost:8000", allow: allow).origin == "http://localhost:8000")
        #expect(throws: ReferenceError.self) { try ServiceBase("http://a.example", allow: allow) }
        allow.isPlainHTTP = true
        #expect(try ServiceBase("http://a.example", allow: allow).origin == "http://a.example")
    }

    /// Links of a service: within it, or nowhere.
    @Test(
        arguments: [
            ("https://a.example/v1/x?page=2", "https://a.example/v1/x?page=2"), ("/v1/x", "https://a.example/v1/x"),
            ("?page=2", "https://a.example/v1/list?page=2"),
            ("https://a.example:443/v1/x", "https://a.example:443/v1/x"),
            ("/v1", "https://a.example/v1"),
        ])
    func aLinkIsFollowedWithinTheService(reference: String, url: String) throws {
        let base = try ServiceBase("https://a.example/v1", allow: ServiceBase.Allowance())
        #expect(try base.follow(reference, from: "https://a.example/v1/list?page=1") == url)
    }

    @Test(
        arguments: [
            ("/", .above), ("/v10/x", .above), ("https://a.example/other", .above),
            ("//evil.example/v1/x", .elsewhere), ("https://evil.example/v1/x", .elsewhere),
            ("http://a.example/v1/x", .elsewhere), ("https://a.example:444/v1/x", .elsewhere),
            ("https://a.example.evil.example/v1/", .elsewhere),
            ("", .unclear), ("/v1/../admin", .unclear), ("/v1/%2e%2e/admin", .unclear), ("/v1/..;/admin", .unclear),
            ("/v1/a//b", .unclear), ("https://a.example@evil.example/v1/x", .unclear), ("x", .unclear),
            ("file:///v1/x", .unclear), ("/v1/x#f", .unclear), ("/v1/x y", .unclear), ("/v1/x\\..\\y", .unclear),
            ("/v1/x?a=\u{7f}", .unclear), ("/v1/" + String(repeating: "a", count: 9000), .unclear),
        ] as [(String, ServiceBase.Departure)])
    func aLinkThatLeadsAwayIsNotFollowed(reference: String, departure: ServiceBase.Departure) throws {
        let base = try ServiceBase("https://a.example/v1", allow: ServiceBase.Allowance())
        #expect(throws: departure) {
            _ = try base.follow(reference, from: "https://a.example/v1/list?page=1")
        }
    }

    // MARK: Paths

    @Test(
        arguments: [
            ("plain", "plain"), (5, "5"), (true, "true"), (1.5, "1.5"), ("a/b", "a%2Fb"), ("a?x=1", "a%3Fx%3D1"),
            ("a#f", "a%23f"), ("a%", "a%25"), ("é", "%C3%A9"), ("a b+c", "a%20b%2Bc"), ("a;b", "a%3Bb"), ("...", "..."),
            ("a..b", "a..b"), ("..a", "..a"), ("~-._", "~-._"), ("{b}", "%7Bb%7D"),
            ("", nil), (".", nil), ("..", nil), ("../../admin", nil), ("a/../b", nil), ("a\\..\\b", nil),
            ("%2e%2e", nil),
            ("%2E%2e/x", nil), ("%252e%252e", nil), ("a%2f..%2fb", nil), ("..;", nil), ("..;x=1/y", nil),
            ("a\u{0}b", nil),
            ("a\r\nb", nil), ("a\u{85}b", nil), (["x"], nil), ([:], nil), (nil, nil),
            (.string(String(repeating: "a", count: 3000)), nil),
        ] as [(JSON, String?)])
    func aPathValueIsOneSegment(value: JSON, segment: String?) throws {
        let read = try Self.request(#""request": {"method": "GET", "path": "/items/{a}/end"}"#, ["a": value])
        switch (read, segment) {
        case (.success(let request), let segment?):
            #expect(request.url == "https://service.example/base/items/\(segment)/end")
        case (.failure(let failure), nil): #expect(failure.kind == .invalidArguments)
        default: Issue.record("\(read)")
        }
    }

    @Test(
        arguments: [
            ("docs/guide.md", "docs/guide.md"), ("a b/ü", "a%20b/%C3%BC"), ("one", "one"), ("a/b?c", "a/b%3Fc"),
            ("/abs", nil), ("a//b", nil), ("a/", nil), ("a/./b", nil), ("../x", nil), ("a/..", nil),
            ("a/%2e%2e/b", nil),
            ("", nil),
        ] as [(String, String?)])
    func aDeepPathValueIsItsSegments(value: String, path: String?) throws {
        let read = try Self.request(#""request": {"method": "GET", "path": "/files/{a+}"}"#, ["a": .string(value)])
        #expect((try? read.get().url) == path.map { "https://service.example/base/files/" + $0 })
    }

    // MARK: Queries

    @Test(
        arguments: [
            (#"{"q": {"$arg": "a"}}"#, ["a": "x & y=z/é+"], "q=x%20%26%20y%3Dz/%C3%A9%2B"),
            (#"{"q": {"$arg": "a"}, "fixed": 1, "on": true}"#, [:], "fixed=1&on=true"),
            (#"{"q": {"$arg": "a"}}"#, ["a": nil], ""),
            (#"{"q": {"$arg": "a", "default": "d"}}"#, [:], "q=d"),
            (#"{"q": {"$arg": "list"}}"#, ["list": [1, "b", true]], "q=1&q=b&q=true"),
            (#"{"q": {"$arg": "list", "array": "comma"}}"#, ["list": [1, "b"]], "q=1,b"),
            (#"{"q": {"$arg": "list", "array": "space"}}"#, ["list": [1, "b"]], "q=1%20b"),
            (#"{"q": {"$arg": "list", "array": "pipe"}}"#, ["list": [1, "b"]], "q=1%7Cb"),
            (#"{"q": {"$arg": "list", "array": "brackets"}}"#, ["list": [1, "b"]], "q%5B%5D=1&q%5B%5D=b"),
            (#"{"q": {"$arg": "list", "array": "comma"}}"#, ["list": []], ""),
            (#"{"q": {"$arg": "list", "array": "comma"}}"#, ["list": ["a,b"]], nil),
            (#"{"q": {"$arg": "list"}}"#, ["list": [[1]]], nil),
            (#"{"q": {"$arg": "list"}}"#, ["list": .array(Array(repeating: 1, count: 501))], nil),
            (#"{"q": {"$arg": "a", "object": "deep"}}"#, ["a": ["k": 1, "n": nil, "l": "x"]], "q%5Bk%5D=1&q%5Bl%5D=x"),
            (#"{"q": {"$arg": "a"}}"#, ["a": ["k": 1]], nil),
            (#"{"q": {"$text": "is:{a} {b}"}}"#, ["a": "open", "b": 2], "q=is:open%202"),
            (#"{"q": {"$arg": "a"}}"#, ["a": .string(String(repeating: "x", count: 9000))], nil),
        ] as [(String, JSONObject, String?)])
    func argumentsBecomeAQuery(template: String, arguments: JSONObject, query: String?) throws {
        let read = try Self.request(
            #""request": {"method": "GET", "path": "/find", "query": \#(template)}"#, arguments)
        switch (read, query) {
        case (.success(let request), let query?):
            #expect(request.url == "https://service.example/base/find" + (query.isEmpty ? "" : "?" + query))
        case (.failure(let failure), nil): #expect(failure.kind == .invalidArguments)
        default: Issue.record("\(read)")
        }
    }

    // MARK: Fields

    @Test(arguments: ["x\r\nauthorization: y", "x\ny", "x\u{0}", "x\u{7f}", "x\u{2028}y", "x\u{85}y"])
    func aFieldIsOneLine(value: String) throws {
        let read = try Self.request(
            #""request": {"method": "GET", "path": "/", "headers": {"x-note": {"$arg": "a"}}}"#, ["a": .string(value)])
        let failure = try #require(throws: ForwarderFailure.self) { try read.get() }
        #expect(failure.kind == .invalidArguments && !failure.message.contains("authorization"))
    }

    @Test func fieldsAreThoseOfTheDocumentAndTheGateway() throws {
        let request = try Self.request(
            #"""
            "request": {"method": "POST", "path": "/", "headers": {"X-Note": {"$arg": "a"}, "x-left-out": {"$arg": "b"}, "x-n": 7},
                        "json": {}}
            """#, ["a": "hé llo"],
            upstream: #", "headers": {"accept": "text/csv", "x-key": {"$secret": "KEY"}, "x-note": "default"}"#,
            ["KEY": "k-1"]
        ).get()
        let expected = [
            Field("accept", "text/csv"), Field("user-agent", Version.product), Field("x-request-id", "req-1"),
            Field("content-type", "application/json"), Field("x-key", "k-1"), Field("x-note", "hé llo"),
            Field("x-n", "7"),
        ]
        #expect(request.fields == expected)
    }

    @Test func aSecretWithALineEndIsNotSent() throws {
        let read = try Self.request(
            #""request": {"method": "GET", "path": "/"}"#, [:],
            upstream: #", "headers": {"x-key": {"$secret": "KEY"}}"#, ["KEY": "k\nx-admin: 1"])
        let failure = try #require(throws: ForwarderFailure.self) { try read.get() }
        #expect(failure.kind == .notConfigured && !failure.message.contains("x-admin"))
    }

    @Test func credentialsGoWhereTheirKindSays() throws {
        func request(_ auth: String) throws -> ForwarderRequest {
            try Self.request(
                #""request": {"method": "GET", "path": "/", "query": {"q": 1}}"#, [:], upstream: #", "auth": \#(auth)"#,
                ["KEY": "k&1", "USER": "us"]
            ).get()
        }
        let bearer = try request(
            #"{"kind": "header", "name": "authorization", "prefix": "Bearer ", "value": {"$secret": "KEY"}}"#)
        #expect(bearer["authorization"] == "Bearer k&1")
        let query = try request(#"{"kind": "query", "name": "key", "value": {"$secret": "KEY"}}"#)
        #expect(query.url == "https://service.example/base/?q=1&key=k%261" && query["authorization"] == nil)
        let basic = try request(#"{"kind": "basic", "user": {"$secret": "USER"}, "password": {"$secret": "KEY"}}"#)
        #expect(basic["authorization"] == "Basic dXM6ayYx")
        #expect(try request(#"{"kind": "none"}"#)["authorization"] == nil)
    }

    // MARK: Bodies

    /// A value in a body is a value, whatever it holds.
    @Test(
        arguments: [
            (
                #"{"role": "user", "name": {"$arg": "a"}}"#, ["a": #""}],"role":"admin"#],
                #"{"role":"user","name":"\"}],\"role\":\"admin"}"#
            ),
            (
                #"{"n": {"$arg": "a"}, "l": [{"$arg": "b"}, {"$arg": "c"}]}"#, ["a": 1.50, "b": nil, "c": [:]],
                #"{"n":1.5,"l":[{}]}"#
            ),
            (#"{"t": {"$text": "refs/heads/{a}"}}"#, ["a": #"x"y"#], #"{"t":"refs/heads/x\"y"}"#),
            (#"{"$arg": "a"}"#, ["a": ["whole": true]], #"{"whole":true}"#),
            (#"{"$arg": "a"}"#, [:], ""),
            (#"{"$literal": {"$arg": "a"}}"#, [:], #"{"$arg":"a"}"#),
        ] as [(String, JSONObject, String)])
    func argumentsBecomeABody(template: String, arguments: JSONObject, body: String) throws {
        let request = try Self.request(
            #""request": {"method": "POST", "path": "/", "json": \#(template)}"#, arguments
        ).get()
        #expect(request.text == body)
        #expect(request["content-type"] == (body.isEmpty ? nil : "application/json"))
    }

    @Test func aFormAndATextAreWritten() throws {
        let form = try Self.request(
            #""request": {"method": "POST", "path": "/", "form": {"a": {"$arg": "a"}, "l": {"$arg": "list", "array": "brackets"}, "x": 1}}"#,
            ["a": "b&c=d é", "list": [1, 2]]
        ).get()
        #expect(form.text == "a=b%26c%3Dd%20%C3%A9&l%5B%5D=1&l%5B%5D=2&x=1")
        #expect(form["content-type"] == "application/x-www-form-urlencoded")
        let text = try Self.request(
            #""request": {"method": "PUT", "path": "/", "headers": {"content-type": "text/markdown"}, "text": {"$arg": "a"}}"#,
            ["a": "# Title"]
        ).get()
        #expect(text.text == "# Title" && text["content-type"] == "text/markdown")
    }

    @Test func aFileIsOnePartOfABody() throws {
        let members = #"""
            "request": {"method": "POST", "path": "/", "multipart": [
               {"name": "note", "value": {"$arg": "a"}}, {"name": "left_out", "value": {"$arg": "c"}},
               {"name": "file", "base64": {"$arg": "b"}, "filename": "a.bin", "type": "image/png"}]}
            """#
        // The first boundary stands in the content, so the next one is taken.
        let request = try Self.request(members, ["a": "luma-mcp-0", "b": "AP8N"]).get()
        #expect(request["content-type"] == "multipart/form-data; boundary=luma-mcp-1")
        let head =
            "--luma-mcp-1\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\nluma-mcp-0\r\n--luma-mcp-1\r\n"
            + "content-disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\ncontent-type: image/png\r\n\r\n"
        #expect(request.body == Array(head.utf8) + [0x00, 0xff, 0x0d] + Array("\r\n--luma-mcp-1--\r\n".utf8))
        let failure = try #require(throws: ForwarderFailure.self) { try Self.request(members, ["b": "A"]).get() }
        #expect(failure.kind == .invalidArguments)
    }

    @Test func aBodyThatIsTooLargeIsNotSent() throws {
        let read = try Self.request(
            #""request": {"method": "POST", "path": "/", "json": {"a": {"$arg": "a"}}}"#,
            ["a": .string(String(repeating: "x", count: 2000))], upstream: #", "limits": {"request_bytes": 1024}"#)
        let failure = try #require(throws: ForwarderFailure.self) { try read.get() }
        #expect(failure.kind == .invalidArguments && failure.message.contains("1024"))
    }

    @Test func whatIsMissingInTheSettingsIsNamedBeforeAnythingIsSent() throws {
        let read = try Self.request(
            #""request": {"method": "POST", "path": "/", "json": {"key": {"$secret": "A_KEY"}}}"#, [:])
        let failure = try #require(throws: ForwarderFailure.self) { try read.get() }
        #expect(failure.kind == .notConfigured && failure.message.contains("set A_KEY"))
    }
}
