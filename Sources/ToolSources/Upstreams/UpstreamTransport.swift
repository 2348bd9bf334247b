public import Core
public import MCP

/// One message to an upstream.
public struct UpstreamMessage: Sendable, Equatable {
    /// What the message is to the conversation.
    public enum Kind: Sendable, Equatable {
        /// A request of this number, which has an answer. `name` is what it asks for, where the method has such a thing: the tool, the
        /// prompt, or the URI of the resource.
        case request(id: Int, name: String?)
        case notification
        /// The answer to a request of the upstream's.
        case answer
    }

    public let kind: Kind
    public let method: String
    /// The revision that both have agreed on, or that is tried.
    public let revision: Revision
    /// It begins the conversation, so that nothing of an earlier one goes with it.
    public let isFirst: Bool
    /// The whole message as compact JSON, on one line.
    public let octets: [UInt8]

    /// The number of a request; nil for anything else.
    public var id: Int? { if case .request(let id, _) = kind { id } else { nil } }
}

/// What a transport has to tell of an upstream.
public enum UpstreamArrival: Sendable {
    /// A message has come. `request` is the number of the request on whose answer's way it came; nil for a channel that all share.
    case message(JSON, request: Int?)
    /// The request has no answer, and will have none.
    case failed(request: Int, UpstreamFault)
    /// What came is no message. The conversation goes on.
    case garbage
    /// The channel on which it speaks unasked is open, or has ended.
    case listening(Bool)
    /// The whole conversation is over.
    case closed(UpstreamFault)

    /// Whether the request has its answer with this, or will have none.
    public func ends(_ request: Int) -> Bool {
        switch self {
        case .message(let json, _):
            (json.arrayValue ?? [json]).contains { $0["method"] == nil && $0["id"]?.wholeValue == request }
        case .failed(let id, _): id == request
        case .closed: true
        case .garbage, .listening: false
        }
    }
}

/// The way to one upstream: HTTP, or the standard streams of a child. It carries messages, and knows nothing of what is in them but
/// what an `UpstreamMessage` says.
///
/// Belongs to one loop. What it has to tell comes by `arrived`, on that loop, never from within a call of `send`, `cancel` or `close`.
public protocol UpstreamTransport: AnyObject {
    /// Told of all that arrives; set once, before `open`.
    var arrived: (UpstreamArrival) -> Void { get set }

    /// Makes it ready: starts the child. Nothing for HTTP.
    func open() async throws(UpstreamFault)

    /// Sends a message, in the order of the calls. A request has one answer, or one `failed`, or the end of the conversation.
    /// - Parameter deadline: when nobody waits for the answer any more; a transport with an exchange for each request ends it then.
    func send(_ message: UpstreamMessage, deadline: MonotonicTime)

    /// Nobody waits for the answer to this request any more. Where an exchange belongs to it, that ends.
    func cancel(_ request: Int)

    /// Opens the channel on which the upstream speaks unasked, where that needs to be opened.
    func listen()

    /// Ends the conversation: the session, or the child with all that it has started. Returns when it is over; nothing arrives after
    /// that.
    /// - Parameter deadline: when whatever is left is ended by force.
    func close(by deadline: MonotonicTime) async
}
