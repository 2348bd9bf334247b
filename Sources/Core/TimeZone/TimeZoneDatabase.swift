import Synchronization

/// Why there are no rules for a name.
public enum TimeZoneError: Error, Sendable, Equatable {
    /// The text cannot be the name of a zone.
    case invalidName
    /// There is no zone of this name; `suggestion(for:)` may know which was meant.
    case unknownName
    /// The zone's file cannot be used.
    case malformed(TZifError)
}

/// Time zone rules by IANA name, read when first asked for and kept.
///
/// Safe to use from any thread. Reads no file itself: `load` is given a name that `TimeZoneName.isValid` accepts and
/// returns the bytes of that zone's TZif file, or nil when there is none. It runs on the caller's thread, outside of any
/// lock, and two callers who want the same new zone at once may both run it.
public final class TimeZoneDatabase: Sendable {
    private let list: @Sendable () -> [String]
    private let listed = Mutex<[String]?>(nil)
    private let capacity: Int
    private let load: @Sendable (String) -> [UInt8]?
    private let cache = Mutex<[String: TimeZoneRules]>([:])

    /// - Parameters:
    ///   - names: the known names, sorted; made when they are first asked for, which takes some milliseconds.
    ///   - capacity: how many zones are kept; the database has about 600, of a few KiB each.
    public init(
        names: @autoclosure @escaping @Sendable () -> [String] = [], capacity: Int = 1024,
        load: @escaping @Sendable (String) -> [UInt8]?
    ) {
        list = names
        self.capacity = max(capacity, 1)
        self.load = load
    }

    /// The known names, for suggestions; sorted. Empty when no list was given.
    public var names: [String] {
        if let known = listed.withLock({ $0 }) { return known }
        let made = list()
        listed.withLock { $0 = made }
        return made
    }

    /// The rules of the zone of this name; letter case counts.
    public func rules(for name: String) throws(TimeZoneError) -> TimeZoneRules {
        guard TimeZoneName.isValid(name) else { throw .invalidName }
        if let known = cache.withLock({ $0[name] }) { return known }
        guard let bytes = load(name) else { throw .unknownName }
        let rules: TimeZoneRules
        do throws(TZifError) { rules = try TimeZoneRules(tzif: bytes) } catch { throw .malformed(error) }
        cache.withLock { cache in
            // Which one goes does not matter: it takes more zones than there are to get here.
            if cache.count >= capacity, cache[name] == nil, let old = cache.first?.key { cache[old] = nil }
            cache[name] = rules
        }
        return rules
    }

    /// The known name that was probably meant; nil rather than a wrong one. By meaning first: `Munich` and `Pacific Time` have a
    /// zone, `New York` is the last part of one, `GMT+2` is `Etc/GMT-2`, Windows has names of its own. Then by spelling, where
    /// digits are never a slip.
    public func suggestion(for text: String) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        let known = names
        func existing(_ name: String?) -> String? { name.flatMap { known.contains($0) ? $0 : nil } }
        let whole = PlainText.words(text)
        guard !whole.isEmpty else { return nil }
        let wanted = String(text.trimmingBlanks.map { $0 == " " ? "_" : $0 })
        if let same = known.first(where: { $0.lowercased() == wanted.lowercased() }) { return same }
        let place = PlainText.words(Self.lastPart(text))
        if let zone = existing(WindowsZones.name(of: text.trimmingBlanks)) { return zone }
        if let zone = existing(ZoneAliases.fixed(text)) { return zone }
        if let zone = existing(ZoneAliases.zone(whole) ?? ZoneAliases.zone(place)) { return zone }
        let places = known.filter { $0.contains("/") && !$0.hasPrefix("Etc/") }
        for wanted in [whole, place] {
            if let zone = places.first(where: { PlainText.words(Self.lastPart($0)) == wanted }) { return zone }
        }
        // A number is an offset, which is right or wrong and never nearly right.
        guard !text.utf8.contains(where: { $0.decimalDigitValue != nil }) else { return nil }
        if let near = NearestName.suggest(for: wanted, among: known.filter { $0.utf8.count > 4 }) { return near }
        guard place.utf8.count > 3 else { return nil }
        let near = NearestName.suggest(for: place, among: places.map { PlainText.words(Self.lastPart($0)) })
        return near.flatMap { near in places.first { PlainText.words(Self.lastPart($0)) == near } }
    }

    private static func lastPart(_ name: String) -> String {
        String(name[(name.lastIndex(of: "/").map(name.index(after:)) ?? name.startIndex)...])
    }
}

/// The names of time zones in the IANA database.
public enum TimeZoneName {
    private static let longest = 64
    /// How many names a list may hold; the database has about 600.
    private static let maxNames = 10_000

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
        where names.count < maxNames && begins(bytes[bytes.startIndex]) {
            let fields = bytes.prefix(256).split(maxSplits: 3) { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if let name = line(fields.prefix(3).map { String(decoding: $0, as: UTF8.self) }), isValid(name) {
                names.insert(name)
            }
        }
        return names.sorted()
    }
}
