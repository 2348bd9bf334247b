import Core
import Crypto
import Keys
import Testing

@Suite struct KeyDigestTests {
    private static let text = "lmcp_k3f9x2mada_0123456789ABCDEFGHIJabcdefghij3uEiYE"

    private func pepper(_ text: String) throws -> KeyPepper { try #require(try KeyPepper(Secret(text))) }

    private func digest(_ hasher: KeyHasher, way: Int) throws -> KeyDigest {
        try #require(Array(Self.text.utf8).withUnsafeBytes { hasher.digest($0, way: way) })
    }

    @Test func withoutAPepperItIsSHA256() throws {
        let hasher = try KeyHasher(.plain)
        #expect(hasher.kinds == [.plain])
        for _ in 0..<3 {
            #expect(try digest(hasher, way: 0).octets == Digest.sha256(Array(Self.text.utf8)))
        }
    }

    @Test func withOneItIsHMAC() throws {
        let (new, old) = (try pepper("a new pepper of 24 bytes"), try pepper("an old pepper of bytes"))
        let hasher = try KeyHasher(#require(KeyHashing([new, old], acceptsPlain: true)))
        #expect(hasher.kinds == [.peppered(number: new.number), .peppered(number: old.number), .plain])
        // In turns: none of the states that are kept leaks into the next.
        for _ in 0..<2 {
            for (way, key) in ["a new pepper of 24 bytes", "an old pepper of bytes"].enumerated() {
                let expected = try HMAC.sha256(key: Array(key.utf8), Array(Self.text.utf8))
                #expect(try digest(hasher, way: way).octets == expected)
            }
            #expect(try digest(hasher, way: 2).octets == Digest.sha256(Array(Self.text.utf8)))
        }
    }

    @Test func aPepperHasANumberOfItsOwn() throws {
        let first = try pepper("a new pepper of 24 bytes")
        #expect(try first.number == pepper("a new pepper of 24 bytes").number)
        #expect(try first.number != pepper("a new pepper of 24 byteS").number)
        #expect((0...0x7fff).contains(first.number))
        #expect(try KeyPepper(Secret("fifteen letters")) == nil)
        #expect(!"\(first)".contains("pepper of 24"))
    }

    @Test func whatCanBeUsedIsChosen() throws {
        let peppers = try (0..<5).map { try pepper("pepper number \($0) of ours") }
        #expect(KeyHashing([], acceptsPlain: false)?.kinds == [.plain])
        #expect(KeyHashing([peppers[0]], acceptsPlain: false)?.kinds == [.peppered(number: peppers[0].number)])
        #expect(KeyHashing(Array(peppers[..<4]), acceptsPlain: false) != nil)
        #expect(KeyHashing(Array(peppers[..<4]), acceptsPlain: true) == nil)
        #expect(KeyHashing(peppers, acceptsPlain: false) == nil)
    }

    @Test(arguments: [(0, nil, KeyHashKind.plain), (1, 5, .peppered(number: 5))] as [(Int, Int?, KeyHashKind)])
    func aKindIsKept(kind: Int, pepper: Int?, expected: KeyHashKind) {
        #expect(KeyHashKind(kind: kind, pepper: pepper) == expected)
        #expect(expected.kind == kind)
        #expect(expected.pepper == pepper)
    }

    @Test func anotherKindIsNone() {
        #expect(KeyHashKind(kind: 2, pepper: nil) == nil)
        #expect(KeyHashKind(kind: 0, pepper: 1) == nil)
        #expect(KeyHashKind(kind: 1, pepper: nil) == nil)
    }

    @Test func aDigestIsItsOctets() {
        let octets = [UInt8](0..<32)
        #expect(KeyDigest(octets)?.octets == octets)
        #expect(KeyDigest(Array(octets.dropLast())) == nil)
        for index in 0..<32 {
            var other = octets
            other[index] ^= 1
            #expect(KeyDigest(octets) != KeyDigest(other))
        }
    }
}
