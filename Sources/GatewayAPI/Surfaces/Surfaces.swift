package import Core
package import HTTP
package import LumaAPI

/// Everything of Luma's that is offered, one row for each operation.
package enum Surfaces {
    package static let all: [Surface] = [
        Surface(
            "calendars/events/list", .get, "/events/", tool: "list_events", command: "events list",
            handmade: [.rest, .tool, .command]),
        Surface(
            "events/get", .get, "/events/{event_id}", tool: "get_event", command: "events get ID",
            handmade: [.rest, .tool, .command]),
        Surface(
            "events/create", .post, "/events/", tool: "create_event", command: "events create",
            handmade: [.rest, .tool, .command]),
        Surface(
            "events/update", .patch, "/events/{event_id}", tool: "update_event", command: "events update ID",
            unasked: "a change can be changed back, and suppress_notifications keeps it from the guests",
            handmade: [.rest, .tool, .command]),
        Surface(
            "events/cancel", .delete, "/events/{event_id}", tool: "cancel_event", command: "events cancel ID",
            handmade: [.rest, .tool, .command]),
        Surface(
            "entities/lookup", .get, "/events/lookup", tool: nil, command: nil, handmade: [.rest]),
        Surface(
            "events/guests/list", .get, "/events/{event_id}/guests/", tool: "list_guests", command: "guests list EVENT"),
        Surface(
            "events/guests/update-status", .post, "/events/{event_id}/guests/{guest_id}/status",
            tool: "update_guest_status", command: "guests set-status EVENT GUEST",
            shows: ["user_name", "user_email", "approval_status"]),
        Surface(
            "events/coupons/create", .post, "/events/{event_id}/coupons/", tool: "create_coupon",
            command: "coupons create EVENT"),
    ]

    /// Why the other operations that are known are offered nowhere.
    package static let withheld: [String: String] = [
        "users/get-self": "used by the background check; see /health",
        "calendars/get": "not offered yet",
        "events/cancel/request": "part of events/cancel, for its preview",
        "events/ticket-types/list": "part of events/update, for approval",
        "events/ticket-types/create": "not offered yet",
        "events/ticket-types/update": "part of events/update, for approval",
        "events/guests/get": "used to verify events/guests/update-status; not offered yet",
        "events/coupons/list": "used to verify events/coupons/create; not offered yet",
    ]

    /// The row of an operation; nil for one that is withheld.
    package static subscript(operation name: String) -> Surface? { all.first { $0.operation.name == name } }

    /// The kinds of things that requests name by their ids.
    package static let named = Operation.Kind.allCases.filter { kind in all.contains { $0.named.contains(kind) } }

    /// The kinds of things that requests make.
    package static let made = Operation.Kind.allCases.filter { kind in
        all.contains { $0.operation.makesThing && $0.operation.subject?.kind == kind }
    }

    /// The row of an operation that is offered, for what is written by hand.
    package static func row(_ operation: Operation) -> Surface {
        guard let surface = self[operation: operation.name] else {
            preconditionFailure("\(operation.name) is not offered")
        }
        return surface
    }

    /// The row that lists things of this kind; nil when none does.
    package static func listing(_ kind: Operation.Kind) -> Surface? {
        all.first { $0.answer == .page && $0.operation.subject?.kind == kind }
    }
}

/// What the table of surfaces must keep. The program does not start with a table that does not.
extension Surfaces {
    /// A path that is served by hand, and what it asks of a token.
    package typealias Route = (method: HTTP.Method, pattern: String, scope: Principal.Scopes)

    /// What is wrong with rows by themselves, and beside what is withheld.
    /// - Parameter operations: the names of all that are known.
    package static func problems(
        of table: [Surface], withheld: [String: String], operations: [String]
    ) -> [String] {
        let offered = table.map(\.operation.name)
        var problems = operations.filter { offered.contains($0) == (withheld[$0] != nil) }.map { name in
            offered.contains(name) ? "\(name) is offered and withheld" : "\(name) is neither offered nor withheld"
        }
        problems += withheld.keys.sorted().filter { !operations.contains($0) }.map { "there is no \($0) to withhold" }
        problems += repeated(offered).map { "two rows are of \($0)" }
        problems += repeated(table.map { place($0.route) }).map { "two rows are at \($0)" }
        problems += repeated(table.compactMap(\.tool)).map { "two rows have the tool \($0)" }
        problems += repeated(table.compactMap { $0.command.map(words) }).map { "two rows have the command \($0)" }
        problems += repeated(table.map(\.name)).map { "two rows have the name \($0)" }
        for surface in table { problems += Self.problems(of: surface) }
        return problems
    }

