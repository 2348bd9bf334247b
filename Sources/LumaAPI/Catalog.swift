/// All operations that this program knows, found by name or by path.
public enum Catalog {
    public static let operations: [Operation] =
        Rows.users + Rows.events + Rows.cancellation + Rows.ticketTypes + Rows.guests + Rows.coupons + Rows.calendars
        + Rows.entities

    /// The row of this name, such as `events/create`.
    public static subscript(name: String) -> Operation? { byName[name] }

    /// The operation that answers this method and path, and whether the path belongs to the legacy family.
    ///
    /// `path` is compared exactly: no trailing slash, no query, not percent-encoded.
    public static func route(_ method: Operation.Method, _ path: String) -> (operation: Operation, isLegacy: Bool)? {
        byPath[path]?.first { $0.operation.method == method }
    }

    /// The methods that some operation answers on this path; empty for an unknown path.
    public static func methods(on path: String) -> [Operation.Method] {
        byPath[path]?.map(\.operation.method) ?? []
    }

    private static let byName = Dictionary(uniqueKeysWithValues: operations.map { ($0.name, $0) })

    private static let byPath: [String: [(operation: Operation, isLegacy: Bool)]] = {
        var routes: [String: [(operation: Operation, isLegacy: Bool)]] = [:]
        for operation in operations {
            routes[operation.path, default: []].append((operation, false))
            for path in operation.legacyPaths { routes[path, default: []].append((operation, true)) }
        }
        return routes
    }()
}

/// The rows, one file for each resource.
enum Rows {}
