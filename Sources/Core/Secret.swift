/// A text that must never reach a log, an error or an answer: an API key, a token.
///
/// Printing it in any way gives `<secret>`; the one way to the text is `reveal()`, which is easy to search for.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    /// Hides this text.
    public init(_ text: String) { self.text = text }

    /// The text itself, for the one place that must send or compare it.
    public func reveal() -> String { text }

    public var description: String { "<secret>" }
    public var debugDescription: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
