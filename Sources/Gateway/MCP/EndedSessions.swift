import Core

/// The sessions that their clients have ended before they expired, by their nonces: an id alone would bring one back.
///
/// A value. Bounded; of too many the oldest are forgotten, whose clients have said long ago that they will not come back.
struct EndedSessions {
    /// Those that one process remembers, and those that are kept for the next.
    static let capacity = 10_000
    static let mostKept = 2_000

    private var expiries: [String: Timestamp] = [:]
    private var inOrder: [String] = []

    /// Grows with each that was not known.
    private(set) var added = 0

    func contains(_ nonce: String) -> Bool { expiries[nonce] != nil }

    /// - Parameter expiry: from when on the id is not good anyway.
    mutating func add(_ nonce: String, until expiry: Timestamp) {
        guard expiries.updateValue(expiry, forKey: nonce) == nil else { return }
        inOrder.append(nonce)
        added += 1
        guard inOrder.count > Self.capacity else { return }
        // A tenth at a time: the rest is moved once for many.
        for old in inOrder.prefix(Self.capacity / 10) { expiries[old] = nil }
        inOrder.removeFirst(Self.capacity / 10)
    }

    // MARK: Between processes

    /// The newest that have not expired, oldest first: what `add(_:)` reads.
    func kept(at now: Timestamp) -> [UInt8] {
        let entries: [JSON] = inOrder.suffix(Self.mostKept).compactMap { nonce in
            guard let expiry = expiries[nonce], expiry > now else { return nil }
            return [.string(nonce), .number(JSONNumber(Int(expiry.milliseconds)))]
        }
        return JSON.array(entries).encoded
    }

    /// Adds what another process has kept. What cannot be read is left out.
    mutating func add(kept bytes: [UInt8]) {
        for entry in (try? JSON.parse(bytes))?.arrayValue?.suffix(Self.mostKept) ?? [] {
            guard let nonce = entry.arrayValue?.first?.stringValue, let expiry = entry.arrayValue?.last?.intValue else {
                continue
            }
            add(nonce, until: Timestamp(milliseconds: Int64(expiry)))
        }
    }
}
