import Core
import HTTP
public import IO

/// The log as one loop sees it: a buffer that costs no lock and no system call per line.
///
/// Lines are handed to the sink when 64 KiB are full, and at the latest 50 ms after the first of them; for a terminal at
/// once, so that the lines of all loops stand in their order. Not `Sendable`:
/// every call is made on the loop that owns it.
public final class LoopLog {
    static let batchBytes = 64 << 10
    static let delaySeconds = 0.05

    private let sink: LogSink
    /// Calls back once, on the loop, after `delaySeconds`.
    private let later: (@escaping () -> Void) -> Void
    // A line is written in one go, and nothing that is called meanwhile knows this object.
    @exclusivity(unchecked) private var encoder: LogEncoder
    @exclusivity(unchecked) private var buffer = ByteBuffer()
    @exclusivity(unchecked) private var lines = 0
    @exclusivity(unchecked) private var isScheduled = false

    public convenience init(_ sink: LogSink, on reactor: Reactor) {
        self.init(sink) { [unowned reactor] action in
            reactor.schedule(at: reactor.now.advanced(seconds: Self.delaySeconds), action)
        }
    }

    init(_ sink: LogSink, later: @escaping (@escaping () -> Void) -> Void) {
        self.sink = sink
        self.later = later
        encoder = LogEncoder(sink.format)
    }

    /// Whether a line of this level is written; ask before work that only a log line needs.
    public func isEnabled(_ level: LogLevel) -> Bool { level >= sink.threshold }

    /// Writes the line of a request, if its level is wanted.
    public func log(_ record: borrowing RequestRecord) {
        guard isEnabled(record.level) else { return }
        encoder.append(record, to: &buffer)
        lineEnded()
    }

    /// Writes the line of an event, if its level is wanted.
    public func log(_ event: LogEvent) {
        guard isEnabled(event.level) else { return }
        encoder.append(event, to: &buffer)
        lineEnded()
    }

    private func lineEnded() {
        lines += 1
        if buffer.count >= Self.batchBytes || sink.isTerminal { return flush() }
        guard !isScheduled else { return }
        isScheduled = true
        // Held until then, so that an owner who lets go of the log does not lose lines.
        later { [self] in
            isScheduled = false
            flush()
        }
    }

    /// Hands over what is gathered; call it before the loop stops.
    public func flush() {
        guard lines > 0 else { return }
        sink.submit([UInt8](copying: UnsafeRawBufferPointer(buffer.bytes)), lines: lines)
        buffer.removeAll()
        lines = 0
    }
}

/// Tells of TLS handshakes that failed, at most one line a second: whoever scans the port must not fill the log.
///
/// What is told comes from OpenSSL's fixed words, never from the peer. Not `Sendable`: one for each loop, on that loop.
final class HandshakeLog {
    static let intervalSeconds = 1.0

    private let write: (String, [(name: String, value: LogEvent.Value)]) -> Void
    /// Calls back once, on the loop, after `intervalSeconds`.
    private let later: (@escaping () -> Void) -> Void
    /// A line was written within the interval.
    private var isResting = false
    private var skipped = 0
    private var lastCause = ""

    convenience init(_ log: LoopLog, on reactor: Reactor, _ clock: any TimeSource) {
        self.init(
            write: { message, fields in
                var event = LogEvent(time: clock.wallClock, .warning, message)
                event.fields = fields
                log.log(event)
            },
            later: { [unowned reactor] action in
                reactor.schedule(at: reactor.now.advanced(seconds: Self.intervalSeconds), action)
            })
    }

    init(
        write: @escaping (String, [(name: String, value: LogEvent.Value)]) -> Void,
        later: @escaping (@escaping () -> Void) -> Void
    ) {
        self.write = write
        self.later = later
    }

    /// Takes note of one that failed.
    func note(_ cause: String, from peer: String) {
        guard !isResting else {
            skipped += 1
            lastCause = cause
            return
        }
        write("A TLS handshake failed", [("cause", .text(cause)), ("peer", .text(peer))])
        rest()
    }

    private func rest() {
        isResting = true
        later { [self] in
            isResting = false
            guard skipped > 0 else { return }
            write("More TLS handshakes failed", [("handshakes", .integer(skipped)), ("last_cause", .text(lastCause))])
            skipped = 0
            rest()
        }
    }
}
