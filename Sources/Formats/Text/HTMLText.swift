import Core

/// Makes Markdown of the HTML in which calendar programs write descriptions.
///
/// Kept are paragraphs, line breaks, lists, headings, bold, italics and links to web pages and addresses of mail; of everything
/// else only its text, of scripts and styles nothing. Signs that Markdown would take for its own are escaped, so that a text
/// says the same and no more. No input is refused: what is not closed ends with the text.
public enum HTMLText {
    /// Whether a text has a tag of those that programs write; `a < b` and `<https://example.com>` are text.
    public static func isHTML(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        var unclosed = 0
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = rest[(start + 1)...]
            if let tag = HTMLTag(rest, &unclosed), HTMLTag.known.contains(tag.name) { return true }
        }
        return false
    }

    /// The Markdown of it.
    public static func markdown(_ html: String) -> String {
        var output = MarkdownBuilder()
        var rest = Array(html.utf8)[...]
        var text: [UInt8] = []
        var unclosed = 0
        // The name of the element whose content is passed over.
        var hidden: String?
        func flush() {
            if hidden == nil, !text.isEmpty { output.text(HTMLEntities.decode(text)) }
            text = []
        }
        while let byte = rest.first {
            guard byte == UInt8(ascii: "<") else {
                text.append(byte)
                rest = rest.dropFirst()
                continue
            }
            if rest.starts(with: "<!--".utf8) {
                flush()
                rest = afterComment(rest)
            } else if let tag = HTMLTag(rest.dropFirst(), &unclosed) {
                flush()
                rest = rest.dropFirst(1 + tag.length)
                if let name = hidden {
                    if tag.isEnd, tag.name == name { hidden = nil }
                } else if !tag.isEnd, HTMLTag.hidden.contains(tag.name) {
                    hidden = tag.name
                } else {
                    output.tag(tag)
                }
            } else {
                text.append(byte)
                rest = rest.dropFirst()
            }
        }
        flush()
        return output.end()
    }

    private static func afterComment(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes.dropFirst(4)
        while let dash = rest.firstIndex(of: UInt8(ascii: "-")) {
            rest = rest[dash...]
            if rest.starts(with: "-->".utf8) { return rest.dropFirst(3) }
            rest = rest.dropFirst()
        }
        return []
    }
}

/// A tag of HTML, read behind its `<`.
struct HTMLTag {
    static let known: Set<String> = [
        "p", "br", "b", "i", "u", "a", "ul", "ol", "li", "div", "span", "strong", "em", "html", "body", "html-blob",
        "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr", "td", "font", "blockquote",
    ]
    static let hidden: Set<String> = ["script", "style", "head", "title", "template"]

    /// Tags without an end that are looked through: each takes the whole rest of the text.
    static let maxUnclosed = 16

    let name: String
    let isEnd: Bool
    let href: String?
    /// Octets up to its `>`, that included.
    let length: Int

    /// - Parameter unclosed: how many tags of the text had no end; behind too many of them nothing is a tag any more.
    /// - Returns: nil for what is no tag.
    init?(_ bytes: ArraySlice<UInt8>, _ unclosed: inout Int) {
        guard unclosed < Self.maxUnclosed else { return nil }
        var rest = bytes
        isEnd = rest.first == UInt8(ascii: "/")
        if isEnd { rest = rest.dropFirst() }
        if rest.first == UInt8(ascii: "!") { rest = rest.dropFirst() }
        let name = rest.prefix { Self.isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
        guard let first = name.first, Self.isLetter(first), name.count <= 32 else { return nil }
        rest = rest[name.endIndex...]
        guard let next = rest.first, next == UInt8(ascii: ">") || next == UInt8(ascii: "/") || next <= 0x20 else {
            return nil
        }
        var href: String?
        while let byte = rest.first, byte != UInt8(ascii: ">") {
            if Self.isLetter(byte) {
                let attribute = Self.attribute(&rest)
                if attribute.name == "href", href == nil { href = attribute.value }
            } else {
                rest = rest.dropFirst()
            }
        }
        guard rest.popFirst() != nil else {
            unclosed += 1
            return nil
        }
        self.name = String(decoding: name, as: UTF8.self).lowercased()
        self.href = href
        length = rest.startIndex - bytes.startIndex
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }

    private static func attribute(_ rest: inout ArraySlice<UInt8>) -> (name: String, value: String) {
        let name = rest.prefix { isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
        rest = rest[name.endIndex...].drop { $0 <= 0x20 }
        var value: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: "=") {
            rest = rest.dropFirst().drop { $0 <= 0x20 }
            if let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                value = rest.dropFirst().prefix { $0 != quote }
                rest = rest[value.endIndex...].dropFirst()
            } else {
                value = rest.prefix { $0 > 0x20 && $0 != UInt8(ascii: ">") }
                rest = rest[value.endIndex...]
            }
        }
        return (String(decoding: name, as: UTF8.self).lowercased(), HTMLEntities.decode(Array(value)))
    }
}

