import Core

/// Tokens that confirm a cancellation: bound to one event, good for fifteen minutes.
struct CancellationTokens: Sendable, Equatable {
    struct Token: Sendable, Equatable {
        let text: String
        let eventId: String
        let expiresAt: Timestamp
    }

    static let lifetimeMilliseconds: Int64 = 15 * 60 * 1000
    /// The most tokens that are kept; beyond, the oldest goes.
    static let capacity = 10_000

    /// The oldest first.
    private(set) var tokens: [Token] = []

    init(_ tokens: [Token] = []) { self.tokens = tokens }

    mutating func add(_ text: String, for eventId: String, now: Timestamp) {
        tokens.removeAll { $0.expiresAt <= now }
        if tokens.count >= Self.capacity { tokens.removeFirst() }
        let expiresAt = Timestamp(milliseconds: now.milliseconds + Self.lifetimeMilliseconds)
        tokens.append(Token(text: text, eventId: eventId, expiresAt: expiresAt))
    }

    func accepts(_ text: String, for eventId: String, now: Timestamp) -> Bool {
        tokens.contains { $0.text == text && $0.eventId == eventId && $0.expiresAt > now }
    }

    mutating func removeAll(for eventId: String) { tokens.removeAll { $0.eventId == eventId } }
}
