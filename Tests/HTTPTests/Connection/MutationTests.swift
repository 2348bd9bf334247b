import HTTP
import TestKit
import Testing

/// Inputs that nobody thought of: the table's, changed at random places, and cut at random places.
@Suite struct MutationTests {
    /// SplitMix64: the same inputs at each run.
    struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    static let telling: [UInt8] = Array("\r\n\r\n \t:;,=\"0aF/?%#*[]@\0\u{7f}".utf8) + [0x80, 0xFF]

    @Test(arguments: 0..<8) func aChangedInputIsJudgedTheSameHoweverItIsCut(_ seed: Int) {
        var random = Random(state: UInt64(seed))
        for _ in 0..<400 {
            guard let example = RequestTableTests.all.randomElement(using: &random) else { return }
            var input = Array(example.input.utf8.prefix(600))
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0...input.count, using: &random)
                let octet = Self.telling.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<3, using: &random) {
                case 0: input.insert(octet, at: place)
                case 1 where place < input.count: input[place] = octet
                default: if place < input.count { input.remove(at: place) }
                }
            }
            let whole = Feeding.outcome(of: input, limits: example.limits)
            let dripped = Feeding.outcome(of: input, cutAt: 0..<input.count, limits: example.limits)
            #expect(dripped.same(as: whole), "\(String(decoding: input, as: UTF8.self).debugDescription)")
            let cuts = (0..<3).map { _ in Int.random(in: 0...input.count, using: &random) }.sorted()
            let cut = Feeding.outcome(of: input, cutAt: cuts, limits: example.limits)
            #expect(cut.same(as: whole), "\(cuts) \(String(decoding: input, as: UTF8.self).debugDescription)")
        }
    }
}
