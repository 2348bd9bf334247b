import Core

/// Looks for texts in a document that look like a secret, which has no place there.
enum LooseSecrets {
    private static let beginnings = [
        "AKIA", "Bearer ", "eyJ", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "sk-", "sk_live_", "xoxb-", "xoxp-",
    ]
    /// Members whose texts are for people.
    private static let prose: Set<String> = ["description", "title", "label", "notice", "text"]
    private static let leastRandom = 32
    /// Of one that has such a beginning.
    private static let leastLength = 11

    /// Warns of each such text below this place.
    static func look(_ json: JSON, at place: Place) {
        // Hardly a document has one, and without it no place needs a name.
        if holds(json) { warn(json, at: place) }
    }

    private static func holds(_ json: JSON) -> Bool {
        switch json {
        case .string(let text): isSuspect(text)
        case .array(let items): items.contains(where: holds)
        case .object(let object): object.members.contains { !isName($0) && !prose.contains($0.name) && holds($0.value) }
        case .null, .bool, .number: false
        }
    }

    private static func warn(_ json: JSON, at place: Place) {
        switch json {
        case .string(let text):
            if isSuspect(text) { place.warn("looks like a secret; use {\"$secret\": NAME} instead") }
        case .array(let items): for (index, item) in items.enumerated() { warn(item, at: place.child(String(index))) }
        case .object(let object):
            for member in object.members where !isName(member) && !prose.contains(member.name) {
                warn(member.value, at: place.child(member.name))
            }
        case .null, .bool, .number: break
        }
    }

    /// The name of a tool, which may end with a digest.
    private static func isName(_ member: (name: String, value: JSON)) -> Bool {
        member.name == "name" && member.value.stringValue.map { !beginsAsSecret($0) } ?? false
    }

    private static func beginsAsSecret(_ text: String) -> Bool {
        beginnings.contains { text.hasPrefix($0) && text.utf8.count >= $0.utf8.count + 8 }
    }

    private static func isSuspect(_ text: String) -> Bool {
        guard text.utf8.count >= leastLength else { return false }
        if beginsAsSecret(text) { return true }
        guard text.utf8.count >= leastRandom else { return false }
        // Letters of both cases and digits, without what parts words, names and addresses.
        var kinds = (small: 0, capital: 0, digit: 0)
        for byte in text.utf8 {
            switch byte {
            case 0x61...0x7a: kinds.small += 1
            case 0x41...0x5a: kinds.capital += 1
            case 0x30...0x39: kinds.digit += 1
            case UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "_"), UInt8(ascii: "-"): break
            default: return false
            }
        }
        return kinds.small > 2 && kinds.capital > 2 && kinds.digit > 2
    }
}
