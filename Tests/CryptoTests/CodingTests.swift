import Crypto
import Testing

@Suite struct CodingTests {
    @Test(arguments: [
        ([], ""), ([0], "00"), ([0xff], "ff"), ([0xde, 0xad, 0xbe, 0xef], "deadbeef"), ([0x0f, 0xf0], "0ff0"),
    ])
    func hex(bytes: [UInt8], text: String) throws {
        #expect(Hex.encode(bytes) == text)
        #expect(try Hex.decode(text) == bytes)
        #expect(try Hex.decode(text.uppercased()) == bytes)
    }

    @Test(arguments: [
        ("0", CodingError(.length, at: 1)), ("0g", CodingError(.character, at: 1)),
        (" 0", CodingError(.character, at: 0)),
        ("0x", CodingError(.character, at: 1)), ("ä", CodingError(.character, at: 0)),
        ("00/0", CodingError(.character, at: 2)),
        (":0", CodingError(.character, at: 0)), ("@0", CodingError(.character, at: 0)),
    ])
    func hexIsRefused(text: String, error: CodingError) {
        #expect(throws: error) { try Hex.decode(text) }
    }

    /// RFC 4648 §10 without padding, RFC 7515 appendix C, and the two characters of the URL-safe alphabet.
    @Test(arguments: [
        ([], ""), (Array("f".utf8), "Zg"), (Array("fo".utf8), "Zm8"), (Array("foo".utf8), "Zm9v"),
        (Array("foob".utf8), "Zm9vYg"), (Array("fooba".utf8), "Zm9vYmE"), (Array("foobar".utf8), "Zm9vYmFy"),
        ([3, 236, 255, 224, 193], "A-z_4ME"), ([0xff, 0xff, 0xff], "____"), ([0xfb, 0xef, 0xbe], "----"),
    ])
    func base64URL(bytes: [UInt8], text: String) throws {
        #expect(Base64URL.encode(bytes) == text)
        #expect(try Base64URL.decode(text) == bytes)
    }

    @Test(arguments: [
        ("A", CodingError(.length, at: 1)), ("AAAAA", CodingError(.length, at: 5)),
        ("Zg==", CodingError(.character, at: 2)),
        ("Zh", CodingError(.trailingBits, at: 1)), ("Zm9", CodingError(.trailingBits, at: 2)),
        ("Z+", CodingError(.character, at: 1)), ("Z/", CodingError(.character, at: 1)),
        ("Z ", CodingError(.character, at: 1)),
        ("Zm9v\n", CodingError(.length, at: 5)), ("Z\u{0}", CodingError(.character, at: 1)),
    ])
    func base64URLIsRefused(text: String, error: CodingError) {
        #expect(throws: error) { try Base64URL.decode(text) }
    }

    @Test func whatIsWrittenIsRead() throws {
        for count in 0..<70 {
            let bytes = try Random.bytes(count)
            #expect(try Hex.decode(Hex.encode(bytes)) == bytes)
            #expect(try Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }
}
