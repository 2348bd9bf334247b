package import Core

/// A setting's text as it was written, and where.
package struct GivenText {
    package let text: String
    package let source: ConfigurationError.Source
}

extension GivenText {
    /// What was given for the rows of a table: on the command line, in the environment, in the `.env` file; the best first.
    static func sources(
        of table: [SettingRow], _ flags: [Setting: String], _ environment: [String: String], _ lines: [DotEnv.Line]
    ) -> [[Setting: GivenText]] {
        var file: [Setting: GivenText] = [:]
        var variables: [Setting: GivenText] = [:]
        for row in table {
            let names = row.setting.names
            let line = names.lazy.compactMap { name in lines.first { $0.name == name && !$0.value.isEmpty } }.first
            file[row.setting] = line.map { GivenText(text: $0.value, source: .dotEnv(line: $0.number)) }
            let text = names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
            variables[row.setting] = text.map { GivenText(text: $0, source: .environment) }
        }
        return [flags.mapValues { GivenText(text: $0, source: .commandLine) }, variables, file]
    }
}

/// The values of one table's rows, each from the first place that has it, with all problems gathered.
///
/// A setting that is wrong reads as its default, so that the other checks can go on; the problems stop the start.
package struct SettingReader {
    package private(set) var problems: [ConfigurationError] = []
    private var values: [Setting: SettingValue] = [:]
    /// Settings that were given and are right.
    package private(set) var given: Set<Setting> = []
    private var wrong: Set<Setting> = []

    /// - Parameter sources: the best first. An empty text counts as not given, except on the command line, where it
    ///   takes an optional setting back.
    package init(_ table: [SettingRow], sources: [[Setting: GivenText]], _ checks: SettingChecks) {
        for row in table {
            if let text = row.defaultText {
                guard let value = row.kind.parse(text) else {
                    preconditionFailure("the default of \(row.setting.rawValue) is not of its kind")
                }
                values[row.setting] = value
            }
            for source in sources {
                guard let written = source[row.setting] else { continue }
                if written.text.isEmpty {
                    if written.source != .commandLine { continue }
                    if row.defaultText == nil { break }
                }
                let problem = checks(row.kind, written.text)
                if problem == nil, let value = row.kind.parse(written.text) {
                    values[row.setting] = value
                    given.insert(row.setting)
                } else {
                    problems.append(ConfigurationError(row, text: written.text, problem, from: written.source))
                    wrong.insert(row.setting)
                }
                break
            }
        }
    }

    /// A setting that was named as wrong once is not complained about for what follows from it.
    package mutating func report(_ error: ConfigurationError) {
        problems.append(error)
        if let setting = Setting(rawValue: error.setting) { wrong.insert(setting) }
    }

    /// Whether a check over these settings makes sense.
    package func areRight(_ settings: Setting...) -> Bool { wrong.isDisjoint(with: settings) }

    /// The value of a setting that is yes or no.
    package func boolean(_ setting: Setting) -> Bool { optionalBoolean(setting) ?? mismatch(setting) }

    /// The same of one that may be unset: then nil.
    package func optionalBoolean(_ setting: Setting) -> Bool? {
        if case .boolean(let value)? = values[setting] { value } else { nil }
    }

    /// The value of a setting that is a whole number.
    package func integer(_ setting: Setting) -> Int {
        optionalInteger(setting) ?? mismatch(setting)
    }

    /// The same of one that may be unset: then nil.
    package func optionalInteger(_ setting: Setting) -> Int? {
        if case .integer(let value)? = values[setting] { value } else { nil }
    }

    /// The value of a setting that is a number.
    package func number(_ setting: Setting) -> Double {
        if case .number(let value)? = values[setting] { value } else { mismatch(setting) }
    }

    /// The value of a setting that is a text; nil when it is unset.
    package func text(_ setting: Setting) -> String? {
        if case .text(let value)? = values[setting] { value } else { nil }
    }

    /// The entries of a setting that is a list; none when it is unset.
    package func list(_ setting: Setting) -> [String] {
        if case .list(let value)? = values[setting] { value } else { [] }
    }

    /// The value of a setting that is a host.
    package func host(_ setting: Setting) -> HostName { text(setting).flatMap(HostName.init) ?? mismatch(setting) }

    /// A row whose kind does not fit its reader: every resolution reads every setting, so any test finds it.
    private func mismatch<T>(_ setting: Setting) -> T {
        preconditionFailure("\(setting.rawValue) is read as another kind than its row has")
    }
}
