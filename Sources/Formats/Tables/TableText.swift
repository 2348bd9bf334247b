/// The text of a cell.
public enum TableText {
    /// Without the blanks around it, also those that do not break a line, as pages of the web and the locales of some
    /// programs have them.
    public static func trimmed(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
            isBlank(first) || isBlank(last)
        else { return text }
        let scalars = text.unicodeScalars
        guard let start = scalars.firstIndex(where: { !isBlank($0) }),
            let end = scalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(scalars[start...end])
    }

    /// White space of Unicode, and the blanks without width.
    public static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 { return scalar == " " || (0x09...0x0d).contains(scalar.value) }
        return scalar.properties.isWhitespace || scalar == "\u{200b}" || scalar == "\u{feff}" || scalar == "\u{2060}"
    }
}
