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

    public func log(_ record: borrowing RequestRecord) {
        guard isEnabled(record.level) else { return }
        encoder.append(record, to: &buffer)
        lineEnded()
    }

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
