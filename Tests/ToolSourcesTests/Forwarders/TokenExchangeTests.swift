import Core
import HTTP
import Testing

@testable import ToolSources

/// What is asked for a token, and what its answer says.
@Suite struct TokenExchangeTests {
    private static func forwarder(_ auth: String) throws -> Forwarder {
        try ForwarderFixture.forwarder(
            #"{"name": "a", "request": {"method": "GET", "path": "/a"}}"#, upstream: #", "auth": \#(auth)"#,
            ["A_ID": "id:1", "A_KEY": "key&2"])
    }

    private static func login(_ members: String) throws -> Forwarder {
        try forwarder(
            #"""
            {"kind": "login", "request": {"method": "POST", "path": "/login", "json": {"data": {"id": {"$secret": "A_ID"}, "key": {"$secret": "A_KEY"}}}},
             "expect": [200], \#(members)}
            """#)
    }

    private static let oauth = #"""
        "kind": "oauth2_client_credentials", "client_id": {"$secret": "A_ID"}, "client_secret": {"$secret": "A_KEY"},
        "token_url": "https://service.example/token", "scope": "a b", "extra": {"tenant": "t"}
        """#

    private static func outcome(
        _ forwarder: Forwarder, _ status: Int, _ body: String, _ fields: [Field] = []
    ) -> String {
        let answer = ForwarderFixture.answer(status, body, fields)
        switch TokenExchange(forwarder).read(answer, wallClock: ForwarderPlay.epoch) {
        case .token(let secret, let lifetime): return "\(secret.reveal()) \(Int(lifetime))"
        case .refused(let failure): return "refused \(failure.message)"
        case .failed(let failure): return "failed \(failure.message)"
        }
    }

    @Test func aLoginIsARequestOfTheService() throws {
        let request = try TokenExchange(Self.login(#""token": {"cookie": "t"}"#)).request()
        #expect(request.line == "POST https://service.example/base/login")
        #expect(request.text == #"{"data":{"id":"id:1","key":"key&2"}}"#)
        #expect(request["content-type"] == "application/json" && request["authorization"] == nil)
    }

    @Test func clientCredentialsGoAsTheStandardSays() throws {
        let basic = try TokenExchange(Self.forwarder("{\(Self.oauth)}")).request()
        #expect(basic.line == "POST https://service.example/token")
        #expect(basic.text == "grant_type=client_credentials&scope=a%20b&tenant=t")
        #expect(basic["authorization"] == "Basic " + Base64.encode(Array("id%3A1:key%262".utf8)))
        let body = try TokenExchange(Self.forwarder(#"{\#(Self.oauth), "client_auth": "body"}"#)).request()
        #expect(body["authorization"] == nil)
        #expect(body.text.hasSuffix("&client_id=id:1&client_secret=key%262"))
    }

    @Test(
        arguments: [
            (200, [Field("set-cookie", "t=abc; Path=/; Max-Age=60")], "abc 60"),
            (
                200,
                [Field("set-cookie", "t=old"), Field("set-cookie", "x=1"), Field("set-cookie", "t=\"new\"; HttpOnly")],
                "new 300"
            ),
            (200, [Field("set-cookie", "t=abc; Expires=Fri, 15 Jan 2027 09:00:00 GMT")], "abc 3600"),
            (200, [Field("set-cookie", "t=abc; Max-Age=0")], "abc 300"),
            (200, [Field("set-cookie", "t=a=b")], "a=b 300"),
            (200, [Field("set-cookie", "T=abc")], "failed the response to the login (200) has no token"),
            (200, [Field("set-cookie", "t=")], "failed the response to the login (200) has no token"),
            (200, [], "failed the response to the login (200) has no token"),
            (
                200, [Field("set-cookie", "t=a b")],
                "failed the response to the login (200) has a token that no header field can carry"
            ),
            (
                200, [Field("set-cookie", "t=" + String(repeating: "a", count: 100_000))],
                "failed the response to the login (200) has a token that no header field can carry"
            ),
            (302, [Field("set-cookie", "t=abc")], "failed the response to the login (302) is not a success"),
            (503, [], "failed the response to the login (503) is not a success"),
            (401, [], "refused the response to the login (401) rejects the configured credentials"),
            (400, [], "refused the response to the login (400) rejects the configured credentials"),
        ] as [(Int, [Field], String)])
    func aCookieIsTheToken(status: Int, fields: [Field], outcome: String) throws {
        let forwarder = try Self.login(#""token": {"cookie": "t"}"#)
        #expect(Self.outcome(forwarder, status, "<html>token</html>", fields) == outcome)
    }

    @Test func aMemberOrAFieldIsTheToken() throws {
        let json = try Self.login(
            #""token": {"json": "/data/token"}, "lifetime": {"pointer": "/data/ttl", "default_seconds": 77}"#)
        #expect(Self.outcome(json, 200, #"{"data":{"token":"abc","ttl":"90"}}"#) == "abc 90")
        #expect(Self.outcome(json, 200, #"{"data":{"token":"abc"}}"#) == "abc 77")
        #expect(Self.outcome(json, 200, #"{"data":{"token":5}}"#).hasPrefix("failed"))
        #expect(Self.outcome(json, 200, "<html>").hasPrefix("failed"))
        #expect(Self.outcome(json, 200, String(repeating: "[", count: 9999)).hasPrefix("failed"))
        let field = try Self.login(#""token": {"header": "X-Token"}"#)
        #expect(Self.outcome(field, 200, "", [Field("x-token", "abc")]) == "abc 300")
    }

    /// A token of three parts of which the second says when it ends.
    private static func jwt(_ claims: String) -> String {
        let text = String(
            Base64.encode(Array(claims.utf8)).filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
        return "eyJhbGciOiJub25lIn0.\(text).sig"
    }

    @Test(arguments: [
        (#"{"exp":1800000500}"#, 500), (#"{"exp":1700000900,"iat":1700000000}"#, 900), (#"{"exp":1700000000}"#, 300),
        (#"{"exp":"soon"}"#, 300), ("{}", 300), ("no json", 300),
    ])
    func aTokenMaySayItselfWhenItEnds(claims: String, seconds: Int) throws {
        let forwarder = try Self.login(#""token": {"json": "/token"}"#)
        let token = Self.jwt(claims)
        #expect(Self.outcome(forwarder, 200, #"{"token":"\#(token)"}"#) == "\(token) \(seconds)")
    }

    @Test(
        arguments: [
            (200, #"{"access_token":"abc","token_type":"BEARER","expires_in":3600}"#, "abc 3600"),
            (200, #"{"access_token":"abc","token_type":"bearer","expires_in":"3600"}"#, "abc 3600"),
            (200, #"{"access_token":"abc","expires_in":0}"#, "abc 300"),
            (201, #"{"access_token":"abc","expires_in":-1}"#, "abc 300"),
            (200, #"{"access_token":"abc","expires_in":{}}"#, "abc 300"),
            (
                200, #"{"access_token":"abc","token_type":"mac"}"#,
                "failed the response to the login (200) has a token of another type than Bearer"
            ),
            (200, #"{"token":"abc"}"#, "failed the response to the login (200) has no token"),
            (200, "<html>", "failed the response to the login (200) has no token"),
            (
                400, #"{"error":"invalid_client","error_description":"key&2"}"#,
                "refused the response to the login (400) rejects the configured credentials"
            ),
            (500, "", "failed the response to the login (500) is not a success"),
        ] as [(Int, String, String)])
    func anAuthorizationServerAnswers(status: Int, body: String, outcome: String) throws {
        #expect(Self.outcome(try Self.forwarder("{\(Self.oauth)}"), status, body) == outcome)
    }
}
