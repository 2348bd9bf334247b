package import Core
import Glibc
import IO

/// Where the progress is shown: redrawn in its place on a terminal, else as lines of their own.
///
/// It has no colours, so there is none to switch off. A terminal that takes nothing holds up the import, whose loop has nothing
/// else to do.
package struct ImportScreen: Sendable {
    package let isTerminal = isatty(STDERR_FILENO) == 1 && getenv("TERM").map { strcmp($0, "dumb") != 0 } ?? false

    package func show(_ progress: ImportProgress, now: MonotonicTime) {
        if isTerminal {
            put("\r" + ProgressLine.text(progress, now: now, width: Self.width) + "\u{1b}[K")
        } else if progress.counts.done > 0, progress.left > 0 {
            StandardError.write(ProgressLine.text(progress, now: now, width: nil))
        }
    }

    /// The last state stays on the screen.
    package func finish(_ progress: ImportProgress, now: MonotonicTime) {
        if isTerminal {
            show(progress, now: now)
            put("\n")
        }
    }

    package func interrupted() {
        if isTerminal { put("\r\u{1b}[K") }
        StandardError.write("Interrupted: what is under way is brought to its end. Once more ends at once.")
    }

    private static var width: Int {
        TerminalSize.columns(of: STDERR_FILENO) ?? 80
    }

    private func put(_ text: String) {
        // Who cannot be shown the progress is told the end.
        try? WholeFile.write(Array(text.utf8), to: STDERR_FILENO)
    }
}
