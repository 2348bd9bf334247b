import GatewayCLI
import Settings

/// The completions of `luma-mcp` for a shell, made from the tables of commands and settings.
enum Completion {
    static func script(for shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    private static var names: [String] { CommandRow.table.map(\.name) }
    /// What every command understands.
    private static let common = ["--help", "--version"]

    /// In single quotes, for each of the three shells alike.
    static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: #"'\''"#) + "'" }

    /// A command, or a command and its sub-command with a slash between, with what it takes.
    private struct Entry {
        let name: String
        let options: [OptionRow]
        var words: [String] = []
        /// What it takes besides options.
        var operand = OptionRow.Value.free

        /// All names that its options have, and those that every command understands.
        var flags: [String] {
            options.flatMap { [$0.name] + ($0.short.map { [$0] } ?? []) } + (options.isEmpty ? [] : common)
        }

        static var all: [Entry] {
            CommandRow.table.flatMap { row in
                [Entry(name: row.name, options: row.optionRows, words: row.words + row.subcommands.map(\.name))]
                    + row.subcommands.map {
                        Entry(name: "\(row.name)/\($0.name)", options: $0.options, operand: $0.operand)
                    }
            }
        }
    }

    // MARK: bash

    private static var bash: String {
        var values = ""
        var options = ""
        for entry in Entry.all where !entry.options.isEmpty || !entry.words.isEmpty {
            options += "        \(entry.name):-*) words=\(quoted(entry.flags.joined(separator: " "))) ;;\n"
            if !entry.words.isEmpty {
                options += "        \(entry.name):*) words=\(quoted(entry.words.joined(separator: " "))) ;;\n"
            } else if entry.operand == .file {
                options += "        \(entry.name):*) compopt -o default; return ;;\n"
            } else if let list = entry.operand.list {
                options += "        \(entry.name):*) list=\(list.rawValue) ;;\n"
            }
            let places = { (wanted: OptionRow.Value) in
                entry.options.filter { $0.value == wanted }
                    .flatMap { [$0.name] + ($0.short.map { [$0] } ?? []) }.map { "\(entry.name):\($0)" }
                    .joined(separator: "|")
            }
            for row in entry.options {
                guard case .words(let words) = row.value else { continue }
                values += "        \(entry.name):\(row.name)) "
                values += "words=\(quoted(words.joined(separator: " "))) ;;\n"
            }
            for value in [OptionRow.Value.zone, .template, .event] {
                guard let list = value.list, !places(value).isEmpty else { continue }
                values += "        \(places(value))) list=\(list.rawValue) ;;\n"
            }
            if !places(.file).isEmpty {
                values += "        \(places(.file)))\n            compopt -o default; return ;;\n"
            }
            if !places(.free).isEmpty { values += "        \(places(.free)))\n            return ;;\n" }
        }
        let heads = CommandRow.families.map(\.name).joined(separator: "|")
        return """
            # Completions of luma-mcp for bash. Made by `luma-mcp completion bash`.
            _luma_mcp_list() { luma-mcp completion list "$1" 2>/dev/null | cut -f1; }
            # Not compgen -W, which expands what it is given: the words are other people's.
            _luma_mcp_offer() {
                local word quoted
                while IFS= read -r word; do
                    printf -v quoted %q "$word"
                    if [[ -n $word && ($word == "$current"* || $quoted == "$current"*) ]]; then COMPREPLY+=("$quoted"); fi
                done
            }
            _luma_mcp() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
                local command=\(CommandRow.table[0].name) words= list=
                COMPREPLY=()
                if ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} != -* ]]; then command=${COMP_WORDS[1]}; fi
                case $command in
                    \(heads)) if ((COMP_CWORD > 2)); then command+=/${COMP_WORDS[2]}; fi ;;
                esac
                case $command:$previous in
            \(values)    esac
                if [[ -z $words$list ]]; then
                    case $command:$current in
            \(options.replacing("        ", with: "            "))        esac
                    if ((COMP_CWORD == 1)) && [[ $current != -* ]]; then words="\(names.joined(separator: " "))"; fi
                fi
                if [[ -n $list ]]; then
                    _luma_mcp_offer < <(_luma_mcp_list "$list")
                else
                    _luma_mcp_offer <<<"${words// /$'\\n'}"
                fi
            }
            complete -F _luma_mcp luma-mcp

            """
    }

    // MARK: zsh

    /// `:` and brackets end a part of what `_arguments` reads.
    private static func zshText(_ text: String) -> String {
        text.replacing("\\", with: #"\\"#).replacing("[", with: #"\["#).replacing("]", with: #"\]"#)
            .replacing(":", with: #"\:"#)
    }

    private static func zshSpecification(_ row: OptionRow) -> [String] {
        let text = "[\(zshText(row.help))]"
        let place = zshText(row.placeholder.isEmpty ? "value" : row.placeholder)
        // Zsh offers an option once, unless a star stands before it.
        let name = (row.repeats ? "*" : "") + row.name
        switch row.value {
        case .yes([]): return [quoted("\(name)\(text)")]
        case .yes(let words): return [quoted("\(name)=-\(text)::\(place):(\(words.joined(separator: " ")))")]
        case .words(let words): return [quoted("\(name)=\(text):\(place):(\(words.joined(separator: " ")))")]
        case .file:
            return [quoted("\(name)=\(text):\(place):_files")]
                + (row.short.map { [quoted("\($0)\(text):\(place):_files")] } ?? [])
        case .zone, .template, .event:
            return [quoted("\(name)=\(text):\(place):\(zshList(of: row.value) ?? " ")")]
        case .free: return [quoted("\(name)=\(text):\(place): ")]
        }
    }

    /// The call that offers what the program lists.
    private static func zshList(of value: OptionRow.Value) -> String? {
        value.list.map { "{_luma_mcp_list \($0.rawValue)}" }
    }

    /// A list of commands for zsh's `_describe`.
    private static func zshList(_ commands: [(name: String, summary: String)]) -> String {
        commands.map { "        " + quoted("\($0.name):\(zshText($0.summary))") }.joined(separator: "\n")
    }

    private static var zsh: String {
        var cases = ""
        for entry in Entry.all where !CommandRow.families.contains(where: { $0.name == entry.name }) {
            var lines = entry.options.flatMap(zshSpecification)
            if !lines.isEmpty {
                lines += common.map { quoted("\($0)[\($0 == "--help" ? "Show the help" : "Print the version")]") }
            }
            if !entry.words.isEmpty { lines.append(quoted("1:word:(\(entry.words.joined(separator: " ")))")) }
            if entry.operand == .file { lines.append(quoted("1:file:_files")) }
            if let call = zshList(of: entry.operand) { lines.append(quoted("1:\(entry.operand):\(call)")) }
            if lines.isEmpty { continue }
            cases += "        \(entry.name))\n            _arguments \\\n                "
            cases += lines.joined(separator: " \\\n                ") + "\n            ;;\n"
        }
        var inner = ""
        for family in CommandRow.families {
            inner += """
                    if [[ $command == \(family.name) ]]; then
                        commands=(
                \(zshList(family.subcommands.map { ($0.name, $0.summary) }))
                        )
                        if ((CURRENT == 2)); then
                            _describe -t commands command commands
                            return
                        fi
                        command+=/$words[2]
                        shift words
                        ((CURRENT--))
                    fi

                """
        }
        return """
            #compdef luma-mcp
            # Completions of luma-mcp for zsh. Made by `luma-mcp completion zsh`.
            _luma_mcp_list() {
                local -a lines=("${(@f)$(luma-mcp completion list $1 2>/dev/null)}") values shown
                local line expl
                for line in $lines; do
                    values+=("${line%%$'\\t'*}")
                    shown+=("${line/$'\\t'/  -- }")
                done
                # Not _describe, which reads colons and backslashes in what it is given.
                _wanted $1 expl $1 compadd -l -d shown -a values
            }
            _luma_mcp() {
                local command=\(CommandRow.table[0].name)
                local -a commands=(
            \(zshList(CommandRow.table.map { ($0.name, $0.summary) }))
                )
                if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
                    _describe -t commands command commands
                    return
                fi
                # The command is taken off, so that its own words are counted from one.
                if [[ $words[2] != -* ]]; then
                    command=$words[2]
                    shift words
                    ((CURRENT--))
                fi
            \(inner)    case $command in
            \(cases)    esac
            }
            if [[ $funcstack[1] == _luma_mcp ]]; then _luma_mcp "$@"; else compdef _luma_mcp luma-mcp; fi

            """
    }

    // MARK: fish

    private static var fish: String {
        let isFirst = "__fish_use_subcommand"
        var text = """
            # Completions of luma-mcp for fish. Made by `luma-mcp completion fish`.
            complete -c luma-mcp -f

            """
        for (index, command) in CommandRow.table.enumerated() {
            text += "complete -c luma-mcp -n \(isFirst) -a \(command.name) -d \(quoted(command.summary))\n"
            let isSeen = "__fish_seen_subcommand_from \(command.name)"
            // Without a command its options are those of the first one.
            let condition = quoted(index == 0 ? "\(isFirst); or \(isSeen)" : isSeen)
            for row in command.optionRows { text += fishOption(row, condition) }
            let names = command.subcommands.map(\.name).joined(separator: " ")
            for verb in command.subcommands {
                text += "complete -c luma-mcp -n \(quoted("\(isSeen); and not __fish_seen_subcommand_from \(names)")) "
                text += "-a \(verb.name) -d \(quoted(verb.summary))\n"
                let isChosen = quoted("\(isSeen); and __fish_seen_subcommand_from \(verb.name)")
                for row in verb.options { text += fishOption(row, isChosen) }
                if verb.operand == .file { text += "complete -c luma-mcp -n \(isChosen) -F\n" }
                if let list = fishList(of: verb.operand) {
                    text += "complete -c luma-mcp -n \(isChosen) -a \(list)\n"
                }
            }
            if !command.words.isEmpty {
                text += "complete -c luma-mcp -n \(condition) -a \(quoted(command.words.joined(separator: " ")))\n"
            }
        }
        return text
    }

    private static func fishList(of value: OptionRow.Value) -> String? {
        // A tilde at the beginning is fish's own sign for a home, whoever offers it.
        value.list.map { quoted("(luma-mcp completion list \($0.rawValue) 2>/dev/null | string match -v '~*')") }
    }

    private static func fishOption(_ row: OptionRow, _ condition: String) -> String {
        var text = "complete -c luma-mcp -n \(condition)"
        if let short = row.short { text += " -s \(short.dropFirst())" }
        text += " -l \(row.name.dropFirst(2))"
        switch row.value {
        case .yes: break
        case .words(let words): text += " -x -a \(quoted(words.joined(separator: " ")))"
        case .file: text += " -r -F"
        case .zone, .template, .event: text += " -x -a \(fishList(of: row.value) ?? "''")"
        case .free: text += " -x"
        }
        return text + " -d \(quoted(row.help))\n"
    }
}
