/// Texts without what people leave away when they type: accents, capital letters, and marks between words.
public enum PlainText {
    private static let longest = 200

    /// Lower-case letters without accents, digits, and one blank where there was anything else between them.
    public static func words(_ text: String) -> String {
        let beginning = String(text.unicodeScalars.prefix(longest))
        var output = String.UnicodeScalarView()
        for scalar in String(decoding: FoldedText.bytes(beginning), as: UTF8.self).unicodeScalars {
            if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                output.append(scalar)
            } else if output.last != " ", !output.isEmpty {
                output.append(" ")
            }
        }
        if output.last == " " { output.removeLast() }
        return String(output)
    }
}

extension String {
    /// Without blanks and tabs around it.
    public var trimmingBlanks: String {
        guard let first = utf8.first, let last = utf8.last, [first, last].contains(where: { $0 == 0x20 || $0 == 0x09 })
        else { return self }
        let start = drop { $0 == " " || $0 == "\t" }
        guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return String(start[...end])
    }
}
