import Dispatch
import Glibc
import Synchronization

/// The signals that an operator or a supervisor sends, as a stream. Dispatch sources receive them on a queue of
/// their own, instead of the default actions, which return when the stream ends.
///
/// With a patience SIGTERM and SIGINT are heard whatever hangs: their queue has a thread of its own, which ends the program
/// when that has not ended in time, and at once when a second one comes.
package final class Signals: Sendable {
    /// The signals as they come, by number. For one reader.
    package let stream: AsyncStream<Int32>
    private let end: SignalledEnd
    private let queue = DispatchQueue(label: "luma-mcp.signals")

    /// Takes over `numbers`, and ignores SIGPIPE: a peer that went away is an error of `send`, not an end of us.
    /// - Parameter patience: seconds that the program has from the first SIGTERM or SIGINT on; nil when that is its own matter.
    package init(_ numbers: [Int32], patience: Double? = nil) {
        signal(SIGPIPE, SIG_IGN)
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        self.stream = stream
        let end = SignalledEnd(patience)
        self.end = end
        var sources: [any DispatchSourceSignal] = []
        // Dispatch installs handlers of its own. Until then the default action ends the program, which is right for a
        // start; to ignore the signals meanwhile would lose the one that comes in this moment.
        let listening = DispatchGroup()
        for number in numbers {
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [queue] in
                if number == SIGTERM || number == SIGINT { end.begin(number, on: queue) }
                continuation.yield(number)
            }
            listening.enter()
            source.setRegistrationHandler { listening.leave() }
            source.activate()
            sources.append(source)
        }
        listening.wait()
        // The sources live as long as the stream is listened to.
        let kept = KeptSources(sources)
        continuation.onTermination = { _ in
            kept.cancel()
            // The handlers of Dispatch would stay, and swallow what nobody listens to.
            for number in numbers { signal(number, SIG_DFL) }
        }
    }

    /// Gives the program more time, or less, from a signal on that is still to come.
    /// - Parameter overdue: called before the program is ended for having taken longer; must not wait long itself.
    package func allow(_ patience: Double, overdue: @escaping @Sendable () -> Void) { end.allow(patience, overdue) }
}

/// Ends the program when it does not do so by itself.
private final class SignalledEnd: Sendable {
    private struct State {
        /// Nil when nobody ends it from here.
        var patience: Double?
        var isEnding = false
        var overdue: @Sendable () -> Void = {}
    }
    private let state: Mutex<State>

    init(_ patience: Double?) { state = Mutex(State(patience: patience)) }

    func allow(_ patience: Double, _ overdue: @escaping @Sendable () -> Void) {
        state.withLock { ($0.patience, $0.overdue) = (patience, overdue) }
    }

    func begin(_ number: Int32, on queue: DispatchQueue) {
        let (patience, isSecond) = state.withLock { state in
            defer { state.isEnding = true }
            return (state.patience, state.isEnding)
        }
        guard let patience else { return }
        if isSecond { _exit(128 + number) }
        queue.asyncAfter(deadline: .now() + patience) { [self] in
            state.withLock { $0.overdue }()
            _exit(EX_IOERR)
        }
    }
}

/// Holds the sources. `@unchecked`: written once before it is shared, and cancelling a source is thread-safe.
private final class KeptSources: @unchecked Sendable {
    private let sources: [any DispatchSourceSignal]
    init(_ sources: [any DispatchSourceSignal]) { self.sources = sources }
    func cancel() { for source in sources { source.cancel() } }
}
