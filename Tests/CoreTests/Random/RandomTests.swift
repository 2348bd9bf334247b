import Core
import Testing

@Suite struct SeededGeneratorTests {
    /// The values that the reference implementation gives for this seed.
    @Test func theNumbersAreThoseOfSplitMix64() {
        var random = SeededGenerator(seed: 1_234_567)
        let numbers = (0..<5).map { _ in random.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }
}

@Suite struct IdentifierTests {
    @Test func aSeedAlwaysGivesTheSameName() {
        var random = SeededGenerator(seed: 1)
        let first = Identifier.make(prefix: "evt-", length: 15, using: &random)
        let second = Identifier.make(prefix: "evt-", length: 15, using: &random)
        random = SeededGenerator(seed: 1)
        #expect(Identifier.make(prefix: "evt-", length: 15, using: &random) == first)
        #expect(first != second)
        #expect(first.hasPrefix("evt-"))
        #expect(first.utf8.count == 19)
    }

    @Test func everyLetterAndDigitComesAndNothingElse() {
        var random = SeededGenerator(seed: 2)
        let text = Identifier.make(length: 62_000, using: &random)
        let counts = Dictionary(text.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(counts.count == 62)
        #expect(counts.keys.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        #expect(counts.values.allSatisfy { (800...1200).contains($0) })
        #expect(Identifier.make(prefix: "x", length: 0, using: &random) == "x")
        #expect(Identifier.make(prefix: "x", length: -5, using: &random) == "x")
    }
}
