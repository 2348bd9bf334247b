/// Makes ids that look like Luma's and depend on the seed and on how many numbers were drawn, on nothing else.
struct IdMint: Sendable, Equatable {
    let seed: UInt64
    /// How many numbers were drawn so far; with the seed it is the whole state.
    private(set) var draws: UInt64

    init(seed: UInt64, draws: UInt64 = 0) {
        self.seed = seed
        self.draws = draws
    }

    /// SplitMix64: each number is a mix of the seed advanced by a constant for each draw.
    private mutating func next() -> UInt64 {
        draws += 1
        var mixed = seed &+ draws &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// An id of this prefix and sixteen letters and digits, such as `evt-qlNoZjWKJzEq5ao2`.
    mutating func id(_ prefix: String) -> String { prefix + letters(16, from: Self.alphabet) }

    /// Eight small letters and digits, as in the address of an event that was given none.
    mutating func slug() -> String { letters(8, from: Array(Self.alphabet.suffix(36))) }

    mutating func token() -> String { letters(32, from: Self.alphabet) }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    private mutating func letters(_ count: Int, from alphabet: [UInt8]) -> String {
        var text: [UInt8] = []
        var pool: UInt64 = 0
        for index in 0..<count {
            if index % 8 == 0 { pool = next() }
            text.append(alphabet[Int(pool % UInt64(alphabet.count))])
            pool /= UInt64(alphabet.count)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
