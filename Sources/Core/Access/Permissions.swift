/// What somebody may do, as a set of scopes that are each written `resource:verb`.
///
/// No scope contains another: who grants says all, or one of the words for a set. A new scope is a line here, a row of `table`, and
/// a member of one of the three groups.
public struct Permissions: OptionSet, Sendable, Hashable {
    /// One bit for each scope.
    public let rawValue: UInt64
    /// The scopes of these bits.
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

    // Computed: a stored constant is asked for behind `swift_once`.
    @inlinable public static var eventsRead: Permissions { Permissions(rawValue: 1 << 0) }
    @inlinable public static var eventsWrite: Permissions { Permissions(rawValue: 1 << 1) }
    @inlinable public static var eventsCancel: Permissions { Permissions(rawValue: 1 << 2) }
    @inlinable public static var guestsRead: Permissions { Permissions(rawValue: 1 << 3) }
    @inlinable public static var guestsWrite: Permissions { Permissions(rawValue: 1 << 4) }
    @inlinable public static var ticketsRead: Permissions { Permissions(rawValue: 1 << 5) }
    @inlinable public static var ticketsWrite: Permissions { Permissions(rawValue: 1 << 6) }
    @inlinable public static var couponsRead: Permissions { Permissions(rawValue: 1 << 7) }
    @inlinable public static var couponsWrite: Permissions { Permissions(rawValue: 1 << 8) }
    @inlinable public static var calendarsRead: Permissions { Permissions(rawValue: 1 << 9) }
    @inlinable public static var calendarsWrite: Permissions { Permissions(rawValue: 1 << 10) }
    @inlinable public static var usersRead: Permissions { Permissions(rawValue: 1 << 11) }
    @inlinable public static var templatesRead: Permissions { Permissions(rawValue: 1 << 12) }
    /// See which feeds there are.
    @inlinable public static var feedsRead: Permissions { Permissions(rawValue: 1 << 13) }
    /// Make and revoke feeds, which outlive whatever made them.
    @inlinable public static var feedsManage: Permissions { Permissions(rawValue: 1 << 14) }
    /// Speak MCP at all, and list and call tools at `/tools`; each tool asks for what it does as well.
    @inlinable public static var mcpUse: Permissions { Permissions(rawValue: 1 << 15) }
    /// Call tools of plugins, services and other servers that are given the scope `read`, and get what else those offer.
    @inlinable public static var toolsRead: Permissions { Permissions(rawValue: 1 << 16) }
    /// The same of those with the scope `write`.
    @inlinable public static var toolsWrite: Permissions { Permissions(rawValue: 1 << 17) }
    /// The same of those with the scope `admin`.
    @inlinable public static var toolsAdmin: Permissions { Permissions(rawValue: 1 << 18) }
    @inlinable public static var usageRead: Permissions { Permissions(rawValue: 1 << 19) }
    @inlinable public static var keysRead: Permissions { Permissions(rawValue: 1 << 20) }
    @inlinable public static var keysManage: Permissions { Permissions(rawValue: 1 << 21) }
    /// Rotate the key that the request is made with.
    @inlinable public static var keysRotateSelf: Permissions { Permissions(rawValue: 1 << 22) }
    @inlinable public static var auditRead: Permissions { Permissions(rawValue: 1 << 23) }
    @inlinable public static var modelsRead: Permissions { Permissions(rawValue: 1 << 24) }
    @inlinable public static var modelsManage: Permissions { Permissions(rawValue: 1 << 25) }
    @inlinable public static var modelsInvoke: Permissions { Permissions(rawValue: 1 << 26) }
    /// See how the gateway is: its metrics, its budget and the last requests.
    @inlinable public static var metricsRead: Permissions { Permissions(rawValue: 1 << 27) }
    /// Operate the gateway itself.
    @inlinable public static var gatewayManage: Permissions { Permissions(rawValue: 1 << 28) }

    /// Each scope by its word, in the order in which they are shown.
    public static let table: [(word: String, permission: Permissions)] = [
        ("events:read", .eventsRead), ("events:write", .eventsWrite), ("events:cancel", .eventsCancel),
        ("guests:read", .guestsRead), ("guests:write", .guestsWrite), ("tickets:read", .ticketsRead),
        ("tickets:write", .ticketsWrite), ("coupons:read", .couponsRead), ("coupons:write", .couponsWrite),
        ("calendars:read", .calendarsRead), ("calendars:write", .calendarsWrite), ("users:read", .usersRead),
        ("templates:read", .templatesRead), ("feeds:read", .feedsRead), ("feeds:manage", .feedsManage),
        ("mcp:use", .mcpUse), ("tools:read", .toolsRead), ("tools:write", .toolsWrite), ("tools:admin", .toolsAdmin),
        ("usage:read", .usageRead), ("keys:read", .keysRead), ("keys:manage", .keysManage),
        ("keys:rotate-self", .keysRotateSelf), ("audit:read", .auditRead), ("models:read", .modelsRead),
        ("models:manage", .modelsManage), ("models:invoke", .modelsInvoke), ("metrics:read", .metricsRead),
        ("gateway:manage", .gatewayManage),
    ]

    // MARK: Groups

    /// To look at everything but at keys, usage and the audit, and to have another secret for one's own key.
    @inlinable public static var read: Permissions {
        [
            .eventsRead, .guestsRead, .ticketsRead, .couponsRead, .calendarsRead, .usersRead, .templatesRead,
            .feedsRead, .mcpUse, .toolsRead, .modelsRead, .metricsRead, .keysRotateSelf,
        ]
    }

    /// To change what is Luma's, and call what changes something elsewhere. None of `read` is part of it.
    @inlinable public static var write: Permissions {
        [
            .eventsWrite, .eventsCancel, .guestsWrite, .ticketsWrite, .couponsWrite, .calendarsWrite, .toolsWrite,
            .modelsInvoke,
        ]
    }

    /// To operate the gateway itself. None of `read` and `write` is part of it.
    @inlinable public static var admin: Permissions {
        [
            .feedsManage, .toolsAdmin, .usageRead, .keysRead, .keysManage, .auditRead, .modelsManage, .gatewayManage,
        ]
    }

    /// Everything may be done.
    @inlinable public static var all: Permissions { [.read, .write, .admin] }

    // MARK: Words

    /// Words for sets of scopes.
    public static let sets: [(word: String, permissions: Permissions)] = [
        ("read", .read), ("write", [.read, .write]), ("admin", .all), ("*", .all),
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

    /// The name of the scope that a listed token needs for these.
    package var name: AccessScope {
        isDisjoint(with: .admin) ? isDisjoint(with: .write) ? .read : .write : .admin
    }
}
