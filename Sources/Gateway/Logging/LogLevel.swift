/// How much a log line matters, by who must act: nobody, nobody, someone soon, someone now.
public enum LogLevel: UInt8, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    public var word: StaticString {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }
}
