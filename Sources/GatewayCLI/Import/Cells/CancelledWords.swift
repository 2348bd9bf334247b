import Core

/// Words of a table for what is not going to happen.
package enum CancelledWords {
    private static let words: Set<String> = [
        "cancelled", "canceled", "abgesagt", "storniert", "annule", "annulee", "cancelado", "cancelada",
    ]

    package static func contains(_ text: String) -> Bool { words.contains(PlainText.words(text)) }
}
