import Core
import GatewayAPI
import IO
import Keys

/// Judges API keys on one loop, by what is in memory. Allocates nothing and takes no lock where nothing has changed.
final class KeyGate {
    /// What a credential is, as far as keys are concerned.
    enum Verdict {
        /// No key; whether it is a listed token others know.
        case notAKey
        /// It is written like a key and is none: cut off or mistyped.
        case malformed
        /// It is written like a key, and nobody has it.
        case unknown
        /// It is a key that opens nothing now.
        case refused(KnownKey, APIError)
        /// Nobody knows, as the store was not heard for too long.
        case undecided
        case known(KnownKey)
    }

    let keys: KeyAccess
    @exclusivity(unchecked) private var view: KeyTable.View
    @exclusivity(unchecked) private var memory = CredentialMemory()
    /// Nil when OpenSSL cannot make digests: then nobody is known.
    private let hasher: KeyHasher?

    init(_ keys: KeyAccess) {
        self.keys = keys
        view = KeyTable.View(keys.table)
        hasher = try? KeyHasher(keys.hashing)
    }

    /// - Parameters:
    ///   - address: where the request comes from; asked only for keys that are bound to addresses. Nil for what cannot be read.
    ///   - now: how long ago the store was heard is measured by it.
    ///   - wall: lives and graces are measured by it.
    func judge(
        _ text: UnsafeRawBufferPointer, from address: () -> (parsed: NetworkAddress?, text: String),
        at now: MonotonicTime, _ wall: Timestamp
    ) -> Verdict {
        let snapshot = view.snapshot()
        let place: Int
        let finding: KeySnapshot.Finding
        if let known = memory.place(of: text) {
            guard keys.isFresh(at: now) else { return .undecided }
            place = known
            finding = snapshot.find(memory[known].digest, memory[known].kind, at: wall)
        } else {
            switch KeyText.read(text) {
            case .notOurs: return .notAKey
            case .malformed: return .malformed
            case .key: break
            }
            guard keys.isFresh(at: now), let hasher else { return .undecided }
            guard let found = snapshot.find(text, hasher, at: wall) else { return .unknown }
            place = memory.remember(text, found.digest, found.kind)
            finding = found.finding
        }
        switch finding {
        case .unknown: return .unknown
        case .outdated(let key): return .refused(key, .keyRefused(.keyReplaced))
        case .revoked(let key): return .refused(key, .keyRefused(.keyRevoked))
        case .disabled(let key): return .refused(key, .keyRefused(.keyDisabled))
        case .expired(let key): return .refused(key, .keyRefused(.keyExpired))
        case .valid(let key, let isFirstUse):
            if key.allowedAddresses != nil, !key.allows(address().parsed) {
                return .refused(key, APIError(.addressNotAllowed))
            }
            let minute = wall.milliseconds / 60_000
            if isFirstUse || memory[place].minute != minute {
                memory.note(minute, at: place)
                keys.used(memory[place].digest, of: key.id, isFirst: isFirstUse, at: wall, from: address().text)
            }
            return .known(key)
        }
    }

    /// The key of this label as it is now; nil for one that cannot be used, or is none.
    func key(labelled label: String, at wall: Timestamp) -> KnownKey? {
        guard label.hasPrefix(KeyRecord.labelPrefix) else { return nil }
        guard let key = view.snapshot().key(String(label.dropFirst(KeyRecord.labelPrefix.count))) else { return nil }
        return key.isEnabled && !key.isRevoked && key.expiresAt.map { wall < $0 } ?? true ? key : nil
    }
}

/// The digests of the last keys of one loop, by their texts: who comes again, as on a kept connection, is not hashed again. What a
/// digest opens is asked of the snapshot each time.
struct CredentialMemory {
    struct Entry {
        fileprivate let text: Text
        let digest: KeyDigest
        let kind: KeyHashKind
        /// Of the last use that was noted, since 1970.
        fileprivate(set) var minute: Int64
    }

    /// The octets of a key's text as words; the last one overlaps the one before it.
    fileprivate struct Text {
        private let words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

        init(_ text: UnsafeRawBufferPointer) {
            func word(_ offset: Int) -> UInt64 { text.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
            words = (word(0), word(8), word(16), word(24), word(32), word(40), word(KeyText.length - 8))
        }

        /// The time does not tell how much of the two is alike.
        func isSame(as other: Text) -> Bool {
            (words.0 ^ other.words.0) | (words.1 ^ other.words.1) | (words.2 ^ other.words.2)
                | (words.3 ^ other.words.3) | (words.4 ^ other.words.4) | (words.5 ^ other.words.5)
                | (words.6 ^ other.words.6) == 0
        }

        /// The id stands in these, which are no secret.
        var place: Int {
            let mixed = (words.0 ^ (words.1 &* 0x9e37_79b9_7f4a_7c15)) &* 0xff51_afd7_ed55_8ccd
            return Int(truncatingIfNeeded: mixed >> 58)
        }
    }

    private var entries = [Entry?](repeating: nil, count: 64)

    subscript(place: Int) -> Entry {
        guard let entry = entries[place] else { preconditionFailure("nothing is remembered there") }
        return entry
    }

    /// Where a text is remembered; nil when it is not.
    func place(of text: UnsafeRawBufferPointer) -> Int? {
        guard text.count == KeyText.length else { return nil }
        let words = Text(text)
        guard let entry = entries[words.place], entry.text.isSame(as: words) else { return nil }
        return words.place
    }

    /// Remembers a key's text in place of another one.
    mutating func remember(_ text: UnsafeRawBufferPointer, _ digest: KeyDigest, _ kind: KeyHashKind) -> Int {
        let words = Text(text)
        entries[words.place] = Entry(text: words, digest: digest, kind: kind, minute: .min)
        return words.place
    }

    mutating func note(_ minute: Int64, at place: Int) { entries[place]?.minute = minute }
}
