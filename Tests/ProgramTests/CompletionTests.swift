import Core
import GatewayAPI
import GatewayCLI
import IO
import Settings
import Testing

@testable import Program

@Suite struct CompletionTests {
    @Test(arguments: Shell.allCases) func everyCommandAndOptionIsOffered(shell: Shell) {
        let script = Completion.script(for: shell)
        for command in CommandRow.table {
            #expect(script.contains(command.name))
            for row in command.options {
                let flag = shell == .fish ? "-l \(row.setting.flag.dropFirst(2))" : row.setting.flag
                #expect(script.contains(flag), "\(row.setting)")
            }
            for verb in command.subcommands {
                #expect(script.contains(verb.name))
                for row in verb.options {
                    #expect(script.contains(shell == .fish ? "-l \(row.name.dropFirst(2))" : row.name), "\(row.name)")
                }
            }
        }
        #expect(script.hasSuffix("\n") && !script.hasSuffix("\n\n"))
    }

    @Test func theValueThatAnOptionTakes() {
        #expect(OptionRow.value(of: SettingTable[.debug]) == .yes(["true", "false"]))
        #expect(OptionRow.value(of: SettingTable[.sandbox]) == .yes(["true", "false", "auto"]))
        #expect(OptionRow.value(of: SettingTable[.logFormat]) == .words(["text", "json"]))
        #expect(OptionRow.value(of: SettingTable[.tlsKey]) == .file)
        #expect(OptionRow.value(of: SettingTable[.port]) == .free)
    }

    @Test(arguments: Shell.allCases) func whatOnlyTheProgramKnowsIsAskedFor(shell: Shell) throws {
        let script = Completion.script(for: shell)
        for list in CompletionList.allCases {
            let call =
                switch shell {
                case .bash: "list="
                case .zsh: "_luma_mcp_list "
                case .fish: "completion list "
                }
            #expect(script.contains(call + list.rawValue))
            #expect(try Command.parse(["completion", "list", list.rawValue]) == .completionList(list))
        }
        #expect(throws: ConfigurationErrors.self) { try Command.parse(["completion", "list", "secrets"]) }
        #expect(throws: ConfigurationErrors.self) { try Command.parse(["completion", "list"]) }
    }

    @Test func valuesAreOneALineAndHarmless() {
        let events: JSON = [
            "entries": [
                ["id": "evt-1", "name": "A\tb\u{1b}[2J\nc", "start_at": "2030-05-01T16:00:00Z", "timezone": "UTC"],
                ["name": "no id"],
            ]
        ]
        #expect(CompletionValues.events(events) == ["evt-1\tWed 2030-05-01 16:00 UTC A b [2J c"])
        #expect(CompletionValues.events(nil) == [])
        #expect(CompletionValues.templates("nonsense") == [])
    }

    /// `compgen -W` expands its words, and `_describe` reads colons: neither is for words that come from a gateway.
    @Test func noScriptHandsWordsToWhatReadsThem() {
        let lines = Completion.script(for: .bash).split(separator: "\n")
        #expect(!lines.contains { $0.contains("compgen -W") && !$0.hasPrefix("#") })
        #expect(!Completion.script(for: .zsh).contains("_describe -t $1"))
    }

    /// What a gateway says is expanded by a shell that offers it, so nothing is given that a shell would do something with.
    @Test(arguments: [
        "$(touch x)", "`id`", "a b", "a;b", "a'b", "a\"b", "a\\b", "a*", "~", "-x", "--server=x", "a&b", "a|b", "a>b",
        "a{1,2}", "a!b",
        "a\u{1b}[2J", "é", "",
    ])
    func noValueDoesAnythingToAShell(value: String) {
        let events: JSON = ["entries": [["id": .string(value), "name": "A"], ["id": "evt-1", "name": "B"]]]
        #expect(CompletionValues.events(events).map { $0.prefix { $0 != "\t" } } == ["evt-1"])
        let templates: JSON = [["type": .string(value), "name": "A"], ["type": "board-game_night", "name": "B"]]
        #expect(CompletionValues.templates(templates) == ["board-game_night\tB"])
    }

    @Test func everyZoneMayBeOffered() {
        #expect(SystemTimeZones.database.names.filter { !CompletionValues.isPlain($0) } == [])
    }

    @Test func anApostropheDoesNotEndTheQuotes() {
        #expect(Completion.quoted("Luma's") == #"'Luma'\''s'"#)
    }

    @Test func everyCommandIsOneThatTheProgramKnows() throws {
        for row in CommandRow.table {
            let verbs = row.subcommands.map { [$0.name] + $0.operands.map { _ in "x" } }
            // The word of `forwarders` needs a file.
            let first = Array(row.words.prefix(1)) + (row.name == "forwarders" ? ["x"] : [])
            for words in verbs.isEmpty ? [first] : verbs {
                #expect(throws: Never.self) { try Command.parse([row.name] + words) }
            }
        }
    }
}
