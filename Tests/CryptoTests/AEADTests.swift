import Testing

@testable import Crypto

@Suite struct AEADTests {
    private static let key = [UInt8](repeating: 7, count: AEAD.keyLength)

    @Test(arguments: [0, 1, 15, 16, 17, 1000])
    func whatIsSealedIsOpened(count: Int) throws {
        let message = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let box = try AEAD.seal(message, key: Self.key, context: [1, 2])
        #expect(try AEAD.open(box, key: Self.key, context: [1, 2]) == message)
        #expect(try AEAD.seal(message, key: Self.key, context: [1, 2]) != box)
    }

    @Test func nothingElseIs() throws {
        let box = try AEAD.seal(Array("a token".utf8), key: Self.key, context: [1])
        #expect(try AEAD.open(box, key: Self.key, context: [2]) == nil)
        #expect(try AEAD.open(box, key: [UInt8](repeating: 8, count: AEAD.keyLength), context: [1]) == nil)
        for index in box.indices {
            var other = box
            other[index] ^= 1
            #expect(try AEAD.open(other, key: Self.key, context: [1]) == nil)
            #expect(try AEAD.open(Array(box[..<index]), key: Self.key, context: [1]) == nil)
        }
        #expect(try AEAD.open(box + [0], key: Self.key, context: [1]) == nil)
        #expect(!box.map(String.init).joined(separator: ",").contains("97,32,116,111,107,101,110"))
    }

    /// Test case 14 of McGrew and Viega, "The Galois/Counter Mode of Operation": a key, a nonce and a block of zeros.
    @Test func itIsWhatTheStandardSays() throws {
        let encrypted: [UInt8] = [
            0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b, 0x6e, 0x07, 0x4e, 0xc5, 0xd3, 0xba, 0xf3, 0x9d, 0x18,
        ]
        let tag: [UInt8] = [
            0xd0, 0xd1, 0xc8, 0xa7, 0x99, 0x99, 0x6b, 0xf0, 0x26, 0x5b, 0x98, 0xb5, 0xd4, 0x8a, 0xb9, 0x19,
        ]
        let zeros = [UInt8](repeating: 0, count: 12)
        let opened = try AEAD.open(
            zeros + encrypted + tag, key: [UInt8](repeating: 0, count: 32), context: [])
        #expect(opened == [UInt8](repeating: 0, count: 16))
    }
}
