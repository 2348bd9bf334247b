import Dispatch
import Glibc

/// The signals that an operator or a supervisor sends, as a stream. Dispatch sources receive them on a queue of
/// their own, instead of the default actions, which return when the stream ends.
final class Signals: Sendable {
    let stream: AsyncStream<Int32>
    private let queue = DispatchQueue(label: "luma-mcp.signals")

    /// Takes over `numbers`, and ignores SIGPIPE: a peer that went away is an error of `send`, not an end of us.
    init(_ numbers: [Int32]) {
        signal(SIGPIPE, SIG_IGN)
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        self.stream = stream
        var sources: [any DispatchSourceSignal] = []
        // Dispatch installs handlers of its own. Until then the default action ends the program, which is right for a
        // start; to ignore the signals meanwhile would lose the one that comes in this moment.
        let listening = DispatchGroup()
        for number in numbers {
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { continuation.yield(number) }
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
}

/// Holds the sources. `@unchecked`: written once before it is shared, and cancelling a source is thread-safe.
private final class KeptSources: @unchecked Sendable {
    private let sources: [any DispatchSourceSignal]
    init(_ sources: [any DispatchSourceSignal]) { self.sources = sources }
    func cancel() { for source in sources { source.cancel() } }
}
