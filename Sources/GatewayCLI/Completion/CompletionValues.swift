package import Core
import HTTP
import IO

/// What a shell asks the program for while it completes a line.
public enum CompletionList: String, Sendable, CaseIterable {
    case zones, templates, events
}

/// `luma-mcp completion list zones|templates|events`: one value a line, behind a tab what it is.
///
/// Shells take what they offer for text that they may expand (bash's `compgen -W` runs a `$(…)` in it), and values come from a
/// gateway: so only those are given that no shell does anything with.
///
/// A person waits for it with a finger on the key: the gateway has two seconds, and what it does not say is not offered.
package struct CompletionValues: Sendable {
    private static let patience = "2"

    package let list: CompletionList
    package let environment: [String: String]

    package init(_ list: CompletionList, environment: [String: String]) {
        (self.list, self.environment) = (list, environment)
    }

    /// - Returns: the exit code, always 0: a shell shows no errors while it completes.
    package func run() async -> Int32 {
        let lines: [String]
        switch list {
        case .zones: lines = SystemTimeZones.database.names.filter(Self.isPlain)
        case .templates: lines = Self.templates(await document("/templates/", QueryString()))
        case .events: lines = Self.events(await document("/events/", upcoming))
        }
        if !lines.isEmpty { StandardOutput.write(lines.joined(separator: "\n")) }
        return 0
    }

    private var upcoming: QueryString {
        let today = Timestamp(milliseconds: WallClock.now.milliseconds / 86_400_000 * 86_400_000)
        return QueryString([("after", today.rfc3339), ("sort", "start_at"), ("limit", "100")])
    }

    private func document(_ path: String, _ query: QueryString) async -> JSON? {
        var arguments = CommandArguments()
        arguments.values[EventsOptions.timeout.name] = [Self.patience]
        let run = CommandRun(arguments, environment: environment)
        let answer = try? await run.onLoop { client, _ throws(CommandFailure) in
            let answer = try await client.send(GatewayClient.Request(path: path, query: query))
            return CommandOutput(bytes: answer.body)
        }
        return answer.flatMap { try? JSON.parse($0.bytes) }
    }

    /// Ids and descriptions of the events in a list, separated by a tab, one event a line.
    package static func events(_ document: JSON?) -> [String] {
        (document?["entries"]?.arrayValue ?? []).map(EventView.init).filter { isPlain($0.id) }
            .map { "\($0.id)\t\($0.start) \($0.name)" }
    }

    /// The same of the templates in a list.
    package static func templates(_ document: JSON?) -> [String] {
        (document?.arrayValue ?? []).compactMap { template in
            guard let type = template["type"]?.stringValue, isPlain(type) else { return nil }
            return type + "\t" + Neutral.line(template["name"]?.stringValue ?? "")
        }
    }

    private static let marks = Set("-_./+:@".utf8)

    /// Letters and digits of ASCII and marks that mean nothing to a shell; begins with no mark, as it must be no option.
    package static func isPlain(_ text: String) -> Bool {
        let isWord: (UInt8) -> Bool = { (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) }
        return text.utf8.first.map(isWord) ?? false && text.utf8.allSatisfy { isWord($0) || marks.contains($0) }
    }
}
