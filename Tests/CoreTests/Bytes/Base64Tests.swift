import Core
import Testing

/// RFC 4648.
@Suite struct Base64Tests {
    /// §10, and one text of every length of what is left over with the characters that the two forms differ in.
    private static let pairs: [(bytes: [UInt8], text: String)] = [
        ([], ""), (Array("f".utf8), "Zg=="), (Array("fo".utf8), "Zm8="), (Array("foo".utf8), "Zm9v"),
        (Array("foob".utf8), "Zm9vYg=="), (Array("fooba".utf8), "Zm9vYmE="), (Array("foobar".utf8), "Zm9vYmFy"),
        ([0xfb, 0xff, 0xbf], "+/+/"), ([0xff], "/w=="), ([0, 0, 0, 0], "AAAAAA=="),
    ]

    @Test(arguments: pairs)
    func bytesAreWrittenAndReadAgain(bytes: [UInt8], text: String) {
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.decode(text) == bytes)
        let urlSafe = String(text.filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
        #expect(Base64.decode(urlSafe, .urlSafe) == bytes)
    }

    /// Every byte value at every place of a group.
    @Test func everyByteComesBack() {
        for length in 253...258 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes, "\(length)")
        }
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zh==", "Zm9=", "Zm9v=", "Zm 9", "Zm9v\n", "-_-_", "Zg==Zg==",
        "Zé==",
    ])
    func anotherSpellingIsRefused(text: String) { #expect(Base64.decode(text) == nil) }

    @Test(arguments: ["Zg==", "Z", "Zh", "+/+/", "Zm9v Z"])
    func theURLSafeFormHasItsOwn(text: String) { #expect(Base64.decode(text, .urlSafe) == nil) }
}
