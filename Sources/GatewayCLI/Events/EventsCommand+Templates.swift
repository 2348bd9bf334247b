package import Core
import GatewayAPI

extension EventsCommand {
    /// `events templates`: all kinds of events in a table, or one with an example.
    package func templates(_ client: GatewayClient) async throws(CommandFailure) -> CommandOutput {
        let answer = try await client.send(GatewayClient.Request(path: "/templates/"))
        let json = try Self.document(answer)
        guard let all = json.arrayValue else {
            throw CommandFailure(
                .protocol, "unexpected response: not a luma-mcp gateway, or an older one (no templates)")
        }
        guard let type = call.operands.first else {
            if call.has(EventsOptions.json) { return Self.json(json) }
            return CommandOutput(bytes: Array((TemplateView.table(all.map(TemplateView.init), output) + "\n").utf8))
        }
        guard let one = all.first(where: { $0["type"]?.stringValue == type }) else {
            let types = all.compactMap { $0["type"]?.stringValue }
            let hint = NearestName.hint(for: type, among: types)
            throw CommandFailure(
                .notFound, "there is no template \(CommandFailure.line(type))" + CommandFailure.line(hint),
                ["There are " + CommandFailure.line(types.joined(separator: ", "))])
        }
        if call.has(EventsOptions.json) { return Self.json(one) }
        return CommandOutput(bytes: Array(TemplateView(one).text(output).utf8))
    }
}

/// A template as a person sees it.
package struct TemplateView {
    private let template: JSON

    package init(_ template: JSON) { self.template = template }

    private func text(_ name: String) -> String { Neutral.line(template[name]?.stringValue ?? "") }

    private var type: String { text("type") }

    private var length: String? {
        template["default_duration_hours"]?.doubleValue.flatMap { hours in
            (0...10_000).contains(hours) ? EventOutcome.text(ofLength: Int64(hours * 3_600_000)) : nil
        }
    }

    private var approval: String { template["require_rsvp_approval"]?.boolValue == true ? "needed" : "not needed" }
    private var place: String { template["is_virtual"]?.boolValue == true ? "online" : "at a place" }
    private var defaults: String? {
        template["event"]?.objectValue.flatMap(Template.words).map { Neutral.line($0) }
    }

    /// One line for each.
    package static func table(_ templates: [TemplateView], _ terminal: Terminal) -> String {
        var table = TextTable([
            TextTable.Column(title: "TYPE", isWhole: true), TextTable.Column(title: "NAME", least: 12, dropsAt: 4),
            TextTable.Column(title: "LASTS", dropsAt: 3), TextTable.Column(title: "APPROVAL", dropsAt: 2),
            TextTable.Column(title: "WHERE", dropsAt: 1),
        ])
        for template in templates {
            table.add([
                template.type, template.text("name"), template.length ?? "", template.approval, template.place,
            ])
        }
        return table.text(terminal)
    }

    /// What it fills in, and a command that is never cut, as it is there to be copied.
    package func text(_ terminal: Terminal) -> String {
        let rows: [(String, String?)] = [
            ("type", type), ("about", text("description")), ("lasts", length), ("approval", approval), ("where", place),
            ("sets", defaults),
        ]
        return FactSheet.text(text("name"), rows, terminal) + "\nFor example:\n  "
            + "luma-mcp events create --template \(type) --name 'Your event' --start 'friday 18:00'\n"
    }
}
