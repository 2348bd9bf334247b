/// Counts in words for people.
public enum Plural {
    /// A count and its noun: `1 row`, `2 rows`.
    /// - Parameters:
    ///   - one: the words after the number 1.
    ///   - many: those after any other number; nil for the same with an `s`.
    public static func count(_ count: Int, _ one: String, _ many: String? = nil) -> String {
        "\(count) " + (count == 1 ? one : many ?? one + "s")
    }
}
