import Glibc
import IO

/// What a command may show on a stream: how wide its lines may be, and whether in colours.
package struct Terminal: Sendable, Equatable {
    /// A person is there, and no file or pipe.
    package let isTerminal: Bool
    /// The width that lines must fit in; nil for a file or a pipe, whose reader wants whole lines.
    package let columns: Int?
    /// Colours are wanted: a terminal, and no `NO_COLOR`.
    package let hasColours: Bool

    private static let standardColumns = 80
    private static let widest = 1000

    /// - Parameter size: what the terminal says of its width.
    package init(isTerminal: Bool, size: Int?, environment: [String: String]) {
        self.isTerminal = isTerminal
        // COLUMNS is a user's wish and beats the terminal (POSIX, XBD 8.3); it also gives a pipe a width.
        let wish = environment["COLUMNS"].flatMap(Int.init).flatMap { (1...Self.widest).contains($0) ? $0 : nil }
        columns = wish ?? (isTerminal ? min(size ?? Self.standardColumns, Self.widest) : nil)
        // An empty NO_COLOR counts as not set (no-color.org).
        let isPlain = environment["NO_COLOR"]?.isEmpty == false || environment["TERM"] == "dumb"
        hasColours = isTerminal && !isPlain
    }

    /// What is behind a descriptor.
    package static func of(_ descriptor: Int32, _ environment: [String: String]) -> Terminal {
        Terminal(
            isTerminal: isatty(descriptor) == 1, size: TerminalSize.columns(of: descriptor), environment: environment)
    }

    /// How a part of a text looks (ECMA-48, SGR).
    package enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
    }

    /// The text in that style, or as it is where colours are not wanted.
    package func styled(_ text: String, _ style: Style) -> String {
        hasColours && !text.isEmpty ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
    }
}

/// A question to the person at the terminal.
enum Question {
    /// Whether somebody is there who can be asked.
    static func canBeAsked(_ errors: Terminal) -> Bool { isatty(STDIN_FILENO) == 1 && errors.isTerminal }

    /// Asks on standard error, so that standard output stays for the result. Only a plain yes is one.
    /// - Parameters:
    ///   - lines: what the person decides by.
    ///   - prompt: the end of the question, such as `to cancel it`.
    static func isAgreed(_ lines: [String], _ prompt: String, _ errors: Terminal) -> Bool {
        let limit = errors.columns ?? .max
        StandardError.write(lines.map { DisplayWidth.cut($0, to: limit) }.joined(separator: "\n"))
        StandardError.prompt("Type yes \(prompt): ")
        let answer = readLine()?.lowercased().filter { !$0.isWhitespace }
        return answer == "yes" || answer == "y"
    }
}
