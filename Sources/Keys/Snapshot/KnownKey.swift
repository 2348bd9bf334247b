public import Core

/// A key as requests need it: ready, immutable, and the same object for all loops.
///
/// What only people look at is left in the store, so that many keys fit into memory. Counters are beside it and never in it.
public final class KnownKey: Sendable {
    /// Names the key.
    public let id: String
    /// Whom it was made for.
    public let owner: String
    /// What it may do.
    public let permissions: Permissions
    /// On whose behalf its requests are made.
    public let principal: Principal
    /// The ids of calendars whose things it may see and change; nil for all.
    public let calendars: [String]?
    /// How much it may do.
    public let limits: KeyLimits
    /// From where it may come; nil for anywhere.
    public let allowedAddresses: [AddressRange]?
    /// False while it is switched off.
    public let isEnabled: Bool
    /// It was revoked for good.
    public let isRevoked: Bool
    /// From when on it is good for nothing, in milliseconds since 1970.
    let expiry: Int64
    /// Another one after each change.
    public let revision: Int
    /// The store's number of its last change.
    public let version: Int64

    /// - Parameter shared: what other keys have, too.
    init(_ record: KeyRecord, _ shared: inout SharedParts) {
        id = record.id
        owner = shared.text(record.owner)
        permissions = record.permissions.granted
        principal = Principal(
            label: record.label, scopes: record.permissions.granted, tools: shared.filters(record.tools))
        calendars = shared.calendars(record.calendars)
        limits = shared.limits(record.limits)
        allowedAddresses = shared.addresses(record.allowedAddresses)
        isEnabled = record.isEnabled
        expiry = record.expiresAt?.milliseconds ?? .max
        isRevoked = record.revokedAt != nil
        revision = record.revision
        version = record.version
    }

    /// Octets of one: what the heap and every object begin with, and its parts. A list of its own, or a text of more than 15 octets,
    /// comes on top of that.
    static let footprint =
        32 + 2 * MemoryLayout<String>.stride + MemoryLayout<Permissions>.stride + MemoryLayout<Principal>.stride
        + MemoryLayout<[String]?>.stride + MemoryLayout<KeyLimits>.stride + MemoryLayout<[AddressRange]?>.stride
        + 4 * MemoryLayout<Int64>.stride

    /// From when on it is good for nothing; nil for never.
    public var expiresAt: Timestamp? { expiry == .max ? nil : Timestamp(milliseconds: expiry) }

    /// Whether requests may come from this address.
    public func allows(_ address: NetworkAddress?) -> Bool {
        guard let allowedAddresses else { return true }
        guard let address else { return false }
        return allowedAddresses.contains { $0.contains(address) }
    }
}

/// Values that many keys have in common, each kept once.
struct SharedParts {
    private var texts: [String: String] = [:]
    private var allFilters: [ToolFilter: [ToolFilter]] = [:]
    private var allCalendars: [[String]: [String]] = [:]
    private var allLimits: [KeyLimits: KeyLimits] = [:]
    private var allAddresses: [[AddressRange]: [AddressRange]] = [:]

    mutating func text(_ text: String) -> String { Self.kept(text, &texts) }
    mutating func limits(_ limits: KeyLimits) -> KeyLimits { Self.kept(limits, &allLimits) }
    mutating func calendars(_ ids: [String]?) -> [String]? { ids.map { Self.kept($0, &allCalendars) } }
    mutating func addresses(_ ranges: [AddressRange]?) -> [AddressRange]? {
        ranges.map { Self.kept($0, &allAddresses) }
    }

    mutating func filters(_ filter: ToolFilter?) -> [ToolFilter] {
        guard let filter else { return [] }
        if let known = allFilters[filter] { return known }
        allFilters[filter] = [filter]
        return allFilters[filter] ?? [filter]
    }

    private static func kept<Value: Hashable>(_ value: Value, _ known: inout [Value: Value]) -> Value {
        if let same = known[value] { return same }
        known[value] = value
        return value
    }
}
