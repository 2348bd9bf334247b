import Core

extension Configuration {
    /// The settings of forwarded services alone, for whoever looks at documents and serves nothing.
    /// - Throws: all problems at once.
    public static func forwarders(
        flags: [Setting: String], environment: [String: String], dotEnv: String?
    ) throws(ConfigurationErrors) -> Forwarders {
        let (lines, problems) = DotEnv.parse(dotEnv ?? "")
        let sources = GivenText.sources(of: SettingTable.forwarders, flags, environment, lines)
        var reader = SettingReader(SettingTable.forwarders, sources: sources, { _, _ in nil })
        for problem in problems { reader.report(problem) }
        if let errors = ConfigurationErrors(reader.problems) { throw errors }
        return Forwarders(reader)
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
