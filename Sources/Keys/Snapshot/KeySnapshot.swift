public import Core

/// All keys at one instant, for every request of every loop: complete, so that what is not found here does not exist.
///
/// Immutable. The next one shares the keys that have not changed. A look-up is a word of the table of places, then the secret that it
/// names: two reads of memory, however many keys there are.
public final class KeySnapshot: Sendable {
    /// A secret as it lies in memory, one behind the other.
    struct Entry {
        let digest: KeyDigest
        let expiry: Int64
        /// Which of `keys` it opens.
        let key: UInt32
        /// Which of its kinds the digest was made by: 0 without a pepper, else its number and one more.
        let hash: UInt16
        let isConfirmed: Bool
    }

    /// What stands behind a digest.
    public enum Finding: Sendable {
        /// No secret has it.
        case unknown
        /// The secret was replaced, and its grace is over.
        case outdated(KnownKey)
        /// The key was revoked for good.
        case revoked(KnownKey)
        /// The key is switched off.
        case disabled(KnownKey)
        /// The key's life is over.
        case expired(KnownKey)
        /// It opens what the key may do.
        /// - Parameter isFirstUse: nobody has used the secret before, as far as is known: whoever serves the request tells the
        ///   store.
        case valid(KnownKey, isFirstUse: Bool)
    }

    /// Without any key.
    public static let empty = KeySnapshot(keys: [], secrets: [], version: 0)

    /// The store's number of the last change that it knows.
    public let version: Int64
    private let keys: [KnownKey]
    private let entries: [Entry]
    /// For the first word of a digest the place of its secret in `entries`, or the next free one; one more than the place, 0 for none.
    private let places: [UInt32]
    /// The same for the hash of an id and the place in `keys`.
    private let names: [UInt32]

    private init(keys: [KnownKey], secrets: [Entry], version: Int64) {
        self.keys = keys
        self.version = version
        entries = secrets
        places = Self.table(of: secrets.count) { Int(truncatingIfNeeded: secrets[$0].digest.words.0) }
        names = Self.table(of: keys.count) { Self.hash(keys[$0].id) }
    }

    /// How many keys there are, the revoked ones included.
    public var count: Int { keys.count }

    // MARK: Look-up

    /// What stands behind a digest at this instant. Allocates nothing and takes no lock.
    public func find(_ digest: KeyDigest, _ kind: KeyHashKind, at now: Timestamp) -> Finding {
        guard let entry = entry(of: digest), entry.hash == Self.code(kind) else { return .unknown }
        let key = keys[Int(entry.key)]
        if key.isRevoked { return .revoked(key) }
        if key.expiry <= now.milliseconds { return .expired(key) }
        if entry.expiry <= now.milliseconds { return .outdated(key) }
        if !key.isEnabled { return .disabled(key) }
        return .valid(key, isFirstUse: !entry.isConfirmed)
    }

    /// The same for a text as a request holds it, tried in every way that the hasher knows.
    /// - Returns: the digest by which it was found, and what stands behind it; nil for what is not known.
    public func find(
        _ text: UnsafeRawBufferPointer, _ hasher: KeyHasher, at now: Timestamp
    ) -> (digest: KeyDigest, kind: KeyHashKind, finding: Finding)? {
        for (way, kind) in hasher.kinds.enumerated() {
            guard let digest = hasher.digest(text, way: way) else { continue }
            let finding = find(digest, kind, at: now)
            if case .unknown = finding { continue }
            return (digest, kind, finding)
        }
        return nil
    }

    /// The key of this id; nil when there is none.
    public func key(_ id: String) -> KnownKey? { index(of: id).map { keys[$0] } }

    private func index(of id: String) -> Int? {
        guard !names.isEmpty else { return nil }
        var place = Self.hash(id) & (names.count - 1)
        while names[place] != 0 {
            let index = Int(names[place]) - 1
            if keys[index].id == id { return index }
            place = (place + 1) & (names.count - 1)
        }
        return nil
    }

    private func entry(of digest: KeyDigest) -> Entry? {
        guard !places.isEmpty else { return nil }
        var place = Int(truncatingIfNeeded: digest.words.0) & (places.count - 1)
        while places[place] != 0 {
            let index = Int(places[place]) - 1
            if entries[index].digest == digest { return entries[index] }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    fileprivate static func code(_ kind: KeyHashKind) -> UInt16 {
        switch kind {
        case .plain: 0
        case .peppered(let number): UInt16(truncatingIfNeeded: number) &+ 1
        }
    }

    /// FNV-1a: ids are the operator's own, and nobody gains by two that fall together.
    private static func hash(_ id: String) -> Int {
        Int(
            truncatingIfNeeded: id.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        )
    }

    /// At most half full, so that a look-up takes one step or two.
    private static func table(of count: Int, _ hash: (Int) -> Int) -> [UInt32] {
        guard count > 0 else { return [] }
        var size = 2
        while size < 2 * count { size *= 2 }
        var table = [UInt32](repeating: 0, count: size)
        for index in 0..<count {
            var place = hash(index) & (size - 1)
            while table[place] != 0 { place = (place + 1) & (size - 1) }
            table[place] = UInt32(index + 1)
        }
        return table
    }
}

extension KeySnapshot {
    /// The next one, with these changes. Takes a time that grows with the number of all keys: not for a loop.
    /// - Parameters:
    ///   - changed: the keys that were made or changed since `version`, as they are now.
    ///   - version: the store's number of the last of these changes.
    public func applying(_ changed: [KeyRecord], version: Int64) -> KeySnapshot {
        guard !changed.isEmpty else { return self }
        var shared = SharedParts()
        // Of a key that is there twice the last state counts.
        let latest = Dictionary(changed.map { ($0.id, $0) }) { $1 }
        var (keys, fresh) = (keys, [Entry]())
        var isChanged = [Bool](repeating: false, count: keys.count)
        for (id, record) in latest {
            let place = index(of: id) ?? keys.count
            let key = KnownKey(record, &shared)
            if place < isChanged.count {
                keys[place] = key
                isChanged[place] = true
            } else {
                keys.append(key)
            }
            fresh += record.secrets.map { Entry($0, key: UInt32(place)) }
        }
        return KeySnapshot(keys: keys, secrets: entries.filter { !isChanged[Int($0.key)] } + fresh, version: version)
    }

    /// Octets that it takes, with the keys themselves and without what several keys share.
    var footprint: Int {
        keys.count * (KnownKey.footprint + MemoryLayout<KnownKey>.stride) + entries.count * MemoryLayout<Entry>.stride
            + (places.count + names.count) * MemoryLayout<UInt32>.stride
    }
}

extension KeySnapshot.Entry {
    fileprivate init(_ secret: KeySecret, key: UInt32) {
        self.init(
            digest: secret.digest, expiry: secret.expiresAt?.milliseconds ?? .max, key: key,
            hash: KeySnapshot.code(secret.hash), isConfirmed: secret.confirmedAt != nil)
    }
}
