import Core
import HTTP
import IO
import LumaAPI
import MCP
import Synchronization

/// An answer that is a stream of Server-Sent Events. One writer; who sends never waits.
///
/// On one loop. What is not taken by the peer is bounded: a peer that does not read loses its stream.
final class EventStream {
    static let keepAliveSeconds = 15.0
    /// Bytes that may wait for a slow peer: of answers, which come as they are asked for, and of news.
    static let maxAnswerBytes = 4 << 20
    static let maxNewsBytes = 64 << 10

    private let exchange: Exchange
    /// Bytes that may wait; beyond them a peer that does not read loses the stream.
    var maxWaiting: Int
    private var waiting: [UInt8] = []
    private var writer: Suspension<Void>?
    private var timer: TimerQueue.Token?
    private var isEnding = false
    private(set) var isOpen = true
    /// Bytes that were sent.
    private(set) var bytes = 0
    /// What `whenClosed` was given.
    private var closers: [() -> Void] = []

    private static let fields = [
        Field("Content-Type", "text/event-stream"), Field("Cache-Control", "no-cache, no-transform"),
        // Proxies of the nginx family hold answers back otherwise.
        Field("X-Accel-Buffering", "no"),
    ]

    /// Begins the answer.
    init(_ exchange: Exchange, fields: [Field] = [], maxWaiting: Int = maxAnswerBytes) {
        self.exchange = exchange
        self.maxWaiting = maxWaiting
        exchange.beginStream(Response(status: 200, fields: Self.fields + fields))
        exchange.perform { [self] in await write() }
        // Closing the stream is how a client cancels: it should not take until the next keep-alive to find out.
        exchange.whenPeerEnds { [weak self] in self?.sendKeepAlive() }
        scheduleKeepAlive()
    }

    /// Calls `action` once on the loop when the stream has ended or the peer is gone; at once when that was before.
    func whenClosed(_ action: @escaping () -> Void) {
        if isOpen { closers.append(action) } else { action() }
    }

    /// Sends one message of the protocol.
    func send(_ message: JSONRPCMessage) { send(event: "message", message.encoded) }

    func send(event: String, _ data: [UInt8]) {
        guard isOpen, !isEnding else { return }
        EventStreamEncoder.append(event: event, data: data, to: &waiting)
        if waiting.count > maxWaiting { return exchange.abort() }
        wake()
    }

    /// Ends the stream when everything is sent.
    func end() {
        isEnding = true
        wake()
    }

    private func wake() {
        writer?.resume(returning: ())
        writer = nil
    }

    private func write() async {
        do {
            while true {
                if !waiting.isEmpty {
                    let piece = waiting
                    waiting = []
                    bytes += piece.count
                    try await exchange.write(piece)
                } else if isEnding {
                    exchange.endStream()
                    break
                } else {
                    // Something may have come between the look and the wait.
                    try await exchange.reactor.suspend { suspension in
                        if waiting.isEmpty, !isEnding {
                            writer = suspension
                        } else {
                            suspension.resume(returning: ())
                        }
                    }
                }
            }
        } catch {
            // The peer is gone.
        }
        isOpen = false
        if let timer { exchange.reactor.cancel(timer) }
        let actions = closers
        closers = []
        for action in actions { action() }
    }

    private func scheduleKeepAlive() {
        let reactor = exchange.reactor
        timer = reactor.schedule(at: reactor.now.advanced(seconds: Self.keepAliveSeconds)) { [weak self] in
            guard let self, isOpen else { return }
            sendKeepAlive()
            scheduleKeepAlive()
        }
    }

    private func sendKeepAlive() {
        guard isOpen, !isEnding, waiting.isEmpty else { return }
        waiting += EventStreamEncoder.keepAlive
        wake()
    }
}

/// Carries changes from whoever makes one to every open stream, on whatever loop.
final class ChangeFeed: Sendable {
    /// One listener of the feed.
    struct Token: Hashable, Sendable { fileprivate let number: UInt64 }

    private struct State {
        var last: UInt64 = 0
        var listeners: [UInt64: @Sendable (Change) -> Void] = [:]
    }
    private let state = Mutex(State())

    /// Calls `deliver` with each change, on the thread of who publishes, until `remove`.
    func add(_ deliver: @escaping @Sendable (Change) -> Void) -> Token {
        state.withLock { state in
            state.last += 1
            state.listeners[state.last] = deliver
            return Token(number: state.last)
        }
    }

    func remove(_ token: Token) { _ = state.withLock { $0.listeners.removeValue(forKey: token.number) } }

    func publish(_ change: Change) {
        let listeners = state.withLock { Array($0.listeners.values) }
        for deliver in listeners { deliver(change) }
    }

    /// A write has ended: what it has changed reads otherwise now, and nothing else does.
    func publish(_ touched: Touched) {
        if state.withLock({ $0.listeners.isEmpty }) { return }
        for uri in Self.resources(touched) { publish(.resourceUpdated(uri: uri)) }
    }

    /// The resources that show what was changed: an event, and the calendar with the names, times and places of its events.
    private static func resources(_ touched: Touched) -> [String] {
        var uris: [String] = []
        if case .thing(let thing) = touched.owner, thing.kind == .event, touched.makesOld(Shown([.event], of: thing)) {
            uris.append("luma://events/\(thing.id)")
        }
        if touched.makesOld(Shown([.calendar])) { uris.append("luma://calendar") }
        return uris
    }
}
