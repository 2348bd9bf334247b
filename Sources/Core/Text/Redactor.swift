/// A text that must never reach a log, an error or an answer: an API key, a token.
///
/// Printing it in any way gives `<secret>`; the one way to the text is `reveal()`, which is easy to search for.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    /// Hides this text.
    public init(_ text: String) { self.text = text }

    /// The text itself, for the one place that must send or compare it.
    public func reveal() -> String { text }

    public var description: String { "<secret>" }
    public var debugDescription: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Takes secrets out of texts that come from outside, such as the words of a server that was sent the secret and may echo it.
///
/// A secret is found as it is, in any mixture of cases; in base 64 of either alphabet, also as a part of something longer; and
/// both percent-encoded, whichever characters are, up to twice (RFC 3986 §2.1, RFC 4648 §4 and §5).
public struct Redactor: Sendable {
    /// What stands in the text in place of each.
    public static let mark = "[removed]"
    /// A shorter secret is a word that any text may hold.
    static let leastBytes = 8

    /// What is looked for, and whether capital letters count.
    private let needles: [(bytes: [UInt8], matchesCase: Bool)]
    /// Finds out whether there is one at all.
    private let searches: [(search: ByteSearch, matchesCase: Bool)]

    public init(_ secrets: [Secret]) {
        var needles: [(bytes: [UInt8], matchesCase: Bool)] = []
        for secret in secrets {
            let bytes = Array(secret.reveal().utf8)
            guard bytes.count >= Self.leastBytes else { continue }
            needles.append((bytes.map(Self.lowercased), false))
            for offset in 0..<3 {
                let text = Self.base64(bytes, at: offset)
                needles.append((text, true))
                let other = text.map {
                    $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0
                }
                if other != text { needles.append((other, true)) }
            }
        }
        self.init(needles)
    }

    private init(_ needles: [(bytes: [UInt8], matchesCase: Bool)]) {
        self.needles = needles
        searches = needles.map { (ByteSearch($0.bytes), $0.matchesCase) }
    }

    /// One that takes these out as well.
    public func adding(_ secrets: [Secret]) -> Redactor {
        secrets.isEmpty ? self : Redactor(needles + Redactor(secrets).needles)
    }

    /// It looks for nothing.
    var isEmpty: Bool { needles.isEmpty }

    /// Whether the text holds a secret.
    public func isNeeded(for text: String) -> Bool { !places(in: text).isEmpty }

    /// The text without the secrets.
    public func redacted(_ text: String) -> String {
        let places = places(in: text)
        if places.isEmpty { return text }
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        var position = 0
        for place in places {
            output += bytes[position..<place.lowerBound]
            output += Self.mark.utf8
            position = place.upperBound
        }
        output += bytes[position...]
        return String(decoding: output, as: UTF8.self)
    }

    /// Where secrets stand, in order and apart from each other.
    private func places(in text: String) -> [Range<Int>] {
        if needles.isEmpty || !isLikely(in: Array(text.utf8)) { return [] }
        var view = Array(text.utf8).enumerated().map { Unit(byte: $1, place: $0..<($0 + 1)) }
        var found = places(in: view)
        for _ in 0..<2 {
            let count = view.count
            view = Self.decoded(view)
            if view.count == count { break }
            found += places(in: view)
        }
        var merged: [Range<Int>] = []
        for place in found.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, place.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, place.upperBound)
            } else {
                merged.append(place)
            }
        }
        return merged
    }

    /// Whether a secret stands in the text or in what it is decoded to. Almost no text holds one, and to know that takes no note of
    /// where each byte comes from, which is thirty times as large as the text.
    private func isLikely(in text: [UInt8]) -> Bool {
        var bytes = text
        for round in 0...2 {
            if round > 0 {
                let count = bytes.count
                bytes = PercentCoding.decodeLeniently(bytes)
                if bytes.count == count { return false }
            }
            let folded = bytes.map(Self.lowercased)
            if searches.contains(where: { $0.search.isFound(in: $0.matchesCase ? bytes : folded) }) { return true }
        }
        return false
    }

    /// A byte of the text as it is read, and which bytes of the text itself it stands for.
    private struct Unit {
        let byte: UInt8
        let place: Range<Int>
    }

    private func places(in view: [Unit]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for needle in needles where needle.bytes.count <= view.count {
            var start = 0
            while start + needle.bytes.count <= view.count {
                let fits = needle.bytes.indices.allSatisfy { index in
                    let byte = view[start + index].byte
                    return needle.bytes[index] == (needle.matchesCase ? byte : Self.lowercased(byte))
                }
                guard fits else {
                    start += 1
                    continue
                }
                let end = start + needle.bytes.count
                found.append(view[start].place.lowerBound..<view[end - 1].place.upperBound)
                start = end
            }
        }
        return found
    }

    /// The view with each `%XX` read as its byte.
    private static func decoded(_ view: [Unit]) -> [Unit] {
        var output: [Unit] = []
        var index = 0
        while index < view.count {
            guard view[index].byte == UInt8(ascii: "%"), index + 2 < view.count,
                let high = view[index + 1].byte.hexDigitValue, let low = view[index + 2].byte.hexDigitValue
            else {
                output.append(view[index])
                index += 1
                continue
            }
            let place = view[index].place.lowerBound..<view[index + 2].place.upperBound
            output.append(Unit(byte: high << 4 | low, place: place))
            index += 3
        }
        return output
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// The characters of base 64 that these bytes decide alone when so many others stand before them.
    private static func base64(_ bytes: [UInt8], at offset: Int) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var output: [UInt8] = []
        // Whole characters of six bits that lie within the bytes.
        var bit = (offset * 8 + 5) / 6 * 6 - offset * 8
        while bit + 6 <= bytes.count * 8 {
            var value = 0
            for step in bit..<(bit + 6) { value = value << 1 | Int(bytes[step / 8] >> UInt8(7 - step % 8)) & 1 }
            output.append(alphabet[value])
            bit += 6
        }
        return output
    }
}
