import Core

/// Words that are looked for in an event: each must stand in its name, its place or its description, wherever and with
/// whatever accents and capitals.
struct EventSearch {
    private let words: [ByteSearch]

    init(_ text: String) {
        words = FoldedText.bytes(text).split { $0 <= 0x20 }.map { ByteSearch(Array($0)) }
    }

    var isEmpty: Bool { words.isEmpty }

    func matches(_ event: JSON) -> Bool {
        let address = event["geo_address_json"]
        let texts = [
            event["name"], event["description"], event["description_md"], event["meeting_url"],
            address?["full_address"],
            address?["address"], address?["city"],
        ]
        // A separator that no word has, so that none is found across two texts.
        let text = FoldedText.bytes(texts.compactMap { $0?.stringValue }.joined(separator: "\n"))
        return words.allSatisfy { $0.isFound(in: text) }
    }
}
