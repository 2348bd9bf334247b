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

    /// The known name that was probably meant: one that differs by little, or whose last part does, so that `New York`
    /// finds America/New_York.
    public func suggestion(for text: String) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        let wanted = String(text.map { $0 == " " ? "_" : $0 })
        if let near = NearestName.suggest(for: wanted, among: names) { return near }
        let places = names.filter { $0.contains("/") && !$0.hasPrefix("Etc/") }
        func lastPart(_ name: String) -> String {
            String(name[(name.lastIndex(of: "/").map(name.index(after:)) ?? name.startIndex)...])
        }
        guard let place = NearestName.suggest(for: lastPart(wanted), among: places.map(lastPart)) else { return nil }
        return places.first { lastPart($0) == place }
    }
}