/// The characters that HTML writes by name or number. A name that is not known stays as it is.
enum HTMLEntities {
    private static let names: [String: String] = {
        var names = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "hellip": "…", "mdash": "—",
            "ndash": "–", "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "bdquo": "„", "sbquo": "‚",
            "laquo": "«", "raquo": "»", "bull": "•", "middot": "·", "copy": "©", "reg": "®", "trade": "™", "euro": "€",
            "pound": "£", "yen": "¥", "sect": "§", "deg": "°", "szlig": "ß", "aelig": "æ", "AElig": "Æ", "oslash": "ø",
            "Oslash": "Ø", "aring": "å", "Aring": "Å", "ccedil": "ç", "Ccedil": "Ç", "ntilde": "ñ", "Ntilde": "Ñ",
        ]
        // A letter and the name of its accent, with the accent alone.
        let accents: [(String, String, String)] = [
            ("uml", "aeiouAEIOUy", "\u{308}"), ("acute", "aeiouyAEIOUY", "\u{301}"), ("grave", "aeiouAEIOU", "\u{300}"),
            ("circ", "aeiouAEIOU", "\u{302}"), ("tilde", "aoAO", "\u{303}"),
        ]
        for (name, letters, accent) in accents {
            for letter in letters { names[String(letter) + name] = Self.composed[String(letter) + accent] }
        }
        return names
    }()

    /// One scalar for a letter with its accent: those of Latin-1 stand in one block.
    private static let composed: [String: String] = {
        var composed: [String: String] = [:]
        for value: UInt32 in 0xc0...0xff {
            guard let scalar = Unicode.Scalar(value) else { continue }
            // Characters that are canonically equal are one key.
            composed[String(Character(scalar))] = String(Character(scalar))
        }
        return composed
    }()

    static func decode(_ bytes: [UInt8]) -> String {
        guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self).streamSafe }
        var output: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.first {
            if byte == UInt8(ascii: "&"), let (text, length) = entity(rest) {
                output += text.utf8
                rest = rest.dropFirst(length)
            } else {
                output.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: output, as: UTF8.self).streamSafe
    }

    private static func entity(_ bytes: ArraySlice<UInt8>) -> (String, Int)? {
        let inner = bytes.dropFirst().prefix(12).prefix { $0 != UInt8(ascii: ";") }
        guard inner.endIndex < bytes.endIndex, bytes[inner.endIndex] == UInt8(ascii: ";"), !inner.isEmpty else {
            return nil
        }
        let name = String(decoding: inner, as: UTF8.self)
        let length = inner.count + 2
        guard name.hasPrefix("#") else { return names[name].map { ($0, length) } }
        let digits = name.dropFirst()
        let isHex = digits.first == "x" || digits.first == "X"
        guard let value = UInt32(isHex ? digits.dropFirst() : digits, radix: isHex ? 16 : 10),
            value >= 0x20, let scalar = Unicode.Scalar(value)
        else { return nil }
        return (String(Character(scalar)), length)
    }
}
