import Core
import Testing

@Suite struct PercentCodingTests {
    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("a%20b", "a b"), ("%41%6a%6A", "Ajj"), ("%C3%A9", "é"), ("%F0%9F%98%80", "😀"),
        ("a+b", "a+b"), ("%2B", "+"), ("%25", "%"), ("%2520", "%20"), ("é", "é"), ("%00", "\0"),
    ])
    func aTextIsDecoded(_ text: String, _ expected: String) { #expect(PercentCoding.decode(text) == expected) }

    @Test(arguments: [
        "%", "%4", "%4g", "%g4", "a%", "%%41", "% 41", "%+1", "%C3", "%C3%28", "%ED%A0%80", "%FF", "%c0%80",
    ])
    func aBadEscapeOrBadUTF8IsRefused(_ text: String) { #expect(PercentCoding.decode(text) == nil) }

    @Test func bytesAreDecodedFromASlice() {
        let bytes = Array("/events/a%2Fb?x".utf8)
        #expect(PercentCoding.decode(bytes[8..<13]) == "a/b")
        #expect(PercentCoding.decode([0xff]) == nil)
        #expect(PercentCoding.decode("a+b", plusIsSpace: true) == "a b")
    }

    @Test func everyByteIsAllowedOrEncoded() {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        let cases: [(PercentCoding.Allowed, String)] = [
            (.unreserved, "-._~"), (.queryValue, "-._~!$()*,:@/?"),
        ]
        for (allowed, marks) in cases {
            for byte in UInt8(0)..<128 {
                let character = String(Unicode.Scalar(byte))
                let hex = String(byte, radix: 16, uppercase: true)
                let isPlain = (letters + marks).contains(character)
                let expected = isPlain ? character : "%" + (hex.count < 2 ? "0" : "") + hex
                #expect(PercentCoding.encode(character, allowed: allowed) == expected)
            }
        }
        #expect(PercentCoding.encode("é/😀") == "%C3%A9%2F%F0%9F%98%80")
    }

    @Test func whatIsEncodedDecodesBack() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<500 {
            let text = String(
                String.UnicodeScalarView(
                    (0..<10).map { _ in Unicode.Scalar(UInt16.random(in: 0..<0xd800, using: &random))! }))
            for allowed in [PercentCoding.Allowed.unreserved, .queryValue] {
                #expect(PercentCoding.decode(PercentCoding.encode(text, allowed: allowed)) == text)
            }
        }
    }
}

@Suite struct QueryStringTests {
    @Test(
        arguments: [
            ("", []), ("a=1", [("a", "1")]), ("a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]), ("a", [("a", "")]),
            ("a=", [("a", "")]), ("=b", [("", "b")]), ("&&a=1&&", [("a", "1")]), ("a=b=c", [("a", "b=c")]),
            ("a+b=c+d%2B", [("a b", "c d+")]), ("a%3D=%26", [("a=", "&")]),
            ("after=2022-10-04T05:20:00Z", [("after", "2022-10-04T05:20:00Z")]),
        ] as [(String, [(String, String)])])
    func pairsAreRead(_ text: String, _ pairs: [(String, String)]) throws {
        let query = try QueryString(parsing: text)
        #expect(query == QueryString(pairs.map { (name: $0.0, value: $0.1) }))
        #expect(query.isEmpty == pairs.isEmpty)
        #expect(try QueryString(parsing: query.text) == query)
    }

    @Test(arguments: [("a=%", 0), ("a=1&b=%zz", 1), ("&&a=1&%4=1", 1), ("a=%ff", 0)])
    func aBadEscapeIsAnError(_ text: String, _ pair: Int) {
        #expect(throws: QueryStringError.badEncoding(pair: pair)) { try QueryString(parsing: text) }
    }

    @Test func pairsAreBounded() throws {
        #expect(try QueryString(parsing: "a&b&c", maxItems: 3).items.count == 3)
        #expect(throws: QueryStringError.tooMany(limit: 3)) { try QueryString(parsing: "a&b&c&d", maxItems: 3) }
        #expect(throws: QueryStringError.tooMany(limit: 128)) {
            try QueryString(parsing: String(repeating: "a&", count: 100_000))
        }
    }

    @Test func valuesAreFoundByName() throws {
        var query = try QueryString(parsing: "access=manage&x=1&access=view")
        #expect(query["access"] == "manage")
        #expect(query["nothing"] == nil)
        #expect(query.values(of: "access") == ["manage", "view"])
        query.append("q", "a b&c=d+é")
        #expect(query.text == "access=manage&x=1&access=view&q=a%20b%26c%3Dd%2B%C3%A9")
    }
}
