import Core
import GatewayAPI
import HTTP
import LumaAPI
import Testing

/// The table of surfaces keeps what it must, and a table that does not is named for what is wrong with it.
@Suite struct SurfaceCheckTests {
    private static let names = Catalog.operations.map(\.name)

    private func problems(_ table: [Surface], withheld: [String: String] = [:]) -> [String] {
        Surfaces.problems(of: table, withheld: withheld, operations: table.map(\.operation.name))
    }

    private static func coupons(
        _ pattern: String = "/events/{event_id}/coupons/", tool: String? = "list_coupons",
        command: String? = "coupons list EVENT", handmade: Set<Surface.Edge> = []
    ) -> Surface {
        Surface("events/coupons/list", .get, pattern, tool: tool, command: command, answer: .page, handmade: handmade)
    }

    private static func types(
        _ pattern: String = "/events/{event_id}/ticket-types/", tool: String? = "list_ticket_types",
        command: String? = "ticket-types list EVENT", handmade: Set<Surface.Edge> = []
    ) -> Surface {
        Surface("events/ticket-types/list", .get, pattern, tool: tool, command: command, handmade: handmade)
    }

    @Test func theTableIsWhole() {
        #expect(Surfaces.problems(of: Surfaces.all, withheld: Surfaces.withheld, operations: Self.names) == [])
        #expect(Surfaces.withheld.values.allSatisfy { !$0.isEmpty })
        #expect(problems([Self.coupons(), Self.types()]) == [])
    }

    /// Every row leads to one endpoint: by hand to one of the gateway's own, else to one that passes its operation on.
    @Test(arguments: Surfaces.all.map(\.operation.name)) func everyRowHasItsEndpoint(name: String) throws {
        let surface = try #require(Surfaces[operation: name])
        let served = Endpoint.allCases.filter {
            $0.method == surface.route.method && $0.pattern == surface.route.pattern
        }
        #expect(served.count == 1)
        #expect((served.first?.kind == .operation) == surface.isDerived(.rest))
        #expect(served.first?.surface?.operation.name == (surface.isDerived(.rest) ? name : nil))
    }

