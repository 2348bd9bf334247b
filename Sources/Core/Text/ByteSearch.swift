/// Looks for one text in others, in time that grows with their lengths alone (Knuth, Morris and Pratt).
public struct ByteSearch: Sendable {
    private let pattern: [UInt8]
    /// For each beginning of the pattern, the length of the longest shorter one that it ends with.
    private let fallback: [Int]

    /// Looks for these bytes; none are found in everything.
    public init(_ pattern: [UInt8]) {
        self.pattern = pattern
        var fallback = Array(repeating: 0, count: pattern.count)
        var length = 0
        for index in pattern.indices.dropFirst() {
            while length > 0, pattern[index] != pattern[length] { length = fallback[length - 1] }
            if pattern[index] == pattern[length] { length += 1 }
            fallback[index] = length
        }
        self.fallback = fallback
    }

    /// Whether the bytes stand somewhere in `text`.
    public func isFound(in text: [UInt8]) -> Bool {
        guard !pattern.isEmpty else { return true }
        var length = 0
        for byte in text {
            while length > 0, byte != pattern[length] { length = fallback[length - 1] }
            if byte == pattern[length] { length += 1 }
            if length == pattern.count { return true }
        }
        return false
    }
}
