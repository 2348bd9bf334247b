import GatewayAPI
import Testing

@testable import Gateway

@Suite struct RequestIdentifiersTests {
    @Test func eachIsItsOwnAndFitToBeRepeated() {
        var identifiers = RequestIdentifiers()
        let ids = (0..<10_000).map { _ in identifiers.next() }
        #expect(Set(ids).count == ids.count)
        for id in ids {
            #expect(id.utf8.count == 13 && RequestIdentifiers.isFit(id))
            #expect(id.allSatisfy { "0123456789abcdefghjkmnpqrstvwxyz".contains($0) })
        }
        // Every character stands for something: the last one for the four bits that are left.
        for place in 0..<13 {
            let letters = Set(ids.map { Array($0.utf8)[place] })
            #expect(letters.count == (place < 12 ? 32 : 16), "place \(place)")
        }
    }
}
