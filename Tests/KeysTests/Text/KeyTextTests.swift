import Core
import Keys
import Testing

@Suite struct KeyTextTests {
    /// Checksums of zlib's `crc32`, one of them with zeros in front.
    @Test(arguments: [
        ("lmcp_k3f9x2mada_0123456789ABCDEFGHIJabcdefghij3uEiYE", "k3f9x2mada"),
        ("lmcp_0000000000_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz4aKcOO", "0000000000"),
        ("lmcp_k3f9x2mada_00000000000000000000000000016000oqCF", "k3f9x2mada"),
    ])
    func oneIsReadAndNoneThatDiffers(text: String, id: String) throws {
        #expect(KeyText.read(text) == .key(id: id))
        let bytes = Array(text.utf8)
        for index in bytes.indices {
            // Cut at every byte, and each byte another one of the same kind.
            let start = String(decoding: bytes[..<index], as: UTF8.self)
            #expect(KeyText.read(start) == (index < 5 ? .notOurs : .malformed), "\(start)")
            var other = bytes
            other[index] = other[index] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
            let changed = String(decoding: other, as: UTF8.self)
            #expect(KeyText.read(changed) == (index < 5 ? .notOurs : .malformed), "\(changed)")
        }
        #expect(KeyText.read(text + "a") == .malformed)
    }

    @Test(arguments: [
        ("", KeyText.Reading.notOurs), ("lmcp", .notOurs), ("lmcp_", .malformed), ("LMCP_k3f9x2mada_", .notOurs),
        ("token", .notOurs), (" lmcp_k3f9x2mada_", .notOurs),
        // Letters that Crockford leaves out, capitals in the id, another character in the secret.
        ("lmcp_k3f9x2madi_0123456789ABCDEFGHIJabcdefghij3uEiYE", .malformed),
        ("lmcp_K3F9X2MADA_0123456789ABCDEFGHIJabcdefghij3uEiYE", .malformed),
        ("lmcp_k3f9x2mada_0123456789ABCDEFGHIJabcdefghi-3uEiYE", .malformed),
        ("lmcp_k3f9x2mada-0123456789ABCDEFGHIJabcdefghij3uEiYE", .malformed),
    ])
    func whatIsNone(text: String, reading: KeyText.Reading) { #expect(KeyText.read(text) == reading) }

    @Test func whatIsDrawnIsRead() throws {
        var random = SeededGenerator(seed: 7)
        let scanner = try Regex(KeyText.pattern)
        for _ in 0..<500 {
            let key = KeyText.draw(using: &random)
            let text = key.secret.reveal()
            #expect(text.utf8.count == KeyText.length)
            #expect(KeyText.read(text) == .key(id: key.id))
            #expect(text.wholeMatch(of: scanner) != nil)
            #expect(text.hasSuffix(key.hint) && key.hint.utf8.count == 4)
            #expect("\(key)".contains(text) == false)
        }
    }

    /// All of it comes from the given source: the same one gives the same text, another one another.
    @Test func itsSourceDecides() {
        let draw = { (seed: UInt64) in
            var random = SeededGenerator(seed: seed)
            return KeyText.draw(using: &random).secret.reveal()
        }
        #expect(draw(1) == draw(1))
        #expect(draw(1) != draw(2))
    }

    @Test func aKeyKeepsItsID() {
        var random = SeededGenerator(seed: 3)
        #expect(KeyText.draw(id: "k3f9x2mada", using: &random).id == "k3f9x2mada")
        // One that its maker has named does not fit into a text.
        for name in ["billing", "billing-bot-of-ours", "k3f9x2madu", ""] {
            let key = KeyText.draw(id: name, using: &random)
            #expect(key.id != name)
            #expect(KeyText.read(key.secret.reveal()) == .key(id: key.id))
        }
    }
}
