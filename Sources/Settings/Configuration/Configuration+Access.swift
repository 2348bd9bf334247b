import Core

extension Configuration {
    /// Who may do what, by the settings.
    package static func readAccess(_ reader: inout SettingReader) -> Access {
        let limit = reader.integer(.tokenRateLimit)
        return Access(
            tokens: readTokens(&reader), readOnly: reader.boolean(.readOnly),
            cancelsByFormOnly: reader.text(.cancelConfirmation) == "form",
            allowedOrigins: AllowedOrigins(reader.list(.allowedOrigins)), requestsPerMinute: limit == 0 ? nil : limit)
    }

    /// Each entry that is wrong is a problem of its own, by its number and never by its text.
    private static func readTokens(_ reader: inout SettingReader) -> TokenSource? {
        guard let text = reader.text(.authTokens) else { return nil }
        if text.hasPrefix("@") { return .file(String(text.dropFirst())) }
        let reading = TokenList.read(text, key: reader.text(.apiKey).map(Secret.init))
        for problem in reading.problems {
            reader.report(ConfigurationError(Setting.authTokens.rawValue, problem, from: .combination))
        }
        return .listed(reading.tokens)
    }
}
