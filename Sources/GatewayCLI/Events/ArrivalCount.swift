import Core
import IO
import Synchronization

/// Tells on a terminal how much of a long answer has come, on one line that is wiped at the end.
///
/// The counts come from the loop on which the answer arrives; the line is written on whatever thread brings them.
package final class ArrivalCount: Sendable {
    package enum Unit {
        /// One event a line.
        case lines
        case bytes
    }

    private struct State {
        var count = 0
        var bytes = 0
        var told = 0
        var isShown = false
    }

    /// The line is written anew after so much more has come: a page of Luma's is about as long.
    private static let step = 32 << 10

    private let unit: Unit
    private let isTerminal: Bool
    private let state = Mutex(State())

    package init(_ terminal: Terminal, unit: Unit) {
        (self.unit, isTerminal) = (unit, terminal.isTerminal)
    }

    /// What is to be called with each piece of the answer; nil where nobody looks.
    package var arrived: (@Sendable (UnsafeRawBufferPointer) -> Void)? {
        guard isTerminal else { return nil }
        return { [self] piece in
            let line: String? = state.withLock { state in
                state.bytes += piece.count
                if unit == .lines { state.count += piece.count { $0 == 0x0a } }
                guard state.bytes - state.told >= Self.step else { return nil }
                (state.told, state.isShown) = (state.bytes, true)
                return Self.text(unit, state.count, state.bytes)
            }
            if let line { StandardError.prompt("\r\u{1b}[K" + line) }
        }
    }

    package static func text(_ unit: Unit, _ count: Int, _ bytes: Int) -> String {
        switch unit {
        case .lines: "\(count) events …"
        case .bytes: "\(bytes >> 10) KiB …"
        }
    }

    /// Wipes the line.
    package func end() {
        if state.withLock({ $0.isShown }) { StandardError.prompt("\r\u{1b}[K") }
    }
}
