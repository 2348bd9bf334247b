import Core

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
        let (lines, problems) = DotEnv.parse(dotEnv ?? "")
        let sources = GivenText.sources(of: SettingTable.plugins, flags, environment, lines)
        var reader = SettingReader(SettingTable.plugins, sources: sources, { _, _ in nil })
        for problem in problems { reader.report(problem) }
        if let errors = ConfigurationErrors(reader.problems) { throw errors }
        return (directory ?? reader.text(.pluginsDirectory)).map { Plugins(reader, directory: $0) }
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
