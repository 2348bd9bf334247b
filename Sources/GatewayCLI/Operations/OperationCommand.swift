import Core
import GatewayAPI
import Glibc
import HTTP
import LumaAPI
import Settings

/// A command line that passes an operation of Luma's on, read but not yet checked against what the options mean.
public struct OperationCall: Sendable, Equatable {
    let verb: OperationVerb
    package let arguments: CommandArguments

    init(_ verb: OperationVerb, _ arguments: CommandArguments) { (self.verb, self.arguments) = (verb, arguments) }

    /// Commands are told apart by their names.
    public static func == (a: OperationCall, b: OperationCall) -> Bool {
        a.verb.title == b.verb.title && a.arguments == b.arguments
    }

    /// Reads what follows the names of the command.
    /// - Throws: all problems at once, with exit code 64.
    static func parse(
        _ verb: OperationVerb, _ arguments: ArraySlice<String>
    ) throws(ConfigurationErrors) -> CommandFamily.Reading {
        var reader = ArgumentReader(verb.title, verb.row.options, arguments)
        switch reader.read() {
        case .help: return .help(verb.name)
        case .version: return .version
        case .arguments: break
        }
        let operands = reader.arguments.operands
        let missing = verb.operands.indices.filter { !operands.indices.contains($0) || operands[$0].isEmpty }
        if !missing.isEmpty {
            reader.report(verb.title, "needs " + missing.map { verb.operands[$0].name }.joined(separator: " and "))
        }
        for extra in operands.dropFirst(verb.operands.count) {
            reader.report("\"\(ConfigurationError.word(extra))\"", "is an unexpected argument")
        }
        try reader.finish()
        return .operation(OperationCall(verb, reader.arguments))
    }
}

/// A command that passes one operation of Luma's on to a running gateway.
package struct OperationCommand: Sendable {
    let call: OperationCall
    let environment: [String: String]
    let output: Terminal
    /// Nil where nobody can be asked.
    let ask: CommandQuestion.Asker?

    package init(_ call: OperationCall, environment: [String: String]) {
        self.init(
            call, environment: environment, output: Terminal.of(STDOUT_FILENO, environment),
            ask: CommandQuestion.asker("to do it", Terminal.of(STDERR_FILENO, environment)))
    }

    init(
        _ call: OperationCall, environment: [String: String], output: Terminal, ask: CommandQuestion.Asker?
    ) {
        (self.call, self.environment, self.output, self.ask) = (call, environment, output, ask)
    }

    var verb: OperationVerb { call.verb }
    var arguments: CommandArguments { call.arguments }
    var isJSON: Bool { arguments.has(EventsOptions.json) }

    /// - Returns: the exit code.
    package func run() async -> Int32 {
        await CommandRun(arguments, environment: environment).run { client, now throws(CommandFailure) in
            try await work(client, now: now)
        }
    }

    /// What the command gives.
    func work(_ client: GatewayClient, now: Timestamp) async throws(CommandFailure) -> CommandOutput {
        try checkOptions()
        let draft = try OperationDraft(
            verb.surface.openFields, verb.options, arguments, environment: environment, now: now)
        let missing = verb.options.filter { $0.isRequired && !arguments.has($0.row) }.map(\.row.name)
        if let first = missing.first {
            throw CommandFailure(.usage, "\(first): is required", missing.dropFirst().map { "\($0): is required" })
        }
        let isPreview = arguments.has(EventsOptions.dryRun)
        let question = try CommandQuestion(verb.surface, arguments, ask)
        let key = verb.isWrite ? try WriteKey.of(arguments) : nil
        var request = GatewayClient.Request(method: method, path: try await path(client), key: key)
        guard verb.isWrite else {
            request.query = draft.query
            return try await read(client, request, notes: draft.notes)
        }
        request.body = .object(draft.members)
        if isPreview || question.isAsked {
            let described = try await preview(client, request)
            if isPreview { return shown(preview: described, notes: draft.notes) }
            try question.settle(["\(verb.title) would send:"] + lines(of: described) + ["  \(verb.warning)"])
            // What was shown is what is done: not if it has changed meanwhile.
            if let confirm = described["confirm"]?.stringValue { request.query = QueryString([("confirm", confirm)]) }
        }
        return try await write(client, request, notes: draft.notes)
    }

    private func checkOptions() throws(CommandFailure) {
        guard arguments.has(OperationVerb.everything) else { return }
        if let other = [EventsOptions.limit, EventsOptions.cursor].first(where: arguments.has) {
            throw CommandFailure(.usage, "\(OperationVerb.everything.name) and \(other.name) cannot be combined")
        }
    }

    // MARK: Requests

    private var method: OutboundRequest.Method {
        OutboundRequest.Method(rawValue: verb.surface.route.method.token) ?? .get
    }

    /// The route's path with what the operands name; an event may be named by its page.
    private func path(_ client: GatewayClient) async throws(CommandFailure) -> String {
        var path = verb.surface.route.pattern
        for (operand, word) in zip(verb.operands, arguments.operands) {
            let id = operand.isEvent ? try await EventPage.id(word, client) : word
            path = path.replacing("{\(operand.member)}", with: PercentCoding.encode(id, allowed: .unreserved))
        }
        return path
    }

    func send(
        _ client: GatewayClient, _ request: GatewayClient.Request
    ) async throws(CommandFailure) -> GatewayClient.Answer {
        try await client.send(request, option: verb.option)
    }

    /// What the gateway would send to Luma; it checks everything and does nothing.
    private func preview(
        _ client: GatewayClient, _ request: GatewayClient.Request
    ) async throws(CommandFailure) -> JSON {
        var request = request
        request.query = QueryString([("dry_run", "true")])
        request.isPreview = true
        return try EventsCommand.document(try await send(client, request))
    }

    private func write(
        _ client: GatewayClient, _ request: GatewayClient.Request, notes: [String]
    ) async throws(CommandFailure) -> CommandOutput {
        let answer = try await send(client, request)
        let document = try EventsCommand.document(answer)
        var notes = notes
        if answer["idempotency-replayed"] != nil { notes.append("it had already been done with the same key") }
        notes += RemarkText.sentences(of: document).map { "warning: " + $0 }
        guard verb.surface.answer == .done, !isJSON else { return shown(document, notes: notes) }
        return CommandOutput(bytes: Array("done\n".utf8), notes: notes)
    }

    private func read(
        _ client: GatewayClient, _ request: GatewayClient.Request, notes: [String]
    ) async throws(CommandFailure) -> CommandOutput {
        guard verb.surface.answer == .page else {
            return shown(try EventsCommand.document(try await send(client, request)), notes: notes)
        }
        let page = try await arguments.has(OperationVerb.everything) ? all(client, request) : page(client, request)
        return isJSON ? EventsCommand.json(page.document, notes: notes) : shown(page, notes: notes)
    }
}

