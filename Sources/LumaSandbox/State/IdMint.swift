import Core

/// Makes ids that look like Luma's and depend on the seed and on how many were made, on nothing else.
struct IdMint: Sendable, Equatable {
    let seed: UInt64
    /// How many were made so far; with the seed it is the whole state.
    private(set) var made: UInt64
    /// Apart for neighbouring seeds, so that their ids do not overlap.
    private let origin: UInt64

    init(seed: UInt64, made: UInt64 = 0) {
        self.seed = seed
        self.made = made
        var generator = SeededGenerator(seed: seed)
        origin = generator.next()
    }

    /// An id of this prefix and sixteen letters and digits, such as `evt-qlNoZjWKJzEq5ao2`.
    mutating func id(_ prefix: String) -> String { prefix + letters(16, from: Self.alphabet[...]) }

    /// Eight small letters and digits, as in the address of an event that was given none.
    mutating func slug() -> String { letters(8, from: Self.alphabet.suffix(36)) }

    mutating func token() -> String { letters(32, from: Self.alphabet[...]) }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    private mutating func letters(_ count: Int, from alphabet: ArraySlice<UInt8>) -> String {
        made &+= 1
        var generator = SeededGenerator(seed: origin &+ made)
        // A remainder, because the standard library's own choice may differ from one version to the next.
        let text = (0..<count).map { _ in
            alphabet[alphabet.startIndex + Int(generator.next() % UInt64(alphabet.count))]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
