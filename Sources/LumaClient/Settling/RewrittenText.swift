import Core

/// Tells whether a text that Luma shows may be one that was sent, written in Luma's own way.
enum RewrittenText {
    /// Luma may cut a text that is longer; a shorter beginning is another text.
    private static let leastBeginning = 50

    /// True also for equal texts.
    static func mayBe(_ shown: String, of sent: String) -> Bool {
        if shown == sent { return true }
        let (shown, sent) = (folded(shown), folded(sent))
        if shown == sent { return true }
        return shown.count >= leastBeginning && sent.starts(with: shown)
    }

    /// What is left of a text when all that a program may put in order is taken out: references of HTML, white space, invisible
    /// characters, quotation marks, dashes and other punctuation, and widths and ligatures.
    private static func folded(_ text: String) -> [Unicode.Scalar] {
        withoutReferences(text).normalized.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
            let properties = scalar.properties
            if properties.isDefaultIgnorableCodePoint || properties.isWhitespace { return [] }
            switch properties.generalCategory {
            case .control, .format, .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
                .initialPunctuation, .finalPunctuation, .otherPunctuation:
                return []
            default: break
            }
            switch scalar.value {
            // Wide letters and digits have the order of ASCII.
            case 0xff01...0xff5e: return Unicode.Scalar(scalar.value - 0xfee0).map { [$0] } ?? []
            case 0xfb00...0xfb06: return Array(properties.uppercaseMapping.lowercased().unicodeScalars)
            default: return [scalar]
            }
        }
    }

    private static func withoutReferences(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var parts = text.split(separator: "&", omittingEmptySubsequences: false)
        for index in parts.indices.dropFirst() {
            guard let end = parts[index].firstIndex(of: ";"), parts[index][..<end].utf8.count <= 8 else { continue }
            parts[index] = parts[index][end...].dropFirst()
        }
        return parts.joined()
    }
}
