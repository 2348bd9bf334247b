import Core
import IO

extension Configuration {
    /// Who may do what, by the settings.
    static func readAccess(_ reader: inout SettingReader) -> Access {
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

extension Configuration {
    /// The tokens that open the gateway; nil when nobody is asked for one. Reads their file, so it blocks.
    func tokens() throws(StartFailure) -> TokenTable? {
        switch access.tokens {
        case nil: nil
        case .listed(let tokens): TokenTable(tokens)
        case .file(let path): TokenTable(try TokenFile.read(path, key: apiKey))
        }
    }

    /// Reads the file of tokens again; one that cannot be used is told, and the tokens stay as they were.
    func renew(_ tokens: TokenTable?, _ log: LogSink) {
        guard let tokens, case .file(let path) = access.tokens else { return }
        do throws(StartFailure) {
            let new = try TokenFile.read(path, key: apiKey)
            tokens.replace(new)
            log.log(
                LogEvent(time: WallClock.now, .info, "The tokens were read again", ["tokens": .integer(new.count)]))
        } catch {
            log.log(
                LogEvent(
                    time: WallClock.now, .error, "The new tokens cannot be used, the old ones stay",
                    ["cause": .text(error.description)]))
        }
    }
}