    /// What is wrong with rows beside the paths that are served by hand: each path is served, by one alone, and to nobody to whom
    /// its row would not give it.
    package static func problems(of table: [Surface], servedByHand routes: [Route]) -> [String] {
        let scopes = Dictionary(routes.map { (place(($0.method, $0.pattern)), $0.scope) }) { $1 }
        return table.compactMap { surface -> String? in
            let place = place(surface.route)
            guard let scope = scopes[place] else { return surface.isDerived(.rest) ? nil : "nobody serves \(place)" }
            if surface.isDerived(.rest) { return "\(place) is served by hand and by its row" }
            return scope.isSuperset(of: surface.scope) ? nil : "\(place) asks for less than its row"
        }
    }

    /// What is wrong with rows beside the tools that are registered: each tool is there, once.
    package static func problems(of table: [Surface], tools: [String]) -> [String] {
        table.compactMap(\.tool).compactMap { tool -> String? in
            switch tools.count(where: { $0 == tool }) {
            case 0: "nobody serves the tool \(tool)"
            case 1: nil
            default: "the tool \(tool) is served twice"
            }
        }
    }

    /// Tools' names that hosts take with a prefix of their own before them.
    private static let longestTool = 39

    private static func problems(of surface: Surface) -> [String] {
        var problems: [String] = []
        let name = surface.operation.name
        if surface.handmade.contains(.tool), surface.tool == nil { problems.append("\(name) has no tool to serve") }
        if surface.handmade.contains(.command), surface.command == nil {
            problems.append("\(name) has no command to serve")
        }
        if surface.answer == .page, !surface.operation.answersList { problems.append("\(name) answers no list") }
        if surface.unasked != nil, !surface.hasReach { problems.append("nobody would be asked before \(name) anyway") }
        let showable = surface.showableFields.map(\.name)
        problems += surface.shows.filter { !showable.contains($0) }.map { "\(name) cannot show \($0)" }
        let isAsked = surface.needsConfirmation && (surface.isDerived(.tool) || surface.isDerived(.command))
        if isAsked, surface.shows.isEmpty, !showable.isEmpty {
            problems.append("\(name) asks and does not show what it is about")
        }
        if let tool = surface.tool, tool.utf8.count > longestTool { problems.append("\(tool) is too long for a tool") }
        if surface.isDerived(.rest) { problems += Self.problems(ofPathOf: surface) }
        let known = surface.pathFields.map(\.name)
        problems += surface.pathMembers.filter { !known.contains($0) }.map { "\(name) has no \($0)" }
        if let command = surface.command,
            command.split(separator: " ").count(where: isOperand) != surface.pathMembers.count
        {
            problems.append("\(command) has other operands than its path has members")
        }
        return problems
    }

    /// A path that is made of a row reads by its query, and changes something by its body: no other one is read, kept in the cache,
    /// described and called so.
    private static func problems(ofPathOf surface: Surface) -> [String] {
        let (operation, method) = (surface.operation, surface.route.method)
        if operation.isWrite, method == .get || operation.body == nil {
            return ["\(operation.name) changes something, which a path made of its row does by a body and never at GET"]
        }
        if !operation.isWrite, method != .get || operation.body != nil {
            return ["\(operation.name) only reads, which a path made of its row does at GET, by its query"]
        }
        return []
    }

    private static func isOperand(_ word: Substring) -> Bool { word.allSatisfy(\.isUppercase) }

    /// A command without its operands.
    private static func words(_ command: String) -> String {
        command.split(separator: " ").filter { !isOperand($0) }.joined(separator: " ")
    }

    /// The same for all patterns that the router takes for one: neither the names of open segments count nor a slash at the end.
    private static func place(_ route: (method: HTTP.Method, pattern: String)) -> String {
        let segments = route.pattern.split(separator: "/").map { segment -> String in
            guard segment.first == "{", let end = segment.firstIndex(of: "}") else { return String(segment) }
            return "{" + String(segment[end...])
        }
        return "\(route.method.token) /" + segments.joined(separator: "/")
    }

    private static func repeated(_ texts: [String]) -> [String] {
        Dictionary(grouping: texts) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
    }
}
