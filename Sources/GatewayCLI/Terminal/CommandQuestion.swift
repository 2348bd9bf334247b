import GatewayAPI

/// The question before a command does what its row has somebody asked about: one for commands that are made of rows and for
/// those that are written by hand.
struct CommandQuestion {
    /// Asks whoever sits at the terminal, by the lines that are decided by.
    typealias Asker = @Sendable ([String]) -> Bool

    /// Somebody is asked.
    let isAsked: Bool
    private let ask: Asker?
    private let done: String

    /// - Parameters:
    ///   - done: what was not, when nobody agrees.
    ///   - ask: nil where nobody can be asked.
    /// - Throws: when somebody is to be asked and nobody can be.
    init(
        _ surface: Surface, _ arguments: CommandArguments, done: String = "done", _ ask: Asker?
    ) throws(CommandFailure) {
        isAsked =
            surface.needsConfirmation && !arguments.has(EventsOptions.yes) && !arguments.has(EventsOptions.dryRun)
        (self.done, self.ask) = (done, ask)
        guard !isAsked || ask != nil else {
            throw CommandFailure(
                .undecided, "there is no terminal to confirm on, so nothing was \(done)",
                ["Use --yes to go on without confirmation, or --dry-run for a preview."])
        }
    }

    /// - Throws: when somebody is asked and does not agree.
    func settle(_ lines: [String]) throws(CommandFailure) {
        guard isAsked else { return }
        guard ask?(lines) == true else { throw CommandFailure(.undecided, "nothing was \(done)") }
    }

    /// - Parameter prompt: the end of the question, such as `to cancel it`.
    /// - Returns: nil where nobody can be asked.
    static func asker(_ prompt: String, _ errors: Terminal) -> Asker? {
        guard Question.canBeAsked(errors) else { return nil }
        return { Question.isAgreed($0, prompt, errors) }
    }
}
