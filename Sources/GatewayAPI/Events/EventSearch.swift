package import Core

/// Words that are looked for in an event: each must stand in its name, its place or its description, wherever and with
/// whatever accents and capitals. Blanks and commas are between words.
package struct EventSearch {
    private let words: [ByteSearch]

    package init(_ text: String) {
        words = FoldedText.bytes(text).split { $0 <= 0x20 || $0 == UInt8(ascii: ",") }.map { ByteSearch(Array($0)) }
    }

    package var isEmpty: Bool { words.isEmpty }

    /// - Parameter more: what else is to be looked through.
    package func matches(_ event: JSON, and more: [String?] = []) -> Bool {
        let address = event["geo_address_json"]
        let members = [
            event["name"], event["description"], event["description_md"], event["meeting_url"],
            address?["full_address"], address?["address"], address?["city"],
        ]
        // A separator that no word has, so that none is found across two texts.
        let texts = (members.map { $0?.stringValue } + more).compactMap(\.self).joined(separator: "\n")
        let text = FoldedText.bytes(texts)
        return words.allSatisfy { $0.isFound(in: text) }
    }
}
