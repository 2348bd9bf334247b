/// What a token may do. Each scope contains the ones before it.
public enum AccessScope: String, Sendable, CaseIterable {
    case read, write, admin

    /// The same as a set, with what it contains.
    package var scopes: Principal.Scopes {
        switch self {
        case .read: .read
        case .write: [.read, .write]
        case .admin: .all
        }
    }
}

extension Principal.Scopes {
    /// The name of the scope that a token needs for these.
    package var name: AccessScope { contains(.admin) ? .admin : contains(.write) ? .write : .read }
}
