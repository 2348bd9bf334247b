/// Makes names such as `evt-qlNoZjWKJzEq5ao`.
public enum Identifier {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The prefix and `length` letters and digits, each of the 62 as likely as any other. The generator decides whether
    /// it can be guessed; the same generator in the same state gives the same name, whatever the version of Swift.
    public static func make(
        prefix: String = "", length: Int, using random: inout some RandomNumberGenerator
    ) -> String {
        var output = Array(prefix.utf8)
        let end = output.count + max(length, 0)
        while output.count < end {
            // Ten groups of six bits; 62 and 63 are thrown away, as folding them back would favour two letters.
            var bits: UInt64 = random.next()
            for _ in 0..<10 where output.count < end {
                let index = Int(bits & 63)
                bits >>= 6
                if index < alphabet.count { output.append(alphabet[index]) }
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}

/// The same numbers for the same seed, on every machine and with every version of Swift: SplitMix64 (Steele, Lea and
/// Flood 2014). For tests, for the emulator and for jitter; never for anything that must not be guessed.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts the sequence of this seed; every value is as good as any other.
    public init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
