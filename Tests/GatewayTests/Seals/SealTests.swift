import Core
import Foundation
import GatewayAPI
import Testing

@testable import Gateway

/// What is handed out signed or encrypted comes back unchanged, for its use alone, and what is encrypted says nothing.
@Suite struct SealTests {
    private let seal = Seal(secret: Secret("key"))
    private static let words = ["operators", "evt-1", "token-1"]
    private static let payload = Array(words.joined(separator: " ").utf8)

    /// Whether base 64 in `text` holds `word`, at whichever octet it stands.
    static func holds(_ text: String, _ word: String) -> Bool {
        (0..<3).contains { before in
            let coded = Data(repeating: 0, count: before) + Data(word.utf8)
            let letters = Array(
                coded.base64EncodedString().replacingOccurrences(of: "+", with: "-")
                    .replacingOccurrences(of: "/", with: "_"))
            // A letter has 6 bits; those that stand partly for a neighbour of the word can be any.
            let whole = letters[(before * 8 + 5) / 6..<coded.count * 8 / 6]
            return text.contains(String(whole))
        }
    }

    @Test func itComesBackUnchangedForItsUseAlone() throws {
        let signed = seal.seal(Self.payload, for: "one")
        let encrypted = try seal.encrypt(Self.payload, for: "one")
        let another = Seal(secret: Secret("another"))
        #expect(seal.open(signed, for: "one") == Self.payload && seal.decrypt(encrypted, for: "one") == Self.payload)
        #expect(seal.open(signed, for: "two") == nil && seal.decrypt(encrypted, for: "two") == nil)
        #expect(another.open(signed, for: "one") == nil && another.decrypt(encrypted, for: "one") == nil)
        #expect(seal.open(encrypted, for: "one") == nil && seal.decrypt(signed, for: "one") == nil)
    }

    @Test func aChangedOneIsNoneOfOurs() throws {
        func expectNone(_ text: String, _ open: (String) -> [UInt8]?) {
            #expect(open(text) == Self.payload)
            for index in 0..<text.utf8.count {
                var letters = Array(text)
                letters[index] = letters[index] == "A" ? "B" : "A"
                #expect(open(String(letters)) == nil)
            }
            for other in ["", "A", text + "A", String(text.dropLast()), String(repeating: "A", count: 100_000)] {
                #expect(open(other) == nil)
            }
        }
        expectNone(seal.seal(Self.payload, for: "one")) { seal.open($0, for: "one") }
        expectNone(try seal.encrypt(Self.payload, for: "one")) { seal.decrypt($0, for: "one") }
    }

    /// What is only signed can be read, which shows that the search finds what is there.
    @Test func itsBearerCannotReadIt() throws {
        for spaces in 0..<3 {
            let payload = [UInt8](repeating: 0x20, count: spaces) + Self.payload
            let (signed, encrypted) = (seal.seal(payload, for: "one"), try seal.encrypt(payload, for: "one"))
            for word in Self.words {
                #expect(Self.holds(signed, word))
                #expect(!Self.holds(encrypted, word))
            }
        }
    }
}
