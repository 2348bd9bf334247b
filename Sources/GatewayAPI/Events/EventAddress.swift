package import Core
import LumaAPI

/// What a person copies to name an event: its address at Luma in any of its spellings, its slug, or its id.
package enum EventAddress: Equatable {
    case id(String)
    case slug(String)

    /// The hosts that serve Luma's pages.
    package static let hosts: Set<String> = ["luma.com", "www.luma.com", "lu.ma", "www.lu.ma"]
    private static let longest = 1000

    /// Reads `https://luma.com/SLUG?tk=…`, `lu.ma/SLUG`, `luma.com/event/ID`, `SLUG` or `ID`; nil for anything else.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.longest else { return nil }
        var rest = text[...].drop { $0 == " " }
        while rest.last == " " { rest.removeLast() }
        var mustNameHost = false
        for scheme in ["https://", "http://"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            mustNameHost = true
            break
        }
        rest = rest.prefix { $0 != "?" && $0 != "#" }
        var segments = rest.split(separator: "/").map(String.init)
        if let first = segments.first, Self.hosts.contains(first.lowercased()) {
            segments.removeFirst()
        } else if mustNameHost {
            return nil
        }
        // The pages that are about an event have its id at their end.
        if segments.count == 2, ["event", "e"].contains(segments[0]) { segments.removeFirst() }
        if segments.count == 3, segments[0] == "event", segments[1] == "manage" { segments.removeFirst(2) }
        guard segments.count == 1, let name = PercentCoding.decode(segments[0]), !name.isEmpty,
            name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f })
        else { return nil }
        let isID = name.hasPrefix("evt-") && name.utf8.allSatisfy(\.isLumaIDByte)
        self = isID ? .id(name) : .slug(name)
    }
}

/// The id of an event, as a path or an argument names it. Luma's ids are opaque, so only what cannot be one is refused.
package struct EventID: Hashable, Sendable {
    package let text: String
    private static let longest = 100

    /// - Throws: `APIError` 404 for what cannot be an id.
    package init(_ text: String) throws(APIError) {
        let isPlausible = !text.isEmpty && text.utf8.count <= Self.longest && text.utf8.allSatisfy(\.isLumaIDByte)
        guard isPlausible else { throw APIError.notFound(.event, text) }
        self.text = text
    }
}

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
