/// Finds a repeated member name: by comparing while names are few, by a hash table once they are many, so that neither
/// a small object pays for a table nor a large one for a compare of all pairs.
struct JSONNameSet {
    private static let fewNames = 16

    /// Hashed and compared by bytes. `String`'s own hash is the same for all spellings of a text that are canonically
    /// equivalent, of which a hostile document can hold any number.
    private struct Key: Hashable {
        let name: String

        static func == (a: Key, b: Key) -> Bool { a.name.hasSameBytes(as: b.name) }

        func hash(into hasher: inout Hasher) {
            name.utf8.span.bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    private var few: [String] = []
    private var many: Set<Key> = []

    /// False when the name is there already.
    mutating func insert(_ name: String) -> Bool {
        if !many.isEmpty { return many.insert(Key(name: name)).inserted }
        for known in few where known.hasSameBytes(as: name) { return false }
        few.append(name)
        if few.count > Self.fewNames { for known in few { many.insert(Key(name: known)) } }
        return true
    }
}
