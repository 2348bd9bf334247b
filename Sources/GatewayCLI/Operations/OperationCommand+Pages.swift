import Core
import GatewayAPI
import LumaAPI

extension OperationCommand {
    /// More pages than any list has; a list that has them does not end.
    private static let mostPages = 10_000

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
        while seen.count < Self.mostPages {
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
            notes.append("there are more: --all, or --cursor \(CommandFailure.line(cursor))")
        } else if page.entries.isEmpty {
            notes.append("there are none")
        }
        let view = OperationView(verb.surface, environment)
        return CommandOutput(bytes: Array((view.table(page.entries).text(output) + "\n").utf8), notes: notes)
    }

    func shown(_ document: JSON, notes: [String]) -> CommandOutput {
        if isJSON { return EventsCommand.json(document, notes: notes) }
        return CommandOutput(
            bytes: Array(OperationView(verb.surface, environment).sheet(document, output).utf8), notes: notes)
    }

    func shown(preview told: JSON, notes: [String]) -> CommandOutput {
        if isJSON { return EventsCommand.json(told, notes: notes) }
        let text = ["Would send:"] + lines(of: told) + ["Nothing was changed.", ""]
        return CommandOutput(bytes: Array(text.joined(separator: "\n").utf8), notes: notes)
    }

    /// What would be sent, one member a line.
    func lines(of preview: JSON) -> [String] {
        let rows = (preview["sends"]?.objectValue?.members ?? []).map { name, value in
            (label: OperationView.label(Neutral.line(name)), text: OperationView.plain(value))
        }
        let width = rows.reduce(0) { max($0, DisplayWidth.of($1.label)) }
        return rows.map { "  " + DisplayWidth.filled($0.label, to: width) + "  " + $0.text }
    }
}
