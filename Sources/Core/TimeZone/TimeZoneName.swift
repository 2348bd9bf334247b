/// The names of time zones in the IANA database.
public enum TimeZoneName {
    private static let longest = 64
    /// How many names a list may hold; the database has about 600.
    private static let mostNames = 10_000

    /// Whether a text can be such a name, decided before any file is looked for: parts of letters, digits, `_`, `+` and
    /// `-` between single slashes. No part is empty or begins with `-`; there is no dot at all, so that no name leaves
    /// its folder. `posix/`, `right/`, `localtime` and `posixrules` are files of the system and no zones.
    public static func isValid(_ name: String) -> Bool {
        guard (1...longest).contains(name.utf8.count) else { return false }
        var previous = UInt8(ascii: "/")
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: "-"): guard previous != UInt8(ascii: "/") else { return false }
            case UInt8(ascii: "_"), UInt8(ascii: "+"): break
            default: guard byte.isASCIIAlphanumeric else { return false }
            }
            previous = byte
        }
        guard previous != UInt8(ascii: "/"), name != "localtime", name != "posixrules" else { return false }
        return !name.hasPrefix("posix/") && !name.hasPrefix("right/")
    }

    /// The names in the compact source `tzdata.zi`: of zones, from lines `Z name …`, and of links, from lines
    /// `L target name`. Sorted; lines of any other kind are skipped.
    public static func parse(tzdataZi text: [UInt8]) -> [String] {
        // Most lines are of other kinds: they are not taken apart.
        let mayName: (UInt8) -> Bool = { $0 == UInt8(ascii: "Z") || $0 == UInt8(ascii: "L") }
        return names(in: text, where: mayName) { fields in
            switch fields.first {
            case "Z" where fields.count > 1: fields[1]
            case "L" where fields.count > 2: fields[2]
            default: nil
            }
        }
    }

    /// The names in `zone.tab` or `zone1970.tab`: the third column of every line that is no comment. Sorted. These
    /// tables know one name for each place and no alias, nor UTC.
    public static func parse(zoneTab text: [UInt8]) -> [String] {
        names(in: text) { fields in fields.count > 2 && !fields[0].hasPrefix("#") ? fields[2] : nil }
    }

    private static func names(
        in text: [UInt8], where begins: (UInt8) -> Bool = { _ in true }, of line: ([String]) -> String?
    ) -> [String] {
        var names: Set<String> = []
        for bytes in text.split(separator: UInt8(ascii: "\n"))
        where names.count < mostNames && begins(bytes[bytes.startIndex]) {
            let fields = bytes.prefix(256).split(maxSplits: 3) { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if let name = line(fields.prefix(3).map { String(decoding: $0, as: UTF8.self) }), isValid(name) {
                names.insert(name)
            }
        }
        return names.sorted()
    }
}
