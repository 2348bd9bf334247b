public import Core
public import HTTP
import LumaAPI

/// What the gateway serves under one method and path: a row of the one table that the router, the gate, the metrics and
/// `/openapi.json` are made of.
///
/// One word that is not counted: the rows live as long as the program, and two are equal when they are the same. What every
/// request asks of it is public: the compiler inlines nothing that is `package` in another module.
public struct Endpoint: Sendable {
    /// The row, which lives as long as the program.
    public unowned(unsafe) let row: EndpointRow

    @inlinable public init(row: EndpointRow) { self.row = row }

    /// Who serves it. The paths that only pass on an operation of Luma's are served alike.
    public enum Kind: Int, CaseIterable, Sendable {
        case health, live, openAPI, metrics, status
        case listEvents, lookupEvent, createEvent, getEvent, replaceEvent, patchEvent, cancelEvent
        case eventsJSON, eventsLines, eventsTable, eventsCalendar, eventCalendar
        case listTemplates, getTemplate, createFromTemplate
        case listFeeds, createFeed, revokeFeed, feed
        case listTools, callTool
        case listKeys, createKey, ownKey, rotateOwnKey, getKey, changeKey, revokeKey, rotateKey
        case mcpPost, mcpGet, mcpDelete, sse, sseMessage
        case console, docs, asset
        case operation
    }

    /// What holds of a row beyond its path. Its constants are computed: a stored one is asked for behind `swift_once`.
    public struct Traits: OptionSet, Sendable {
        public let rawValue: UInt16

        @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// It changes something at Luma.
        @inlinable public static var write: Traits { Traits(rawValue: 1 << 0) }
        /// It speaks MCP and not REST.
        @inlinable public static var mcp: Traits { Traits(rawValue: 1 << 1) }
        /// A page for people, or a file of one: no part of the interface for programs.
        @inlinable public static var page: Traits { Traits(rawValue: 1 << 2) }
        /// Answered without a token: probes, browsers and readers of the description have none, and what these tell is no
        /// secret. The address of a feed is its own token.
        @inlinable public static var open: Traits { Traits(rawValue: 1 << 3) }
        /// Asked at an interval by programs that watch: a list of what was asked would show little else.
        @inlinable public static var routine: Traits { Traits(rawValue: 1 << 4) }
        /// The format stands in the path: whoever writes it there means it, whatever else its program takes.
        @inlinable public static var namesItsFormat: Traits { Traits(rawValue: 1 << 5) }
        /// It lists events, in whatever format.
        @inlinable public static var listsEvents: Traits { Traits(rawValue: 1 << 6) }
        /// The body of the request is read.
        @inlinable public static var takesBody: Traits { Traits(rawValue: 1 << 7) }
        /// The answer may be one that is kept, so what the caller says of those is read.
        @inlinable public static var cached: Traits { Traits(rawValue: 1 << 8) }
        /// The answer names the address by which the server was reached.
        @inlinable public static var namesHost: Traits { Traits(rawValue: 1 << 9) }
        /// Its answer ends when the client goes: how long it took says nothing.
        @inlinable public static var stream: Traits { Traits(rawValue: 1 << 10) }
        /// What it calls may change something, so a key of the request is read.
        @inlinable public static var keyed: Traits { Traits(rawValue: 1 << 11) }
        /// It operates the gateway itself: its errors have members more, and nothing of it is kept by a cache.
        @inlinable public static var api: Traits { Traits(rawValue: 1 << 12) }

        /// Without the witness table, which a debug build and another module would go through.
        @inlinable public func contains(_ other: Traits) -> Bool { rawValue & other.rawValue == other.rawValue }
    }

