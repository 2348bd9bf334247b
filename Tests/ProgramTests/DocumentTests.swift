import Foundation
import GatewayAPI
import GatewayCLI
import Settings
import TestKit
import Testing

@testable import Program

@Suite struct DocumentTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../").standardized

    /// The pages of families are looked at by `FamilyTests`.
    private static let topics =
        [Help.Topic.overview]
        + CommandRow.table.filter(\.subcommands.isEmpty).map { Help.Topic.command($0.name) }

    @Test(arguments: topics) func helpFitsAndNamesEveryOption(topic: Help.Topic) {
        let text = Help.text(topic)
        for line in text.split(separator: "\n") {
            #expect(line.count <= 80, "\(line)")
            #expect(line.last != " ")
        }
        var names = SettingTable.table.map(\.setting.flag)
        if case .command(let name) = topic {
            let row = CommandRow.named(name)
            names = row?.own.map(\.name) ?? []
            if row?.sharesOptionsOf == nil { names += (row?.options ?? []).map(\.setting.flag) }
        }
        for name in names { #expect(text.contains("\n  \(name)"), "\(name)") }
        #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
    }

    /// A page is about its command alone, and says how it ends.
    @Test(arguments: CommandRow.table.filter(\.subcommands.isEmpty).map(\.name)) func aPageIsOfOneCommand(name: String)
        throws
    {
        let row = try #require(CommandRow.named(name))
        let text = Help.text(.command(name))
        #expect(text.hasPrefix("luma-mcp \(name): \(row.summary).\n\nUsage:\n  luma-mcp \(name)"))
        #expect(text.contains("\nExamples:\n") && text.contains("\nExit status:\n"))
        for exit in row.exits { #expect(text.contains("\n  \(exit.code) ")) }
        if let other = row.sharesOptionsOf {
            #expect(text.contains("luma-mcp help \(other)") && !text.contains("--api-key"))
            #expect(CommandRow.named(other)?.options.map(\.setting) == row.options.map(\.setting))
        }
    }

    /// Every example of the help is a command line that this program accepts.
    @Test(arguments: topics) func helpExamplesAreAccepted(topic: Help.Topic) throws {
        let examples = Help.text(topic).split(separator: "Examples:\n")[1]
        let lines = examples.replacing(#/ \\\n +/#, with: " ").split(separator: "\n")
        let commands = lines.compactMap { line -> [String]? in
            let words = line.split(separator: " ").map(String.init)
            guard let start = words.firstIndex(of: "luma-mcp") else { return nil }
            // What follows is the shell's.
            return Array(words[(start + 1)...].prefix { !["|", ">"].contains($0) })
        }
        #expect(!commands.isEmpty || topic == .command("completion"))
        for arguments in commands { #expect(throws: Never.self) { try Command.parse(arguments) } }
    }

    @Test func dotEnvExampleIsWhatTheTableSays() throws {
        let file = Self.root.appending(path: ".env.example")
        if ProcessInfo.processInfo.environment["WRITE_DOCUMENTS"] != nil {
            try SettingsDocument.dotEnvExample.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == SettingsDocument.dotEnvExample)
    }

    @Test func dotEnvExampleIsAcceptedAsItIsAndWithEveryLineTakenIn() throws {
        let example = SettingsDocument.dotEnvExample
        #expect(DotEnv.parse(example).lines.isEmpty)
        #expect(DotEnv.parse(example).problems.isEmpty)
        let all = example.replacing(/\n#(?<line>[A-Z_]+=)/) { "\n" + $0.line }
        #expect(DotEnv.parse(all).lines.map(\.name) == SettingTable.table.map(\.setting.rawValue))
        #expect(throws: Never.self) {
            try Configuration.resolve(
                flags: [.apiKey: "k"], environment: [:], dotEnv: all,
                surroundings: Surroundings(cores: 1, isTerminal: true))
        }
    }

    /// The table of docs/settings.md is generated; what stands between its markers must be what the rows say.
    @Test func settingsPageIsWhatTheTableSays() throws {
        for row in SettingTable.table { #expect(SettingsDocument.markdown.contains("| `\(row.setting.rawValue)` |")) }
        let file = Self.root.appending(path: "docs/settings.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let section = try #require(SettingsDocument.section(of: text))
        if ProcessInfo.processInfo.environment["WRITE_DOCUMENTS"] != nil {
            let begin = SettingsDocument.beginMarker + "\n"
            let old = begin + section + SettingsDocument.endMarker
            let new = begin + SettingsDocument.markdown + SettingsDocument.endMarker
            try text.replacing(old, with: new).write(to: file, atomically: true, encoding: .utf8)
            return
        }
        #expect(section == SettingsDocument.markdown)
    }

    @Test func theSectionOfADocument() {
        let document = "a\n<!-- settings:begin -->\n\nx\n<!-- settings:end -->\nb"
        #expect(SettingsDocument.section(of: document) == "\nx\n")
        #expect(SettingsDocument.section(of: "a\n<!-- settings:begin -->\n") == nil)
        #expect(SettingsDocument.section(of: "a") == nil)
    }
}
