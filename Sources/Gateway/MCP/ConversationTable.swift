import Core
import Crypto
import MCP
import Synchronization

/// One client of the old transport: a stream that stays open, and messages that are posted elsewhere.
final class Conversation: Sendable {
    let principal: Principal
    /// Puts a message on the stream, from any thread.
    private let deliver: @Sendable (JSONRPCMessage) -> Void
    private let current = Mutex<Session?>(nil)

    init(principal: Principal, deliver: @escaping @Sendable (JSONRPCMessage) -> Void) {
        self.principal = principal
        self.deliver = deliver
    }

    /// What the handshake has settled; nil before it.
    var session: Session? {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    func send(_ message: JSONRPCMessage) { deliver(message) }
}

/// The conversations of all loops by their ids, which live as long as their streams.
final class ConversationTable: Sendable {
    private let conversations = Mutex<[String: Conversation]>([:])

    /// - Returns: the conversation's id; nil when there is no randomness to make it of.
    func add(_ conversation: Conversation) -> String? {
        guard let bytes = try? Random.bytes(24) else { return nil }
        let id = Base64URL.encode(bytes)
        conversations.withLock { $0[id] = conversation }
        return id
    }

    subscript(id: String) -> Conversation? { conversations.withLock { $0[id] } }

    /// Ends a conversation: what it has asked for is cancelled.
    func end(_ id: String) { conversations.withLock { $0.removeValue(forKey: id) }?.session?.close() }
}
