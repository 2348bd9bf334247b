/// The completions of `luma-mcp` for a shell, made from the tables of commands and settings.
enum Completion {
    static func script(for shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// What a shell can offer as the value of an option.
    enum Value: Equatable {
        /// The option stands alone for yes; another value follows after `=`.
        case yes([String])
        case words([String])
        case file
        /// Something that only the user knows.
        case free
    }

    static func value(of row: SettingRow) -> Value {
        switch row.kind {
        case .boolean: .yes(["true", "false"])
        case .booleanOr(let word): .yes(["true", "false", word])
        case .word(let words): .words(words)
        case .path: .file
        default: .free
        }
    }

    private static var names: [String] { CommandRow.table.map(\.name) }
    /// What every command understands.
    private static let common = ["--help", "--version"]

    /// In single quotes, for each of the three shells alike.
    static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: #"'\''"#) + "'" }

    // MARK: bash

    private static var bash: String {
        var values = ""
        var options = ""
        for command in CommandRow.table where !command.options.isEmpty || !command.words.isEmpty {
            let flags = command.options.map(\.setting.flag) + (command.options.isEmpty ? [] : common)
            options += "        \(command.name)) words=\(quoted((command.words + flags).joined(separator: " "))) ;;\n"
            let places = { (wanted: Value) in
                command.options.filter { value(of: $0) == wanted }.map { "\(command.name):\($0.setting.flag)" }
                    .joined(separator: "|")
            }
            for row in command.options {
                guard case .words(let words) = value(of: row) else { continue }
                values += "        \(command.name):\(row.setting.flag)) "
                values += "words=\(quoted(words.joined(separator: " "))) ;;\n"
            }
            if !places(.file).isEmpty {
                values += "        \(places(.file)))\n            compopt -o default; return ;;\n"
            }
            if !places(.free).isEmpty { values += "        \(places(.free)))\n            return ;;\n" }
        }
        return """
            # Completions of luma-mcp for bash. Made by `luma-mcp completion bash`.
            _luma_mcp() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
                local command=\(CommandRow.table[0].name) words=
                COMPREPLY=()
                if ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} != -* ]]; then command=${COMP_WORDS[1]}; fi
                case $command:$previous in
            \(values)    esac
                if [[ -z $words ]]; then
                    case $command in
            \(options.replacing("        ", with: "            "))        esac
                    if ((COMP_CWORD == 1)); then words="\(names.joined(separator: " ")) $words"; fi
                fi
                mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
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

    private static func zshSpecification(_ row: SettingRow) -> String {
        let text = "[\(zshText(row.help))]"
        let name = row.setting.flag
        let place = zshText(row.placeholder.isEmpty ? "value" : row.placeholder)
        return switch value(of: row) {
        case .yes(let words): quoted("\(name)=-\(text)::\(place):(\(words.joined(separator: " ")))")
        case .words(let words): quoted("\(name)=\(text):\(place):(\(words.joined(separator: " ")))")
        case .file: quoted("\(name)=\(text):\(place):_files")
        case .free: quoted("\(name)=\(text):\(place): ")
        }
    }

    private static var zsh: String {
        var cases = ""
        for command in CommandRow.table {
            var lines = command.options.map(zshSpecification)
            if !lines.isEmpty {
                lines += common.map { quoted("\($0)[\($0 == "--help" ? "Tell" : "Print the version")]") }
            }
            if !command.words.isEmpty { lines.append(quoted("1:word:(\(command.words.joined(separator: " ")))")) }
            if lines.isEmpty { continue }
            cases += "        \(command.name))\n            _arguments \\\n                "
            cases += lines.joined(separator: " \\\n                ") + "\n            ;;\n"
        }
        let described = CommandRow.table.map { "        " + quoted("\($0.name):\(zshText($0.summary))") }
        return """
            #compdef luma-mcp
            # Completions of luma-mcp for zsh. Made by `luma-mcp completion zsh`.
            _luma_mcp() {
                local command=\(CommandRow.table[0].name)
                local -a commands=(
            \(described.joined(separator: "\n"))
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
                case $command in
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
            for row in command.options {
                text += "complete -c luma-mcp -n \(condition) -l \(row.setting.flag.dropFirst(2))"
                switch value(of: row) {
                case .yes: break
                case .words(let words): text += " -x -a \(quoted(words.joined(separator: " ")))"
                case .file: text += " -r -F"
                case .free: text += " -x"
                }
                text += " -d \(quoted(row.help))\n"
            }
            if !command.words.isEmpty {
                text += "complete -c luma-mcp -n \(condition) -a \(quoted(command.words.joined(separator: " ")))\n"
            }
        }
        return text
    }
}