    /// From 0 without gaps: the row's place in the table, and the slot of its metrics.
    @inlinable public var id: Int { row.id }
    /// Who serves it.
    @inlinable public var kind: Kind { row.kind }
    @inlinable public var method: Method { row.method }
    /// The path; the trailing slash is optional on every path.
    @inlinable public var pattern: String { row.pattern }
    /// The names of the segments that the pattern leaves open.
    package var parameterNames: [String] { row.parameterNames }
    /// What holds of it beyond its path.
    @inlinable public var traits: Traits { row.traits }
    /// What a principal needs. What MCP's tools need besides is theirs to say.
    @inlinable public var scope: Principal.Scopes { row.scope }
    /// What it can answer with, the usual one first.
    package var representations: [Representation] { row.representations }
    /// What it passes on; nil for what the gateway serves by itself.
    package var surface: Surface? { row.surface }

    /// The table: what the gateway serves by itself in the order of the kinds, then the operations that are passed on.
    package static let allCases: [Endpoint] = table.map(Endpoint.init(row:))

    private static let table: [EndpointRow] = {
        let problems =
            Surfaces.problems(
                of: Surfaces.all, withheld: Surfaces.withheld, operations: Catalog.operations.map(\.name))
            + Surfaces.problems(
                of: Surfaces.all,
                servedByHand: rows.map { (method: $0.method, pattern: $0.pattern, scope: $0.scope) })
        precondition(problems.isEmpty, "the table of surfaces: \(problems.joined(separator: "; "))")
        var all = rows.enumerated().map { id, row in
            precondition(row.kind.rawValue == id, "the rows stand in the order of the kinds: \(row.pattern)")
            return EndpointRow(
                id, row.kind, row.method, row.pattern, row.scope, row.traits, row.representations, nil)
        }
        for surface in Surfaces.all where surface.isDerived(.rest) {
            let traits: Traits = surface.operation.isWrite ? [.write, .takesBody] : .cached
            all.append(
                EndpointRow(
                    all.count, .operation, surface.route.method, surface.route.pattern, surface.scope, traits, [.json],
                    surface))
        }
        return all
    }()

    /// The row of a kind that there is one of.
    package static subscript(_ kind: Kind) -> Endpoint { allCases[kind.rawValue] }

    /// A router of all endpoints.
    package static func router() -> Router<Endpoint> {
        var router = Router<Endpoint>()
        for endpoint in allCases {
            router.add(endpoint.method, endpoint.pattern, endpoint, answersHead: !endpoint.isMCP)
            for pattern in endpoint.aliases { router.add(endpoint.method, pattern, endpoint) }
            if let pattern = endpoint.toolsetPattern {
                router.add(endpoint.method, pattern, endpoint, answersHead: false)
            }
        }
        return router
    }

    /// Other paths of the same, by which others call it.
    package var aliases: [String] {
        switch kind {
        case .ownKey: ["/api/keys/self", "/api/keys/info"]
        case .rotateOwnKey: ["/api/keys/self/rotate"]
        default: []
        }
    }

    /// Where the same is served with the toolset that the path names; nil for what knows no toolsets.
    package var toolsetPattern: String? {
        switch kind {
        case .mcpPost, .mcpGet, .mcpDelete, .sse: pattern + "/x/{toolset}"
        default: nil
        }
    }

    @inlinable public var isWrite: Bool { traits.contains(.write) }
    @inlinable public var isMCP: Bool { traits.contains(.mcp) }
    @inlinable public var isPage: Bool { traits.contains(.page) }
    @inlinable public var isOpen: Bool { traits.contains(.open) }
    @inlinable public var isAPI: Bool { traits.contains(.api) }
    @inlinable public var isRoutine: Bool { traits.contains(.routine) }
    @inlinable public var namesItsFormat: Bool { traits.contains(.namesItsFormat) }
    @inlinable public var listsEvents: Bool { traits.contains(.listsEvents) }
}

extension Endpoint: Hashable, CustomStringConvertible {
    public static func == (a: Endpoint, b: Endpoint) -> Bool { a.row === b.row }
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }

    /// A word for it, unique and stable: it is kept with idempotency keys, and is the `operationId` of the description.
    public var description: String { surface?.name ?? "\(kind)" }
}

