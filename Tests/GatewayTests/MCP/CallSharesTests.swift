import GatewayAPI
import LumaClient
import Testing

@testable import Gateway

@Suite struct CallSharesTests {
    private let shares = CallShares()

    private func caller(_ number: Int) -> CallerKey { CallerKey(label: "caller \(number)") }

    @Test func aCallerHasRoomForSoManyCalls() {
        #expect(shares.take(CallShares.maxOfOne - 1, for: caller(1)))
        #expect(!shares.take(2, for: caller(1)) && shares.take(1, for: caller(1)))
        #expect(shares.count == CallShares.maxOfOne)
        // What asks for no answer needs no room.
        #expect(shares.take(0, for: caller(1)) && !shares.take(1, for: caller(1)))
        shares.giveBack(1, of: caller(1))
        #expect(shares.take(1, for: caller(1)))
    }

    /// When a few take all they can get, there is room for who comes next.
    @Test(arguments: [1, 2, 3, 8]) func thereIsRoomForWhoComesNext(greedy: Int) {
        for number in 1...greedy { while shares.take(1, for: caller(number)) {} }
        #expect(shares.count < CallShares.most)
        #expect(shares.take(1, for: caller(0)))
    }

    @Test func whatIsGivenBackIsForgotten() {
        for number in 1...100 { #expect(shares.take(3, for: caller(number))) }
        for number in 1...100 { shares.giveBack(3, of: caller(number)) }
        #expect(shares.count == 0)
        #expect(shares.take(CallShares.maxOfOne, for: caller(7)))
    }
}
