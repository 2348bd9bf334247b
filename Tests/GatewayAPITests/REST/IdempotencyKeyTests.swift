import Testing

@testable import GatewayAPI

/// Strings of structured fields (RFC 9651 §3.3.3), and the plain words that many clients send instead.
@Suite struct IdempotencyKeyTests {
    static let accepted: [(field: String, key: String)] = [
        (#""8e03978e-40d5-43e8-bc93-6894a57f9324""#, "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ("8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        (#"  "a"  "#, "a"), (" a\t", "a"), (#""a b""#, "a b"), (#""a,b""#, "a,b"), (#""a;b""#, "a;b"),
        (#""a\"b\\c""#, #"a"b\c"#), (#""a";q=1"#, "a"), (#""a" ; x"#, "a"), ("YWJj/+=", "YWJj/+="),
        (String(repeating: "k", count: 255), String(repeating: "k", count: 255)),
    ]

    @Test(arguments: accepted) func aKeyIsRead(field: String, key: String) throws {
        #expect(try IdempotencyKey(field: field).text == key)
    }

    @Test(arguments: [
        "", " ", #""""#, #"""#, #""a"#, #"a""#, #""a"b"#, #""a", "b""#, #""a";x,"b""#, "a, b", "a,b", "a b", "a;x",
        #"a\b"#,
        #""a\b""#, #""a\"#, "ä", "\"ä\"", "\"a\u{7f}\"", "\"a\tb\"", "a\u{0}b", String(repeating: "k", count: 256),
    ])
    func whatIsNoKeyIsRefused(field: String) {
        let error = #expect(throws: APIError.self) { try IdempotencyKey(field: field) }
        #expect(error?.reason == .idempotencyKeyInvalid)
        #expect(error?.status == 400)
    }
}
