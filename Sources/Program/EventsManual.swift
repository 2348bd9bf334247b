import GatewayCLI

/// The part of the manual page about `luma-mcp events`, made from the tables of its commands.
enum EventsManual {
    static var text: String {
        var page = """
            .SH THE EVENTS COMMANDS
            .B luma\\-mcp events
            talks to a running gateway, at
            .B http://localhost:8000
            unless \\fB\\-\\-server\\fR or \\fBLUMA_GATEWAY_URL\\fR names another. Its token, if it asks for one, is in
            .BR LUMA_GATEWAY_TOKEN ,
            or in a file that this names after an @. Colours are used on a terminal unless \\fBNO_COLOR\\fR is set.

            """
        for verb in EventsVerb.allCases {
            page += ".SS events \(ManPage.escaped(verb.rawValue)) \(ManPage.escaped(verb.row.arguments))\n"
            page += ManPage.line(verb.row.summary.prefix(1).uppercased() + verb.row.summary.dropFirst() + ".") + "\n"
            if !verb.row.notes.isEmpty { page += ManPage.line(verb.row.notes) + "\n" }
            page += verb.row.options.map(option).joined()
            for example in verb.row.examples {
                page += ".PP\n\(ManPage.line(example.does))\n.PP\n.RS\n.EX\n\(ManPage.line(example.line))\n.EE\n.RE\n"
            }
        }
        page += ".SS Options of all events commands\n" + EventsOptions.common.map(option).joined()
        page += ".SS Exit status of the events commands\n"
        for status in ExitStatus.allCases {
            page += ".TP\n.B \(status.rawValue)\n\(ManPage.line(status.meaning))\n"
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
