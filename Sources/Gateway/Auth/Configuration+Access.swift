import Core
import IO
import Settings

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
