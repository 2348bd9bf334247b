import Foundation
import GatewayCLI
import TestKit
import Testing

@testable import Program

/// The tables of docs/command-line.md are what the program's own rows say.
@Suite struct CommandTableTests {
    private static let page = "docs/command-line.md"

    /// The commands against a running gateway, then the others.
    private static let tables = [
        DocumentTable(
            "gateway-commands", in: page, ["Command", "What it does"],
            CommandFamily.all.flatMap { family in
                family.verbs.map { verb in
                    row([family.name, verb.name] + verb.operands, verb.summary)
                }
            }),
        DocumentTable(
            "commands", in: page, ["Command", "What it does"],
            CommandRow.table.filter(\.subcommands.isEmpty).map { command in
                row([command.name, operands(of: command)], command.summary)
            }),
    ]

    private static func row(_ words: [String], _ summary: String) -> [String] {
        let line = (["luma-mcp"] + words).filter { !$0.isEmpty }.joined(separator: " ")
        return [DocumentTable.code(line), summary.prefix(1).uppercased() + summary.dropFirst()]
    }

    /// The words that a command needs one of stand for the name that the help has for them.
    private static func operands(of command: CommandRow) -> String {
        if command.arguments == "[options]" { return "" }
        let isNeeded = !command.arguments.hasPrefix("[")
        return isNeeded && !command.words.isEmpty ? command.words.joined(separator: "|") : command.arguments
    }

    /// With `WRITE_DOCUMENTS` set it writes what they ought to say. One test, as both stand on one page.
    @Test func theTablesAreWhatTheRowsSay() throws {
        let file = URL(filePath: #filePath).appending(path: "../../../" + Self.page).standardized
        for table in Self.tables {
            let text = try String(contentsOf: file, encoding: .utf8)
            let written = try #require(table.written(into: text), "\(Self.page) lacks the markers of \(table.name)")
            if ProcessInfo.processInfo.environment["WRITE_DOCUMENTS"] != nil {
                try written.write(to: file, atomically: true, encoding: .utf8)
                continue
            }
            #expect(text == written, "\(table.name)")
        }
    }

    @Test func eachCommandStandsInOneOfThem() {
        let text = Self.tables.map(\.markdown).joined()
        for row in CommandRow.table { #expect(text.contains("| `luma-mcp \(row.name)"), "\(row.name)") }
        for family in CommandFamily.all {
            for verb in family.verbs {
                #expect(text.contains("| `luma-mcp \(family.name) \(verb.name)"), "\(family.name) \(verb.name)")
            }
        }
        #expect(text.contains("| `luma-mcp serve` |") && text.contains("| `luma-mcp completion bash\\|zsh\\|fish` |"))
    }
}
