import Core

/// One thing that is wrong with the settings: which, with what value, what was expected, and where it was written.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where a setting was written.
    public enum Source: Sendable, Equatable {
        case commandLine
        case environment
        /// Line of the `.env` file, from 1.
        case dotEnv(line: Int)
        /// No single place: settings that do not go together.
        case combination
    }

    /// The setting's name, or what was written where a name should be.
    public let setting: String
    /// What was written, shortened; never a secret.
    public let value: String?
    /// What is wrong and what was expected, in words that follow the setting's name.
    public let problem: String
    /// Where it was written.
    public let source: Source
    /// 64 for a wrong use (`EX_USAGE`), 78 for a setting that is missing (`EX_CONFIG`), by sysexits.h.
    public let exitCode: Int32

    package init(_ setting: String, value: String? = nil, _ problem: String, from source: Source, exitCode: Int32 = 64)
    {
        self.setting = setting
        self.value = value
        self.problem = problem
        self.source = source
        self.exitCode = exitCode
    }

    /// A value that is not of the row's kind.
    package init(_ row: SettingRow, text: String, _ detail: String?, from source: Source) {
        // A URL with an @ may hold a password, one with a query a key.
        let isHidden = row.isSecret || text.utf8.contains { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "?") }
        let shown = isHidden ? "hidden, \(text.count) characters" : Neutral.quoted(text)
        let problem = detail.map { ": " + $0 } ?? ""
        self.init(row.setting.rawValue, value: shown, "expected \(row.kind.expectation)\(problem)", from: source)
    }

    public var description: String {
        let place =
            switch source {
            case .commandLine: " (command line)"
            case .environment: " (environment)"
            case .dotEnv(let line): " (.env line \(line))"
            case .combination: ""
            }
        let shown = value.map { " = \($0)" } ?? ""
        // Whatever has got into it, on a terminal it does nothing.
        return Neutral.text("\(setting)\(shown)\(place): \(problem)")
    }

    /// A word of the command line as it may be shown: on a terminal it must do nothing, and it may be a key that has got into
    /// the wrong place.
    package static func word(_ text: String) -> String {
        let count = text.unicodeScalars.count
        return count > longestWord ? "\(Neutral.echo(text, max: 8))… (\(count) characters)" : Neutral.echo(text)
    }

    /// Commands and options are shorter than keys and tokens.
    private static let longestWord = 24
}

/// All that is wrong with the settings, reported at once so that nobody has to start ten times.
public struct ConfigurationErrors: Error, Sendable, Equatable, CustomStringConvertible {
    /// All of them; never empty.
    public let errors: [ConfigurationError]

    /// Nil when there is none.
    package init?(_ errors: [ConfigurationError]) {
        if errors.isEmpty { return nil }
        self.errors = errors
    }

    package init(_ error: ConfigurationError) { errors = [error] }

    /// What the program should exit with: 64 as soon as one value is wrong, 78 when something is only missing.
    public var exitCode: Int32 { errors.contains { $0.exitCode == 64 } ? 64 : errors[0].exitCode }

    /// One line per problem.
    public var description: String { errors.map(\.description).joined(separator: "\n") }
}
