public import Core

/// Who wants to make or change a key, by what he may do himself.
public struct KeyCaller: Sendable {
    /// Who may do everything: the operator on the machine, and tokens of the scope admin.
    public static let operatorOfGateway = KeyCaller()

    let permissions: Permissions
    /// Nil for whoever may act for everybody.
    let owner: String?
    let tools: [ToolFilter]
    let calendars: [String]?
    let addresses: [AddressRange]?
    let limits: KeyLimits
    let expiresAt: Timestamp?
    /// The key that the request was made with.
    let keyID: String?

    private init() {
        permissions = .all
        (owner, tools, calendars, addresses, limits, expiresAt, keyID) = (nil, [], nil, nil, KeyLimits(), nil, nil)
    }

    /// Who uses this key. One that may do everything acts for every owner; any other for its own alone.
    public init(_ key: KeyRecord) {
        permissions = key.permissions.granted
        owner = permissions == .all ? nil : key.owner
        tools = key.tools.map { [$0] } ?? []
        calendars = key.calendars
        addresses = key.allowedAddresses
        limits = key.limits
        expiresAt = key.expiresAt
        keyID = key.id
    }

    /// The same by what requests know of the key.
    public init(_ key: KnownKey) {
        permissions = key.permissions
        owner = permissions == .all ? nil : key.owner
        tools = key.principal.tools
        calendars = key.calendars
        addresses = key.allowedAddresses
        limits = key.limits
        expiresAt = key.expiresAt
        keyID = key.id
    }

    /// Who uses a listed token.
    public init(_ principal: Principal) {
        permissions = principal.scopes
        // A token has no owner but its label, which is none of a key's.
        owner = permissions == .all ? nil : principal.label
        tools = principal.tools
        (calendars, addresses, limits, expiresAt, keyID) = (nil, nil, KeyLimits(), nil, nil)
    }
}

/// Why somebody may not make or change a key as he wants to.
public enum GrantRefusal: Error, Sendable, Equatable {
    /// The scope `keys:manage`, or for his own key `keys:rotate-self`, is missing.
    case scope(String)
    /// It is, or would become, somebody else's.
    case owner
    /// Scopes that he has not got himself.
    case permissions([String])
    /// Tools that he may not call himself.
    case tools
    /// Calendars that he may not see himself.
    case calendars
    /// Addresses from which he may not come himself.
    case addresses
    /// Wider limits than he has himself.
    case limits
    /// A longer life than he has himself.
    case expiry

    /// The member of a request that is too much; nil when it is none.
    public var member: String? {
        switch self {
        case .scope: nil
        case .owner: "owner"
        case .permissions: "permissions"
        case .tools: "tools"
        case .calendars: "calendars"
        case .addresses: "allowed_ips"
        case .limits: "rate_limit"
        case .expiry: "expires_at"
        }
    }
}

/// What is done to a key, also as the word for it in the audit.
public enum KeyAction: String, Sendable, CaseIterable {
    /// A key that was not there.
    case create
    /// Any of its parts but the secrets; to switch it on and off is one.
    case update
    /// A secret more.
    case rotate
    /// To revoke it, which gives nobody anything.
    case revoke
}
