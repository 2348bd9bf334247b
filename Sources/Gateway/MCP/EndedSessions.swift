import Store

/// The sessions that their clients have ended before they expired, by their nonces: an id alone would bring one back.
///
/// A value. Bounded as the store's list of them is, and forgets the oldest as that does.
struct EndedSessions {
    static let capacity = EndedSession.mostKept

    private var nonces: Set<String> = []
    private var inOrder: [String] = []

    func contains(_ nonce: String) -> Bool { nonces.contains(nonce) }

    /// - Returns: false when it was known.
    @discardableResult mutating func add(_ nonce: String) -> Bool {
        guard nonces.insert(nonce).inserted else { return false }
        inOrder.append(nonce)
        guard inOrder.count > Self.capacity else { return true }
        // A tenth at a time: the rest is moved once for many.
        nonces.subtract(inOrder.prefix(Self.capacity / 10))
        inOrder.removeFirst(Self.capacity / 10)
        return true
    }
}
