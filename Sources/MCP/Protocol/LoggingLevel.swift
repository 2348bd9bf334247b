/// How much a log message to a client matters (RFC 5424 §6.2.1, in the protocol's spelling).
public enum LoggingLevel: String, Sendable, CaseIterable, Comparable {
    case debug, info, notice, warning, error, critical, alert, emergency

    public static func < (a: LoggingLevel, b: LoggingLevel) -> Bool { a.position < b.position }

    private var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
