import Core

extension Configuration {
    /// The settings of other MCP servers alone, for whoever looks at them and serves nothing; nil without a file.
    /// - Returns: also the directory for state; nil where none is set.
    /// - Throws: all problems at once.
    public static func upstreams(
        flags: [Setting: String], environment: [String: String], dotEnv: String?
    ) throws(ConfigurationErrors) -> (file: String, dataDirectory: String?)? {
        let (lines, problems) = DotEnv.parse(dotEnv ?? "")
        let sources = GivenText.sources(of: SettingTable.upstreamsCommand, flags, environment, lines)
        var reader = SettingReader(SettingTable.upstreamsCommand, sources: sources, { _, _ in nil })
        for problem in problems { reader.report(problem) }
        if let errors = ConfigurationErrors(reader.problems) { throw errors }
        return reader.text(.upstreamsFile).map { ($0, reader.text(.dataDirectory)) }
    }
}
