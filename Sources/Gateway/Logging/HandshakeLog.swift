import Core
import IO

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
