import Crypto
import GatewayAPI
import Testing

@testable import Gateway

@Suite struct FeedTokenTests {
    private static let key = [UInt8](repeating: 7, count: 32)

    private func token(_ account: String = "a", key: [UInt8] = key) throws -> FeedToken {
        try FeedToken(id: try FeedToken.newID(), account: account, key: key)
    }

    @Test func aTokenIsReadAsItWasWritten() throws {
        for _ in 0..<50 {
            let token = try token()
            #expect(token.id.utf8.count == FeedToken.idLength && token.text.utf8.count == FeedToken.length)
            let read = try #require(FeedToken(token.text))
            #expect(read == token)
            #expect(read.isSigned(for: "a", by: Self.key))
        }
        #expect(try FeedToken.newID() != FeedToken.newID())
    }

    @Test func anotherKeyOrAccountSignsOtherwise() throws {
        let token = try token()
        #expect(!token.isSigned(for: "b", by: Self.key))
        #expect(!token.isSigned(for: "a", by: [UInt8](repeating: 8, count: 32)))
        #expect(!token.isSigned(for: "a", by: []))
    }

    /// No other text opens what a token opens: one that is cut, longer, or has another letter anywhere.
    @Test func noOtherTextIsTheSame() throws {
        let token = try token()
        let letters = Array(token.text.utf8)
        for length in letters.indices {
            #expect(FeedToken(String(decoding: letters[..<length], as: UTF8.self)) == nil)
        }
        for other in [token.text + "A", token.text + "=", "", token.text.uppercased() + " "] {
            #expect(FeedToken(other) == nil)
        }
        for index in letters.indices {
            for letter in ["A", "z", "-", "/", "+", "%"].map({ Character($0).asciiValue ?? 0 })
            where letter != letters[index] {
                var changed = letters
                changed[index] = letter
                let read = FeedToken(String(decoding: changed, as: UTF8.self))
                #expect(read?.isSigned(for: "a", by: Self.key) != true)
            }
        }
    }
}
