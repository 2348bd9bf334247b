/// What somebody may do, as a set of scopes that are each written `resource:verb`.
///
/// No scope contains another: who grants says all, or one of the words for a set. A new scope is a line here and a row of `table`.
public struct Permissions: OptionSet, Sendable, Hashable {
    /// One bit for each scope.
    public let rawValue: UInt64
    /// The scopes of these bits.
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let eventsRead = Permissions(rawValue: 1 << 0)
    public static let eventsWrite = Permissions(rawValue: 1 << 1)
    public static let eventsCancel = Permissions(rawValue: 1 << 2)
    public static let guestsRead = Permissions(rawValue: 1 << 3)
    public static let guestsWrite = Permissions(rawValue: 1 << 4)
    public static let ticketsRead = Permissions(rawValue: 1 << 5)
    public static let ticketsWrite = Permissions(rawValue: 1 << 6)
    public static let couponsRead = Permissions(rawValue: 1 << 7)
    public static let couponsWrite = Permissions(rawValue: 1 << 8)
    public static let calendarsRead = Permissions(rawValue: 1 << 9)
    public static let calendarsWrite = Permissions(rawValue: 1 << 10)
    public static let usersRead = Permissions(rawValue: 1 << 11)
    public static let templatesRead = Permissions(rawValue: 1 << 12)
    public static let feedsManage = Permissions(rawValue: 1 << 13)
    /// Speak MCP at all; each tool asks for what it does as well.
    public static let mcpUse = Permissions(rawValue: 1 << 14)
    public static let usageRead = Permissions(rawValue: 1 << 15)
    public static let keysRead = Permissions(rawValue: 1 << 16)
    public static let keysManage = Permissions(rawValue: 1 << 17)
    /// Rotate the key that the request is made with.
    public static let keysRotateSelf = Permissions(rawValue: 1 << 18)
    public static let auditRead = Permissions(rawValue: 1 << 19)
    public static let modelsRead = Permissions(rawValue: 1 << 20)
    public static let modelsManage = Permissions(rawValue: 1 << 21)
    public static let modelsInvoke = Permissions(rawValue: 1 << 22)
    public static let metricsRead = Permissions(rawValue: 1 << 23)
    /// Operate the gateway itself.
    public static let gatewayManage = Permissions(rawValue: 1 << 24)

    /// Each scope by its word, in the order in which they are shown.
    public static let table: [(word: String, permission: Permissions)] = [
        ("events:read", .eventsRead), ("events:write", .eventsWrite), ("events:cancel", .eventsCancel),
        ("guests:read", .guestsRead), ("guests:write", .guestsWrite), ("tickets:read", .ticketsRead),
        ("tickets:write", .ticketsWrite), ("coupons:read", .couponsRead), ("coupons:write", .couponsWrite),
        ("calendars:read", .calendarsRead), ("calendars:write", .calendarsWrite), ("users:read", .usersRead),
        ("templates:read", .templatesRead), ("feeds:manage", .feedsManage), ("mcp:use", .mcpUse),
        ("usage:read", .usageRead), ("keys:read", .keysRead), ("keys:manage", .keysManage),
        ("keys:rotate-self", .keysRotateSelf), ("audit:read", .auditRead), ("models:read", .modelsRead),
        ("models:manage", .modelsManage), ("models:invoke", .modelsInvoke), ("metrics:read", .metricsRead),
        ("gateway:manage", .gatewayManage),
    ]

    /// Everything may be done.
    public static let all = table.reduce(into: Permissions()) { $0.formUnion($1.permission) }

    /// What `read` stands for: to look at everything but at keys, usage and the audit.
    public static let reading: Permissions = [
        .eventsRead, .guestsRead, .ticketsRead, .couponsRead, .calendarsRead, .usersRead, .templatesRead, .mcpUse,
        .modelsRead, .metricsRead, .keysRotateSelf,
    ]

    /// What `write` stands for: to read, and to change what is Luma's.
    public static let writing: Permissions = [
        .reading, .eventsWrite, .eventsCancel, .guestsWrite, .ticketsWrite, .couponsWrite, .calendarsWrite,
        .feedsManage, .modelsInvoke,
    ]

    /// Words for sets of scopes.
    public static let sets: [(word: String, permissions: Permissions)] = [
        ("read", .reading), ("write", .writing), ("admin", .all), ("*", .all),
    ]

    private static let words = Dictionary(
        uniqueKeysWithValues: table.map { ($0.word, $0.permission) } + sets.map { ($0.word, $0.permissions) })

    /// What one word stands for, a scope or a set of them; nil for a word that is not known, which grants nothing.
    public init?(word: String) {
        guard let known = Self.words[word] else { return nil }
        self = known
    }

    /// The scopes one by one, in the order of `table`.
    public var scopeWords: [String] { Self.table.filter { contains($0.permission) }.map(\.word) }
}

extension Permissions {
    /// What a token with these scopes may do.
    public init(_ scopes: Principal.Scopes) {
        self = []
        if scopes.contains(.read) { formUnion(.reading) }
        if scopes.contains(.write) { formUnion(.writing.subtracting(.reading)) }
        if scopes.contains(.admin) { formUnion(.all.subtracting(.writing)) }
    }

    /// The scopes of a token that may do no more than this: one that is had in part is not among them.
    public var scopes: Principal.Scopes {
        // Neither is needed to look at anything.
        let gates: Permissions = [.mcpUse, .keysRotateSelf]
        var scopes: Principal.Scopes = []
        if isSuperset(of: .reading.subtracting(gates)) { scopes.insert(.read) }
        if isSuperset(of: .writing.subtracting(gates)) { scopes.insert(.write) }
        if isSuperset(of: .all) { scopes.insert(.admin) }
        return scopes
    }
}
