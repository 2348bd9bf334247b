import Core
import GatewayCLI
import Settings

/// The manual page luma-mcp(1) in the man macros of troff, made from the tables of commands and settings.
enum ManPage {
    static var text: String {
        var page = """
            .TH LUMA\\-MCP 1 "" "luma\\-mcp \(escaped(Version.number))" "User Commands"
            .SH NAME
            luma\\-mcp \\- a gateway between you and the Luma events API
            .SH SYNOPSIS

            """
        for (index, command) in CommandRow.table.enumerated() {
            page += ".B luma\\-mcp\n"
            page += index == 0 ? "[\\fB\(escaped(command.name))\\fR]" : "\\fB\(escaped(command.name))\\fR"
            page += command.arguments.isEmpty ? "\n.br\n" : " \\fI\(escaped(command.arguments))\\fR\n.br\n"
        }
        page += description
        page += ".SH COMMANDS\n"
        for command in CommandRow.table {
            page += ".TP\n.B \(escaped(command.name))\n\(line(command.summary)).\n"
            if !command.notes.isEmpty { page += line(command.notes) + "\n" }
        }
        page += """
            .SH OPTIONS
            Every option is also an environment variable and a line of the file
            .I .env
            in the working directory. An option beats the environment, which beats
            .IR .env .
            An option that is yes or no stands alone for yes, or takes its value after =.

            """
        page += options(SettingTable.table)
        page += ".SH OPTIONS OF THE SANDBOX\n" + options(SettingTable.sandboxTable)
        page += FamilyManual.text + ".SH EXIT STATUS\n" + exits(ExitRow.ofServers)
        page += ".SS Of luma\\-mcp doctor\n" + exits(ExitRow.ofDoctor)
        return page + ending
    }

    private static let description = """
        .SH DESCRIPTION
        .B luma\\-mcp
        stands between the people and programs that run events on Luma and Luma's public API. Scripts talk REST to it,
        assistants talk MCP to it, a supervisor probes its health. It holds the one Luma key, spends Luma's request budget
        for everybody, and never creates an event twice. An emulator of Luma is built in.

        """

    private static let ending = """
        .SH SIGNALS
        .TP
        .BR SIGTERM ", " SIGINT
        No new connections; what runs may finish. A second one ends the program at once.
        .TP
        .B SIGHUP
        The log file is opened again, certificate and key are read again.
        .SH EXAMPLES
        Try it without a Luma account:
        .PP
        .RS
        .EX
        luma\\-mcp \\-\\-sandbox
        .EE
        .RE
        .PP
        Create an event:
        .PP
        .RS
        .EX
        curl http://localhost:8000/events/ \\-H \\(aqContent\\-Type: application/json\\(aq \\e
          \\-d \\(aq{"name":"Tea","start_at":"2030\\-05\\-01T18:00","timezone":"Asia/Tokyo"}\\(aq
        .EE
        .RE

        """

    private static func exits(_ rows: [ExitRow]) -> String {
        rows.map { ".TP\n.B \($0.code)\n\(line($0.meaning))\n" }.joined()
    }

    private static func options(_ table: [SettingRow]) -> String {
        var text = ""
        for (group, rows) in SettingRow.grouped(table) {
            text += ".SS \(escaped(group.rawValue))\n"
            for row in rows {
                text += ".TP\n\\fB\(escaped(row.setting.flag))\\fR"
                if !row.placeholder.isEmpty { text += " \\fI\(escaped(row.placeholder))\\fR" }
                if let variable = row.setting.variable { text += " (\\fB\(escaped(variable))\\fR)" }
                text += "\n\(line(row.help))\n\(line("Default: \(row.documentedDefault)."))\n"
            }
        }
        return text
    }

    /// A line of text: one that begins with a point or an apostrophe would be a request to troff.
    static func line(_ text: String) -> String {
        let text = escaped(text)
        return text.hasPrefix(".") || text.hasPrefix("\\(aq") ? "\\&" + text : text
    }

    /// troff's backslash, and the characters that it would print as others: a hyphen must stay one when it is copied.
    static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("'", with: "\\(aq")
    }
}

/// The part of the manual page about the commands against a running gateway, made from the tables of these.
enum FamilyManual {
    static var text: String {
        let names = CommandFamily.all.map { "\\fB\(ManPage.escaped($0.name))\\fR" }
        var page = """
            .SH COMMANDS AGAINST A GATEWAY
            The commands of \(names.joined(separator: ", ")) go to a running gateway, at
            .B http://localhost:8000
            unless \\fB\\-\\-server\\fR or \\fBLUMA_GATEWAY_URL\\fR names another. Its token, if it asks for one, is in
            .BR LUMA_GATEWAY_TOKEN ,
            or in a file that this names after an @. Colours are used on a terminal unless \\fBNO_COLOR\\fR is set.

            """
        for family in CommandFamily.all {
            for verb in family.verbs { page += text(of: verb, in: family) }
        }
        page += ".SS Options of all these commands\n" + EventsOptions.common.map(option).joined()
        page += ".SS Exit status of these commands\n"
        for status in ExitStatus.allCases {
            page += ".TP\n.B \(status.rawValue)\n\(ManPage.line(status.meaning))\n"
        }
        return page
    }

    private static func text(of verb: VerbRow, in family: CommandFamily) -> String {
        var page = ".SS \(ManPage.escaped("\(family.name) \(verb.name) \(verb.arguments)"))\n"
        page += ManPage.line(verb.summary.prefix(1).uppercased() + verb.summary.dropFirst() + ".") + "\n"
        if !verb.notes.isEmpty { page += ManPage.line(verb.notes) + "\n" }
        page += verb.own.map(option).joined()
        for example in verb.examples {
            page += ".PP\n\(ManPage.line(example.does))\n.PP\n.RS\n.EX\n\(ManPage.line(example.line))\n.EE\n.RE\n"
        }
        return page
    }

    private static func option(_ row: OptionRow) -> String {
        let short = row.short.map { "\\fB\(ManPage.escaped($0))\\fR, " } ?? ""
        let placeholder = row.placeholder.isEmpty ? "" : " \\fI\(ManPage.escaped(row.placeholder))\\fR"
        let text = ManPage.line(row.help + HelpText.choices(row))
        return ".TP\n\(short)\\fB\(ManPage.escaped(row.name))\\fR\(placeholder)\n\(text)\n"
    }
}
