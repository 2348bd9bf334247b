package import Core
import GatewayAPI
import Glibc
package import Settings

/// `luma-mcp events`: one sub-command against a running gateway.
package struct EventsCommand: Sendable {
    private(set) var call: EventsCall
    package let environment: [String: String]
    /// Standard output and standard error.
    package let output: Terminal
    package let errors: Terminal
    /// Has somebody agree to a cancel; nil where nobody can be asked.
    let askToCancel: CommandQuestion.Asker?

    package init(_ call: EventsCall, environment: [String: String]) {
        let errors = Terminal.of(STDERR_FILENO, environment)
        self.init(
            call, environment: environment, output: Terminal.of(STDOUT_FILENO, environment), errors: errors,
            askToCancel: CommandQuestion.asker("to cancel it", errors))
    }

    init(
        _ call: EventsCall, environment: [String: String], output: Terminal, errors: Terminal,
        askToCancel: CommandQuestion.Asker?
    ) {
        (self.call, self.environment) = (call, environment)
        (self.output, self.errors, self.askToCancel) = (output, errors, askToCancel)
    }

    /// - Returns: the exit code.
    package func run() async -> Int32 {
        let run = CommandRun(call.arguments, environment: environment)
        guard call.verb == .import else {
            return await run.run { client, now throws(CommandFailure) in try await work(client, now: now) }
        }
        // Many requests and not one, with a loop, signals and a report of its own.
        return await run.ending { () throws(CommandFailure) in try await ImportCommand(call, environment).run() }
    }

    /// What the command gives; not for an import.
    func work(_ client: GatewayClient, now: Timestamp) async throws(CommandFailure) -> CommandOutput {
        let command = try await withEventID(client)
        switch call.verb {
        case .list: return try await list(client, now)
        case .get: return try await command.get(client)
        case .create: return try await create(client, now)
        case .update: return try await command.update(client, now)
        case .cancel: return try await command.cancel(client)
        case .export: return try await export(client, now)
        case .templates: return try await templates(client)
        case .import: preconditionFailure("an import is run by ImportCommand")
        }
    }

    /// The same command with the id of the event in place of the address of its page.
    private func withEventID(_ client: GatewayClient) async throws(CommandFailure) -> EventsCommand {
        guard call.verb.row.takesID, let text = call.operands.first, EventPage.isAddress(text) else { return self }
        var command = self
        command.call.operands[0] = try await EventPage.id(text, client)
        return command
    }

    // MARK: What several sub-commands share

    /// The path of the event that is named.
    package func eventPath() -> String {
        "/events/" + PercentCoding.encode(call.operands.first ?? "", allowed: .unreserved)
    }

    /// One JSON document on one line.
    package static func json(_ json: JSON, notes: [String] = []) -> CommandOutput {
        CommandOutput(bytes: json.encoded + [0x0a], notes: notes)
    }

    /// The document of an answer.
    package static func document(_ answer: GatewayClient.Answer) throws(CommandFailure) -> JSON {
        guard let json = answer.json else {
            throw CommandFailure(.protocol, "unexpected response, not JSON: is this a luma-mcp gateway?")
        }
        guard json.objectValue?.members.isEmpty != true else {
            throw CommandFailure(.protocol, "unexpected empty response: is this a luma-mcp gateway?")
        }
        return json
    }
}

/// An event that is named by the address of its page.
enum EventPage {
    /// Whether it is the address of a page and no id.
    static func isAddress(_ text: String) -> Bool {
        let text = text.lowercased()
        return ["http://", "https://"].contains { text.hasPrefix($0) }
            || EventAddress.hosts.contains { text.hasPrefix($0 + "/") }
    }

    /// The id of the event that an operand names by its id or by the address of its page.
    static func id(_ text: String, _ client: GatewayClient) async throws(CommandFailure) -> String {
        guard isAddress(text) else { return text }
        let query = QueryString([("url", text)])
        let answer = try await client.send(GatewayClient.Request(path: "/events/lookup", query: query))
        guard let id = try EventsCommand.document(answer)["event"]?["id"]?.stringValue else {
            throw CommandFailure(.notFound, "there is no event at \(CommandFailure.line(text))")
        }
        return id
    }
}

/// A command line of `luma-mcp events`, read but not yet checked against what the options mean.
public struct EventsCall: Sendable, Equatable {
    package let verb: EventsVerb
    package var arguments: CommandArguments

    package init(verb: EventsVerb, _ arguments: CommandArguments = CommandArguments()) {
        (self.verb, self.arguments) = (verb, arguments)
    }

    /// What is no option: the id of an event, or a file.
    package var operands: [String] {
        get { arguments.operands }
        set { arguments.operands = newValue }
    }
    /// The values of each option by its name, in order.
    package var values: [String: [String]] { arguments.values }

    /// The value that an option was given; the first one when it was given several times, nil when it was not given.
    package func text(_ option: OptionRow) -> String? { arguments.text(option) }
    /// All values that an option was given, in order.
    package func all(_ option: OptionRow) -> [String] { arguments.all(option) }
    /// Whether an option was given.
    package func has(_ option: OptionRow) -> Bool { arguments.has(option) }

    /// What a command line of `luma-mcp events` asks for.
    package enum Reading: Equatable {
        case call(EventsCall)
        case help(EventsVerb?)
        case version
    }

    /// Reads what follows `luma-mcp events`.
    /// - Throws: all problems at once, with exit code 64.
    package static func parse(_ arguments: ArraySlice<String>) throws(ConfigurationErrors) -> Reading {
        switch try CommandFamily.events.begin(arguments) {
        case .help(let name): return .help(name.flatMap(EventsVerb.init))
        case .version: return .version
        case .verb(let name):
            guard let verb = EventsVerb(rawValue: name) else { throw CommandFamily.events.unknown(name) }
            var reader = ArgumentReader("events \(name)", verb.options, arguments.dropFirst())
            switch reader.read() {
            case .help: return .help(verb)
            case .version: return .version
            case .arguments: break
            }
            let call = EventsCall(verb: verb, reader.arguments)
            call.checkOperands(&reader)
            try reader.finish()
            return .call(call)
        }
    }

    private func checkOperands(_ reader: inout ArgumentReader) {
        let row = verb.row
        if row.takesID, operands.first?.isEmpty ?? true { reader.report(reader.command, "needs the id of an event") }
        if row.takesFile, operands.isEmpty { reader.report(reader.command, "needs the name of a file") }
        for extra in operands.dropFirst(row.takesID || row.takesFile || row.takesTemplate ? 1 : 0) {
            let isName = verb == .create && text(EventsOptions.name) == nil
            reader.report(
                "\"\(ConfigurationError.word(extra))\"",
                "is an unexpected argument" + (isName ? "; did you mean --name?" : ""))
        }
    }
}