/// What one row of the table says.
public final class EndpointRow: Sendable {
    public let id: Int
    public let kind: Endpoint.Kind
    public let method: HTTP.Method
    public let pattern: String
    package let parameterNames: [String]
    public let traits: Endpoint.Traits
    public let scope: Principal.Scopes
    package let representations: [Representation]
    /// The operation of Luma's that it passes on; nil for what is written by hand alone.
    package let surface: Surface?

    init(
        _ id: Int, _ kind: Endpoint.Kind, _ method: HTTP.Method, _ pattern: String, _ scope: Principal.Scopes,
        _ traits: Endpoint.Traits, _ representations: [Representation], _ surface: Surface?
    ) {
        self.id = id
        self.kind = kind
        self.method = method
        self.pattern = pattern
        parameterNames = pattern.split(separator: "/").compactMap { segment in
            guard segment.first == "{", let end = segment.firstIndex(of: "}") else { return nil }
            return String(segment[..<end].dropFirst())
        }
        self.traits = traits
        self.scope = scope
        self.representations = representations
        self.surface = surface
    }
}

extension Endpoint {
    typealias Row = (
        kind: Kind, method: HTTP.Method, pattern: String, scope: Principal.Scopes, traits: Traits,
        representations: [Representation]
    )

    /// What the gateway serves by itself. What is open asks for nothing; only who operates the gateway may make and revoke feeds,
    /// as one can be read long after the token that made it is gone.
    static let rows: [Row] = [
        row(.health, .get, "/health", [], [.open, .routine]),
        row(.live, .get, "/health/live", [], [.open, .routine]),
        row(.openAPI, .get, "/openapi.json", [], [.open, .namesHost]),
        row(.metrics, .get, "/metrics", .metricsRead, .routine),
        row(.status, .get, "/status", .metricsRead, .routine),
        row(.listEvents, .get, "/events/", .eventsRead, [.listsEvents, .cached], [.json, .ndjson, .csv, .calendar]),
        row(.lookupEvent, .get, "/events/lookup", .eventsRead),
        row(.createEvent, .post, "/events/", .eventsWrite, [.write, .takesBody]),
        row(.getEvent, .get, "/events/{event_id}", .eventsRead, .cached, [.json, .calendar]),
        row(.replaceEvent, .put, "/events/{event_id}", .eventsWrite, [.write, .takesBody]),
        row(.patchEvent, .patch, "/events/{event_id}", .eventsWrite, [.write, .takesBody]),
        row(.cancelEvent, .delete, "/events/{event_id}", .eventsCancel, .write),
        row(.eventsJSON, .get, "/events.json", .eventsRead, [.listsEvents, .namesItsFormat, .cached]),
        row(.eventsLines, .get, "/events.ndjson", .eventsRead, [.listsEvents, .namesItsFormat], [.ndjson]),
        row(.eventsTable, .get, "/events.csv", .eventsRead, [.listsEvents, .namesItsFormat], [.csv]),
        row(.eventsCalendar, .get, "/events.ics", .eventsRead, [.listsEvents, .namesItsFormat], [.calendar]),
        row(.eventCalendar, .get, "/events/{event_id}.ics", .eventsRead, [.namesItsFormat, .cached], [.calendar]),
        row(.listTemplates, .get, "/templates/", .templatesRead),
        row(.getTemplate, .get, "/templates/{template_type}", .templatesRead),
        row(.createFromTemplate, .post, "/templates/create", .eventsWrite, [.write, .takesBody]),
        row(.listFeeds, .get, "/feeds/", .feedsRead),
        row(.createFeed, .post, "/feeds/", .feedsManage, [.takesBody, .namesHost]),
        row(.revokeFeed, .delete, "/feeds/{feed_id}", .feedsManage),
        row(.feed, .get, "/feeds/{feed_token}.ics", [], [.open, .namesItsFormat], [.calendar]),
        row(.listTools, .get, "/tools/", .mcpUse),
        row(.callTool, .post, "/tools/{name}", .mcpUse, [.takesBody, .keyed]),
        row(.listKeys, .get, "/api/keys", .keysRead, .api),
        row(.createKey, .post, "/api/keys", .keysManage, [.api, .takesBody]),
        row(.ownKey, .get, "/api/keys/me", [], .api),
        row(.rotateOwnKey, .post, "/api/keys/me/rotate", .keysRotateSelf, [.api, .takesBody]),
        row(.getKey, .get, "/api/keys/{key_id}", .keysRead, .api),
        row(.changeKey, .patch, "/api/keys/{key_id}", .keysManage, [.api, .takesBody]),
        row(.revokeKey, .delete, "/api/keys/{key_id}", .keysManage, .api),
        row(.rotateKey, .post, "/api/keys/{key_id}/rotate", .keysManage, [.api, .takesBody]),
        row(.mcpPost, .post, "/mcp", .mcpUse, .mcp),
        row(.mcpGet, .get, "/mcp", .mcpUse, [.mcp, .stream]),
        row(.mcpDelete, .delete, "/mcp", .mcpUse, .mcp),
        row(.sse, .get, "/sse", .mcpUse, [.mcp, .stream]),
        row(.sseMessage, .post, "/messages/", .mcpUse, .mcp),
        row(.console, .get, "/", [], [.page, .open, .routine]),
        row(.docs, .get, "/docs", [], [.page, .open, .routine]),
        row(.asset, .get, "/assets/{file}", [], [.page, .open, .routine]),
    ]

