import GatewayCLI

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
