/// Text from outside as a terminal may be shown it: on one line, without anything that moves the cursor or that nobody sees.
enum PlainText {
    static func line(_ text: String, to limit: Int = 300) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: shown += scalar.escaped(asASCII: true)
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown + (text.unicodeScalars.count > limit ? "…" : "")
    }
}
