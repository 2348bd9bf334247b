import Core

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
