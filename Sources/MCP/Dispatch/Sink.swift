public import Core

/// Where a request's messages go while it is being served. A transport has one for each request, on the request's loop.
public protocol Sink: AnyObject {
    /// Sends a message that belongs to the request, before its answer. A transport that cannot carry it drops it.
    func send(_ message: JSONRPCMessage)

    /// Asks the client something on the way and waits for its answer; legacy era only.
    /// - Throws: the client's error, or `cancelled` when no answer can come any more.
    func ask(_ method: String, _ params: JSONObject?) async throws(CallFailure) -> JSON
}

/// Makes texts that only this server can have made, and reads them again.
public protocol StateSeal {
    /// A text that holds `payload` and cannot be changed unnoticed. It is not secret.
    func seal(_ payload: [UInt8]) -> String
    /// The payload of such a text; nil for any other.
    func open(_ text: String) -> [UInt8]?
    /// A short text that two different inputs never share.
    func digest(_ bytes: [UInt8]) -> String
    /// A short text that nobody can guess and that is never given again.
    func nonce() -> String
    /// The time, for what expires.
    var now: Timestamp { get }
}