    /// Whether somebody is asked is decided by the effects; each exception is written, with its reason, and counted here.
    @Test func whatReachesPeopleIsAskedAboutButForWhatIsListed() {
        #expect(Surfaces.all.filter { $0.unasked != nil }.map(\.operation.name) == ["events/update"])
        #expect(
            Surfaces.all.filter(\.needsConfirmation).map(\.operation.name) == [
                "events/cancel", "events/guests/update-status",
            ])
        let coupon = Surface(
            "events/coupons/create", .post, "/events/{event_id}/coupons/", tool: nil, command: nil, unasked: "why")
        #expect(problems([coupon]) == ["nobody would be asked before events/coupons/create anyway"])
    }

    /// What a preview shows is there to be read, is no secret, and is shown where somebody is asked.
    @Test func whatAPreviewShowsCanBeRead() {
        func status(_ shows: [String], tool: String? = "status") -> Surface {
            Surface(
                "events/guests/update-status", .post, "/events/{event_id}/guests/{guest_id}/status", tool: tool,
                command: nil, shows: shows)
        }
        #expect(problems([status(["user_name"])]) == [])
        #expect(
            problems([status(["user_nam", "check_in_qr_code"])]) == [
                "events/guests/update-status cannot show user_nam",
                "events/guests/update-status cannot show check_in_qr_code",
            ])
        #expect(problems([status([])]) == ["events/guests/update-status asks and does not show what it is about"])
        #expect(problems([status([], tool: nil)]) == [])
        // What makes a thing has none to show yet.
        let coupon = Surface(
            "events/coupons/create", .post, "/events/{event_id}/coupons/", tool: nil, command: nil, shows: ["code"])
        #expect(problems([coupon]) == ["events/coupons/create cannot show code"])
    }

    /// A list that Luma gives all at once is a page, too; what answers none is not.
    @Test func aPageIsMadeOfAList() {
        func page(_ operation: String, _ method: HTTP.Method = .get) -> Surface {
            Surface(operation, method, "/events/{event_id}/x", tool: nil, command: nil, answer: .page)
        }
        for list in ["events/coupons/list", "events/ticket-types/list"] { #expect(problems([page(list)]) == []) }
        #expect(problems([page("events/get")]) == ["events/get answers no list"])
        #expect(problems([page("events/coupons/create", .post)]) == ["events/coupons/create answers no list"])
    }

    /// What comes back follows from what Luma answers, where the row says nothing else.
    @Test(
        arguments: [
            ("events/coupons/list", .page), ("events/ticket-types/list", .page), ("events/guests/get", .document),
            ("events/coupons/create", .document), ("events/guests/update-status", .done),
        ] as [(String, Surface.Answer)])
    func whatComesBackFollowsFromTheAnswer(operation: String, answer: Surface.Answer) {
        func surface(_ answer: Surface.Answer?) -> Surface {
            Surface(operation, .post, "/made/up", tool: nil, command: nil, answer: answer)
        }
        #expect(surface(nil).answer == answer)
        #expect(surface(.document).answer == .document)
    }

    @Test func everyOperationIsOfferedOrWithheldAndNotBoth() {
        let table = [Self.coupons()]
        func problems(_ withheld: [String: String]) -> [String] {
            Surfaces.problems(of: table, withheld: withheld, operations: ["events/coupons/list", "events/get"])
        }
        #expect(problems(["events/get": "why"]) == [])
        #expect(problems([:]) == ["events/get is neither offered nor withheld"])
        #expect(
            problems(["events/get": "why", "events/coupons/list": "why"]) == [
                "events/coupons/list is offered and withheld"
            ])
        #expect(problems(["events/get": "why", "events/got": "why"]) == ["there is no events/got to withhold"])
    }

    @Test func noNameIsThereTwice() {
        #expect(
            problems([Self.coupons(), Self.coupons("/events/{event_id}/codes", tool: "codes", command: nil)]) == [
                "two rows are of events/coupons/list", "two rows have the name eventsCouponsList",
            ])
        #expect(
            problems([Self.coupons(), Self.types("/events/{event_id}/coupons")]) == [
                "two rows are at GET /events/{}/coupons"
            ])
        #expect(
            problems([Self.coupons(), Self.types(tool: "list_coupons")]) == [
                "two rows have the tool list_coupons"
            ])
        #expect(
            problems([Self.coupons(), Self.types(command: "coupons list TYPE")]) == [
                "two rows have the command coupons list"
            ])
    }

    /// The names that a pattern has for its open segments are part of no path.
    @Test func pathsAreComparedAsTheyAreServed() {
        let paths: [Surfaces.Route] = [
            (.get, "/events/{id}/coupons", .read), (.post, "/events/{event_id}/ticket-types/", .write),
        ]
        #expect(Surfaces.problems(of: [Self.coupons(handmade: [.rest]), Self.types()], servedByHand: paths) == [])
        #expect(
            Surfaces.problems(of: [Self.coupons(), Self.types(handmade: [.rest])], servedByHand: paths) == [
                "GET /events/{}/coupons is served by hand and by its row",
                "nobody serves GET /events/{}/ticket-types",
            ])
    }

    /// What is served by hand may be kinder than its row, and never weaker.
    @Test(
        arguments: [(.read, false), (.eventsWrite, false), (.eventsCancel, true), (.write, true), (.all, true)]
            as [(Principal.Scopes, Bool)])
    func aPathByHandAsksForWhatItsRowDoes(scope: Principal.Scopes, isEnough: Bool) {
        let table = [
            Surface(
                "events/cancel", .delete, "/events/{event_id}", tool: nil, command: nil, handmade: [.rest])
        ]
        #expect(
            Surfaces.problems(of: table, servedByHand: [(.delete, "/events/{id}", scope)])
                == (isEnough ? [] : ["DELETE /events/{} asks for less than its row"]))
    }

    /// What would be read, described or called otherwise than its path is has to be served by hand.
    @Test func whatReadsIsAtGetAndWhatChangesTakesABody() {
        func at(_ operation: String, _ method: HTTP.Method, handmade: Set<Surface.Edge> = []) -> Surface {
            Surface(operation, method, "/events/{event_id}/x", tool: nil, command: nil, handmade: handmade)
        }
        let reads = "only reads, which a path made of its row does at GET, by its query"
        let writes = "changes something, which a path made of its row does by a body and never at GET"
        #expect(problems([at("events/cancel/request", .post)]) == ["events/cancel/request \(reads)"])
        #expect(problems([at("events/cancel/request", .get)]) == ["events/cancel/request \(reads)"])
        #expect(problems([at("events/coupons/list", .post)]) == ["events/coupons/list \(reads)"])
        #expect(problems([at("events/coupons/create", .get)]) == ["events/coupons/create \(writes)"])
        for method in [HTTP.Method.post, .put, .patch, .delete] {
            #expect(problems([at("events/coupons/create", method)]) == [])
        }
        #expect(problems([at("events/coupons/list", .get)]) == [])
        #expect(problems([at("events/cancel/request", .post, handmade: [.rest])]) == [])
    }

    /// A ticket type is changed by its id alone, and found again by its event, which the path may name.
    @Test func whatAnEffectIsFoundByMayStandInThePath() throws {
        let surface = Surface(
            "events/ticket-types/update", .patch, "/events/{event_id}/ticket-types/{event_ticket_type_id}",
            tool: "update_ticket_type", command: "ticket-types update EVENT TYPE")
        #expect(problems([surface]) == [])
        #expect(surface.pathFields.map(\.name) == ["event_id", "event_ticket_type_id"])
        #expect(surface.fields.filter(\.required).map(\.name) == ["event_id", "event_ticket_type_id"])
        let path: JSONObject = ["event_id": "evt-1", "event_ticket_type_id": "ttype-1"]
        let input = try surface.input(path: path, ["name": "Friends"])
        #expect(input == ["event_id": "evt-1", "event_ticket_type_id": "ttype-1", "name": "Friends"])
        #expect(surface.operation.sent(input) == ["event_ticket_type_id": "ttype-1", "name": "Friends"])
        // It is no member of the body, and an id like any other.
        let body = #expect(throws: APIError.self) { try surface.input(path: path, ["event_id": "evt-2"]) }
        #expect(body?.reason == .validationFailed)
        let other = #expect(throws: APIError.self) {
            try surface.input(path: ["event_id": "a b", "event_ticket_type_id": "ttype-1"], ["name": "x"])
        }
        #expect(other?.reason == .absent(.event))
    }

    @Test func everyToolIsServedOnce() {
        let table = [Self.coupons(), Self.types(handmade: [.tool])]
        #expect(Surfaces.problems(of: table, tools: ["health", "list_ticket_types", "list_coupons"]) == [])
        #expect(
            Surfaces.problems(of: table, tools: ["list_coupons", "list_coupons"]) == [
                "the tool list_coupons is served twice", "nobody serves the tool list_ticket_types",
            ])
    }

    @Test func aRowPromisesNoEdgeThatItDoesNotHave() {
        #expect(
            problems([Self.coupons(tool: nil, command: nil, handmade: [.tool, .command])]) == [
                "events/coupons/list has no tool to serve", "events/coupons/list has no command to serve",
            ])
        #expect(
            problems([Self.coupons("/coupons/{coupon_id}", command: "coupons list COUPON")]) == [
                "events/coupons/list has no coupon_id"
            ])
        #expect(
            problems([Self.coupons(command: "coupons list")]) == [
                "coupons list has other operands than its path has members"
            ])
        let long = String(repeating: "x", count: 40)
        #expect(problems([Self.coupons(tool: long)]) == ["\(long) is too long for a tool"])
        #expect(problems([Self.coupons(tool: String(long.dropFirst()))]) == [])
    }
}
