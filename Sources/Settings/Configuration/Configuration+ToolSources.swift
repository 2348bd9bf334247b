import Core

/// The settings of tools from outside, also where a command reads them alone.
extension Configuration {
    /// The settings of plugins; nil without a directory.
    static func readPlugins(_ reader: inout SettingReader, _ warnings: inout [String]) -> Plugins? {
        guard let directory = reader.text(.pluginsDirectory) else {
            for setting in [Setting.pluginsFile, .pluginsPython, .pluginsStrict] where reader.given.contains(setting) {
                warnings.append(
                    "\(setting.rawValue) has no effect without \(Setting.pluginsDirectory.rawValue).")
            }
            return nil
        }
        return Plugins(reader, directory: directory)
    }

    /// The settings of plugins alone, for whoever looks at plugins and serves nothing; nil without a directory.
    /// - Parameter directory: the one to look at, whichever is set.
    /// - Throws: all problems at once.
    public static func plugins(
        flags: [Setting: String], environment: [String: String], dotEnv: String?, in directory: String? = nil
    ) throws(ConfigurationErrors) -> Plugins? {
        let reader = try SettingReader.only(SettingTable.plugins, flags, environment, dotEnv)
        return (directory ?? reader.text(.pluginsDirectory)).map { Plugins(reader, directory: $0) }
    }

    /// The settings of forwarded services alone, for whoever looks at documents and serves nothing.
    /// - Throws: all problems at once.
    public static func forwarders(
        flags: [Setting: String], environment: [String: String], dotEnv: String?
    ) throws(ConfigurationErrors) -> Forwarders {
        let reader = try SettingReader.only(SettingTable.forwarders, flags, environment, dotEnv)
        return Forwarders(reader)
    }

    /// The settings of other MCP servers alone, for whoever looks at them and serves nothing; nil without a file.
    /// - Returns: also the directory for state; nil where none is set.
    /// - Throws: all problems at once.
    public static func upstreams(
        flags: [Setting: String], environment: [String: String], dotEnv: String?
    ) throws(ConfigurationErrors) -> (file: String, dataDirectory: String?)? {
        let reader = try SettingReader.only(SettingTable.upstreamsCommand, flags, environment, dotEnv)
        return reader.text(.upstreamsFile).map { ($0, reader.text(.dataDirectory)) }
    }
}

extension Configuration.Plugins {
    fileprivate init(_ reader: SettingReader, directory: String) {
        guard let python = reader.text(.pluginsPython) else {
            preconditionFailure("the row of LUMA_PLUGINS_PYTHON has no default")
        }
        self.init(
            directory: directory, file: reader.text(.pluginsFile), python: python,
            isStrict: reader.boolean(.pluginsStrict))
    }
}

extension Configuration.Forwarders {
    private static let named: [Setting] = [
        .gitHubToken, .gitHubURL, .lunaURL, .lumenoreURL, .lumenoreClient, .lumenoreSecret,
    ]

    init(_ reader: SettingReader) {
        let values = Self.named.compactMap { setting in reader.text(setting).map { (setting.rawValue, Secret($0)) } }
        self.init(
            directory: reader.text(.forwardersDirectory), values: Dictionary(uniqueKeysWithValues: values),
            answersDirectCalls: reader.boolean(.lunaEndpoint))
    }
}

extension SettingReader {
    /// Reads the rows of one table for a command that needs no others.
    /// - Throws: all problems at once.
    static func only(
        _ rows: [SettingRow], _ flags: [Setting: String], _ environment: [String: String], _ dotEnv: String?
    ) throws(ConfigurationErrors) -> SettingReader {
        let (lines, problems) = DotEnv.parse(dotEnv ?? "")
        var reader = SettingReader(
            rows, sources: GivenText.sources(of: rows, flags, environment, lines), { _, _ in nil })
        for problem in problems { reader.report(problem) }
        if let errors = ConfigurationErrors(reader.problems) { throw errors }
        return reader
    }
}
