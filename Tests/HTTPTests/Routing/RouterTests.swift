import Testing

@testable import HTTP

@Suite struct RouterTests {
    static let router: Router<String> = {
        var router = Router<String>()
        router.add(.get, "/", "root")
        router.add(.get, "/health", "health")
        router.add(.get, "/health/live", "live")
        router.add(.get, "/events/", "list")
        router.add(.post, "/events", "create")
        router.add(.get, "/events/{event_id}", "get")
        router.add(.delete, "/events/{event_id}/", "delete")
        router.add(.get, "/events/{event_id}/guests/{guest_id}", "guest")
        router.add(.get, "/templates/{template_type}", "template")
        router.add(.post, "/templates/create", "from template")
        router.add(.get, "/templates/create/help", "help")
        router.add(.options, "/events/{event_id}/guests", "own options")
        router.add(.get, "/events.ics", "calendar")
        router.add(.get, "/feeds/{token}.ics", "feed")
        router.add(.get, "/feeds/{token}.csv", "table")
        router.add(.get, "/feeds/{token}.csv/{page}", "page")
        router.add(.delete, "/feeds/{feed_id}", "revoke")
        router.add(.get, "/news", "news", answersHead: false)
        router.add(.delete, "/news", "no news")
        return router
    }()

    private func match(_ method: HTTP.Method, _ path: String) -> RouteMatch<String> {
        Array(path.utf8).withUnsafeBytes { Self.router.match(method: method, path: $0) }
    }

    private func describe(_ match: RouteMatch<String>) -> String {
        switch match {
        case .notFound: return "404"
        case .methodNotAllowed(let allow): return "405 " + allow.map(\.token).joined(separator: ",")
        case .found(let value, let parameters):
            let texts = ["event_id", "guest_id", "template_type", "token", "feed_id", "page"].compactMap { name in
                parameters[name].map { "\(name)=\($0)" }
            }
            return ([value] + texts).joined(separator: " ")
        }
    }

    @Test(
        arguments: [
            (.get, "/", "root"), (.get, "/health", "health"), (.get, "/health/", "health"),
            (.head, "/health", "health"),
            (.get, "/health/live/", "live"), (.get, "/events", "list"), (.get, "/events/", "list"),
            (.post, "/events/", "create"), (.get, "/events/evt-1", "get event_id=evt-1"),
            (.get, "/events/evt-1/", "get event_id=evt-1"), (.delete, "/events/a", "delete event_id=a"),
            (.get, "/events/a%20b%2Fc", "get event_id=a b/c"), (.get, "/events/%C3%A9", "get event_id=\u{e9}"),
            (.get, "/%65vents/a", "get event_id=a"), (.get, "/healt%68", "health"),
            (.get, "/events/+", "get event_id=+"),
            (.get, "/events/a/guests/b", "guest event_id=a guest_id=b"), (.post, "/templates/create", "from template"),
            (.get, "/templates/meetup", "template template_type=meetup"), (.get, "/templates/create/help/", "help"),
            (.options, "/events/a/guests", "own options event_id=a"),
            (.get, "/events.ics", "calendar"), (.get, "/events.ics/", "calendar"),
            (.get, "/feeds/a.ics", "feed token=a"), (.get, "/feeds/a.ics/", "feed token=a"),
            (.get, "/feeds/a.b%2e.ics", "feed token=a.b."), (.get, "/feeds/a.csv", "table token=a"),
            (.get, "/feeds/a.csv/b", "page token=a page=b"), (.get, "/feeds/.ics.ics", "feed token=.ics"),
            (.delete, "/feeds/a", "revoke feed_id=a"), (.delete, "/feeds/.ics", "revoke feed_id=.ics"),
            (.delete, "/feeds/a.ic", "revoke feed_id=a.ic"), (.get, "/feeds/a.ics/b", "404"),
            (.get, "/feeds/a.ICS", "405 DELETE,OPTIONS"), (.delete, "/feeds/a.ics", "405 GET,HEAD,OPTIONS"),
            (.get, "/feeds/%ff.ics", "404"), (.get, "/feeds/a%2eics", "405 DELETE,OPTIONS"),
            (.get, "", "404"), (.get, "*", "404"), (.options, "*", "404"), (.get, "//", "404"),
            (.get, "/events//", "404"),
            (.get, "/events//a", "404"), (.get, "//events", "404"), (.get, "/nothing", "404"),
            (.get, "/healthy", "404"),
            (.get, "/heal", "404"), (.get, "/Health", "404"), (.get, "/events/a/guests/b/c", "404"),
            (.get, "/templates", "404"), (.get, "/events/%ff", "404"), (.get, "/events/%C3", "404"),
            (.post, "/events/%ff", "405 GET,HEAD,DELETE,OPTIONS"),
            (.post, "/health", "405 GET,HEAD,OPTIONS"), (.options, "/health", "405 GET,HEAD,OPTIONS"),
            (.put, "/events/a", "405 GET,HEAD,DELETE,OPTIONS"), (.delete, "/events", "405 GET,HEAD,POST,OPTIONS"),
            (.get, "/templates/create", "405 POST,OPTIONS"), (.other, "/", "405 GET,HEAD,OPTIONS"),
            (.get, "/events/a/guests", "405 OPTIONS"), (.get, "/news/", "news"),
            (.head, "/news", "405 GET,DELETE,OPTIONS"),
        ] as [(HTTP.Method, String, String)])
    func aPathLeadsToItsRoute(_ method: HTTP.Method, _ path: String, _ expected: String) {
        #expect(describe(match(method, path)) == expected)
    }

    @Test(
        arguments: [
            (["/events/{id}", "/events/{id}/"], "two routes"),
            (["/events/{id}", "/events/{event_id}/guests"], "{event_id} stands where {id} already is"),
            (["/feeds/{token}.ics", "/feeds/{name}.ics"], "{name} stands where {token} already is"),
            (["events"], "a pattern starts with a slash"), (["/events//a"], "an empty segment"),
            (["/{}"], "a parameter needs its own name"), (["/{a}/{a}"], "a parameter needs its own name"),
            (["/{a}.{b}"], "not a literal suffix"), (["/a%20b"], "not a literal segment"),
        ] as [([String], String)])
    func aPatternThatCannotBeServedSaysWhy(patterns: [String], problem: String) throws {
        var router = Router<Int>()
        for (index, pattern) in patterns.dropLast().enumerated() { try router.insert(.get, pattern, index) }
        #expect(throws: RouteConflict(problem)) { try router.insert(.get, patterns[patterns.count - 1], 9) }
    }

    @Test(arguments: [HTTP.Method.other, .connect]) func aMethodThatNoRouteCanHaveIsRefused(method: HTTP.Method) {
        var router = Router<Int>()
        #expect(throws: RouteConflict("no route can have this method")) { try router.insert(method, "/", 1) }
    }
}
