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