    private static func row(
        _ kind: Kind, _ method: HTTP.Method, _ pattern: String, _ scope: Principal.Scopes, _ traits: Traits = [],
        _ representations: [Representation] = [.json]
    ) -> Row { (kind, method, pattern, scope, traits, representations) }

    package static var health: Endpoint { self[.health] }
    package static var live: Endpoint { self[.live] }
    package static var openAPI: Endpoint { self[.openAPI] }
    package static var metrics: Endpoint { self[.metrics] }
    package static var status: Endpoint { self[.status] }
    package static var listEvents: Endpoint { self[.listEvents] }
    package static var lookupEvent: Endpoint { self[.lookupEvent] }
    package static var createEvent: Endpoint { self[.createEvent] }
    package static var getEvent: Endpoint { self[.getEvent] }
    package static var replaceEvent: Endpoint { self[.replaceEvent] }
    package static var patchEvent: Endpoint { self[.patchEvent] }
    package static var cancelEvent: Endpoint { self[.cancelEvent] }
    package static var eventsJSON: Endpoint { self[.eventsJSON] }
    package static var eventsLines: Endpoint { self[.eventsLines] }
    package static var eventsTable: Endpoint { self[.eventsTable] }
    package static var eventsCalendar: Endpoint { self[.eventsCalendar] }
    package static var eventCalendar: Endpoint { self[.eventCalendar] }
    package static var listTemplates: Endpoint { self[.listTemplates] }
    package static var getTemplate: Endpoint { self[.getTemplate] }
    package static var createFromTemplate: Endpoint { self[.createFromTemplate] }
    package static var listFeeds: Endpoint { self[.listFeeds] }
    package static var createFeed: Endpoint { self[.createFeed] }
    package static var revokeFeed: Endpoint { self[.revokeFeed] }
    package static var feed: Endpoint { self[.feed] }
    package static var listTools: Endpoint { self[.listTools] }
    package static var callTool: Endpoint { self[.callTool] }
    package static var mcpPost: Endpoint { self[.mcpPost] }
    package static var mcpGet: Endpoint { self[.mcpGet] }
    package static var mcpDelete: Endpoint { self[.mcpDelete] }
    package static var sse: Endpoint { self[.sse] }
    package static var sseMessage: Endpoint { self[.sseMessage] }
    package static var console: Endpoint { self[.console] }
    package static var docs: Endpoint { self[.docs] }
    package static var asset: Endpoint { self[.asset] }
}
