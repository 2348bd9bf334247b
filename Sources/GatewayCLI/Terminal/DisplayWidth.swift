/// How many columns of a terminal a text takes, and texts cut and filled to columns.
///
/// Counted by what a person sees as one character: East Asian wide characters and emoji take two columns, marks that join
/// the character before them none. Texts from outside must be neutral before: a control character has no width.
package enum DisplayWidth {
    package static func of(_ text: String) -> Int { text.reduce(0) { $0 + of($1) } }

    package static func of(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        // A picture that is asked for, as in ❤️, and the two letters of a flag.
        if character.unicodeScalars.dropFirst().contains("\u{fe0f}") { return 2 }
        return of(first)
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
        default: break
        }
        return scalar.properties.isEmojiPresentation || isWide(scalar.value) ? 2 : 1
    }

    /// East Asian Width W or F (UAX #11), by blocks.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x4dbf, 0x4e00...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3,
            0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18aff,
            0x1b000...0x1b2ff, 0x1f1e6...0x1f1ff, 0x1f200...0x1f2ff, 0x20000...0x3fffd:
            true
        default: false
        }
    }

    /// The beginning of a text that takes at most so many columns, with an ellipsis when something is missing.
    package static func cut(_ text: String, to columns: Int) -> String {
        guard of(text) > columns else { return text }
        guard columns > 0 else { return "" }
        var shown = ""
        var width = 0
        for character in text {
            width += of(character)
            if width > columns - 1 { break }
            shown.append(character)
        }
        return shown + "…"
    }

    /// The text with spaces behind it.
    package static func filled(_ text: String, to columns: Int) -> String {
        text + String(repeating: " ", count: max(0, columns - of(text)))
    }
}
