/// All operations that this program knows, found by name or by path.
public enum Catalog {
    public static let operations: [Operation] = []

    /// The row of this name, such as `events/create`.
    public static subscript(name: String) -> Operation? { operations.first { $0.name == name } }
}