extension OperationCommand {
    /// More pages than any list has; a list that has them does not end.
    private static let maxPages = 10_000

    /// One page, or a whole list in the shape of one.
    struct Page {
        let document: JSON
        let entries: [JSON]
        /// For the next one; nil for the last.
        let cursor: String?
    }

    func page(_ client: GatewayClient, _ request: GatewayClient.Request) async throws(CommandFailure) -> Page {
        let document = try EventsCommand.document(try await send(client, request))
        guard let entries = document["entries"]?.arrayValue else {
            throw CommandFailure(.protocol, "unexpected response without entries: is this a luma-mcp gateway?")
        }
        let cursor = document["has_more"] == true ? document["next_cursor"]?.stringValue : nil
        return Page(document: document, entries: entries, cursor: cursor)
    }

    /// Every page, one after another, each as long as it may be.
    func all(_ client: GatewayClient, _ request: GatewayClient.Request) async throws(CommandFailure) -> Page {
        var request = request
        let limit = verb.surface.openFields.first { $0.name == "limit" }
        if case .integer(let range?) = limit?.schema { request.query.append("limit", String(range.upperBound)) }
        let first = request.query
        var entries: [JSON] = []
        var seen: Set<String> = []
        while seen.count < Self.maxPages {
            let page = try await page(client, request)
            entries += page.entries
            guard let cursor = page.cursor else {
                let whole: JSON = ["entries": .array(entries), "has_more": false, "next_cursor": .null]
                return Page(document: whole, entries: entries, cursor: nil)
            }
            guard seen.insert(cursor).inserted else { break }
            request.query = first
            request.query.append("cursor", cursor)
        }
        throw CommandFailure(.protocol, "the gateway's list does not end")
    }

    // MARK: For a person

    func shown(_ page: Page, notes: [String]) -> CommandOutput {
        var notes = notes
        if let cursor = page.cursor {
            notes.append("more entries: --all, or --cursor \(CommandFailure.line(cursor))")
        } else if page.entries.isEmpty {
            notes.append("no entries")
        }
        let view = OperationView(verb.surface, environment)
        return CommandOutput(bytes: Array((view.table(page.entries).text(output) + "\n").utf8), notes: notes)
    }

    func shown(_ document: JSON, notes: [String]) -> CommandOutput {
        if isJSON { return EventsCommand.json(document, notes: notes) }
        return CommandOutput(
            bytes: Array(OperationView(verb.surface, environment).sheet(document, output).utf8), notes: notes)
    }

    func shown(preview described: JSON, notes: [String]) -> CommandOutput {
        if isJSON { return EventsCommand.json(described, notes: notes) }
        let text = ["Would send:"] + lines(of: described) + ["Nothing was changed.", ""]
        return CommandOutput(bytes: Array(text.joined(separator: "\n").utf8), notes: notes)
    }

    /// What would be sent, one member a line, and how what it is about is now.
    func lines(of preview: JSON) -> [String] {
        let about = (preview["about"]?.objectValue?.members ?? []).filter { !$0.value.isNull }
        return Self.lines(of: preview["sends"]?.objectValue?.members ?? [])
            + (about.isEmpty ? [] : ["As it is now:"] + Self.lines(of: about))
    }

    private static func lines(of members: [(name: String, value: JSON)]) -> [String] {
        let rows = members.map { name, value in
            (label: OperationView.label(Neutral.line(name)), text: OperationView.plain(value))
        }
        let width = rows.reduce(0) { max($0, DisplayWidth.of($1.label)) }
        return rows.map { "  " + DisplayWidth.filled($0.label, to: width) + "  " + $0.text }
    }
}
