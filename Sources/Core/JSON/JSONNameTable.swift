/// Finds a repeated member name in one object: by comparing while names are few, by a hash table once they are many, so
/// that neither a small object pays for a table nor a large one for a compare of all pairs.
///
/// The numbers by which names are told apart are on a stack that all objects of a document share: an object gives its
/// own back by `close`.
struct JSONNameTable {
    private static let fewNames = 32

    /// Hashed and compared by bytes. `String`'s own hash is the same for all spellings of a text that are canonically
    /// equivalent, of which a hostile document can hold any number.
    private struct Key: Hashable {
        let name: String

        static func == (a: Key, b: Key) -> Bool { a.name.hasSameBytes(as: b.name) }

        func hash(into hasher: inout Hasher) {
            name.utf8.span.bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    /// The names of one object while it is open.
    struct Scope {
        fileprivate let start: Int
        private var table: Set<Key> = []

        fileprivate init(start: Int) { self.start = start }

        fileprivate mutating func insertInTable(_ name: String, after members: [(name: String, value: JSON)]) -> Bool {
            if table.isEmpty {
                table.reserveCapacity(4 * JSONNameTable.fewNames)
                for member in members { table.insert(Key(name: member.name)) }
            }
            return table.insert(Key(name: name)).inserted
        }
    }

    /// One number for each of the first few members of every object that is open.
    private var fingerprints: [UInt64] = []

    func open() -> Scope { Scope(start: fingerprints.count) }

    mutating func close(_ scope: Scope) { fingerprints.removeLast(fingerprints.count - scope.start) }

    /// False when `name` is the name of one of `members`, which all came through here before.
    mutating func insert(
        _ name: String, after members: [(name: String, value: JSON)], in scope: inout Scope
    ) -> Bool {
        guard members.count < Self.fewNames else { return scope.insertInTable(name, after: members) }
        let fingerprint = Self.fingerprint(of: name)
        for index in members.indices where fingerprints[scope.start + index] == fingerprint {
            if members[index].name.hasSameBytes(as: name) { return false }
        }
        fingerprints.append(fingerprint)
        return true
    }

    /// A number that names which differ mostly differ in: made of the length and the bytes at both ends.
    private static func fingerprint(of name: String) -> UInt64 {
        name.utf8.span.bytes.withUnsafeBytes { bytes in
            var value = UInt64(bytes.count)
            if bytes.count >= 8 {
                let last = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
                value ^= bytes.loadUnaligned(as: UInt64.self) ^ (last &* 0x9e37_79b9_7f4a_7c15)
            } else {
                for byte in bytes { value = value << 8 | UInt64(byte) }
            }
            return value
        }
    }
}
