import Core
import LumaAPI
import Testing

/// Which reads a write makes old, over all rows.
@Suite struct TouchedTests {
    /// What each write makes old: reads that belong to no event, or to any, and those of its own event. Whatever else can be read,
    /// of the same event or of another one, stays.
    private static let expected: [String: (anywhere: Set<String>, ofItsEvent: Set<String>)] = [
        "events/create": (["calendars/get", "calendars/events/list", "entities/lookup"], []),
        "events/update": (
            ["calendars/get", "calendars/events/list", "entities/lookup"], ["events/get", "events/cancel/request"]
        ),
        "events/cancel": (
            ["calendars/get", "calendars/events/list", "entities/lookup"],
            [
                "events/get", "events/cancel/request", "events/guests/list", "events/guests/get", "events/coupons/list",
                "events/ticket-types/list",
            ]
        ),
        "events/ticket-types/create": (
            ["calendars/events/list", "entities/lookup"],
            [
                "events/get", "events/cancel/request", "events/guests/list", "events/guests/get",
                "events/ticket-types/list",
            ]
        ),
        "events/ticket-types/update": (
            ["calendars/events/list", "entities/lookup"],
            [
                "events/get", "events/cancel/request", "events/guests/list", "events/guests/get",
                "events/ticket-types/list",
            ]
        ),
        "events/guests/update-status": (
            ["calendars/events/list", "entities/lookup"],
            ["events/get", "events/cancel/request", "events/guests/list", "events/guests/get"]
        ),
        "events/coupons/create": ([], ["events/coupons/list"]),
    ]

    private static let writes = Catalog.operations.filter(\.isWrite)
    private static let reads = Catalog.operations.filter { !$0.isWrite }

    /// The example of a row, about this event where it is about one.
    private static func input(_ operation: Operation, _ event: String) -> JSONObject {
        var input = operation.example
        let names = Set(operation.input.map(\.name)).union(operation.besides)
        if names.contains("event_id") { input["event_id"] = .string(event) }
        return input
    }

    private static func old(after touched: Touched, of event: String) -> Set<String> {
        Set(reads.filter { touched.makesOld($0.shown(by: input($0, event))) }.map(\.name))
    }

    @Test func everyWriteIsThere() { #expect(Set(Self.expected.keys) == Set(Self.writes.map(\.name))) }

    @Test(arguments: Catalog.operations.filter(\.isWrite).map(\.name)) func aWriteMakesOldWhatItsRowSays(
        name: String
    ) throws {
        let write = try #require(Catalog[name])
        let expected = try #require(Self.expected[name])
        let touched = write.touched(by: Self.input(write, "evt-1"))
        #expect(Self.old(after: touched, of: "evt-1") == expected.anywhere.union(expected.ofItsEvent))
        #expect(Self.old(after: touched, of: "evt-2") == expected.anywhere)
    }

    /// A ticket type is known by its id alone: without its event it may be any event's.
    @Test func whoseOwnerIsNotKnownMakesOldAllOfItsKinds() throws {
        let write = try #require(Catalog["events/ticket-types/update"])
        let expected = try #require(Self.expected[write.name])
        let touched = write.touched(by: write.sent(write.example))
        #expect(touched.owner == .any)
        for event in ["evt-1", "evt-2"] {
            #expect(Self.old(after: touched, of: event) == expected.anywhere.union(expected.ofItsEvent))
        }
    }

    @Test func everythingIsEverything() {
        #expect(Self.old(after: .everything, of: "evt-1") == Set(Self.reads.map(\.name)))
    }

    @Test func whatAnInputBelongsTo() throws {
        func owner(_ name: String, _ input: JSONObject) throws -> Operation.Thing? {
            try #require(Catalog[name]).owner(in: input)
        }
        #expect(try owner("events/get", ["event_id": "evt-1"]) == Operation.Thing(.event, "evt-1"))
        #expect(
            try owner("events/guests/get", ["event_id": "evt-1", "id": "gst-1"]) == Operation.Thing(.event, "evt-1"))
        #expect(
            try owner("events/ticket-types/update", ["event_ticket_type_id": "ttype-1", "event_id": "evt-1"])
                == Operation.Thing(.event, "evt-1"))
        #expect(try owner("events/ticket-types/update", ["event_ticket_type_id": "ttype-1"]) == nil)
        #expect(try owner("entities/lookup", ["slug": "tea"]) == Operation.Thing(.entity, "tea"))
        #expect(try owner("calendars/events/list", ["after": "2027-01-01T00:00:00Z"]) == nil)
        #expect(try owner("events/create", ["name": "Tea", "event_id": "evt-1"]) == nil)
    }

    @Test func whatIsNewGetsItsId() {
        let new = Touched([.event], of: .new(.event))
        #expect(new.naming(new: nil) == new)
        #expect(new.naming(new: "evt-1") == Touched([.event], of: .thing(.init(.event, "evt-1"))))
        // The id of what is within another thing is not that thing's.
        let within = Touched([.coupon], of: .thing(.init(.event, "evt-1")))
        #expect(within.naming(new: "coup-1") == within)
        #expect(Touched.everything.naming(new: "evt-1") == .everything)
    }

    /// Something new is in no read of one thing, but changes what it comes into.
    @Test(arguments: [
        (Operation.Kind.event, Touched.Owner.new(.event), false), (.calendar, .new(.event), true),
        (.event, .any, true), (.calendar, .any, true),
        (.event, .thing(.init(.event, "x")), true), (.event, .thing(.init(.event, "y")), false),
        (.calendar, .thing(.init(.event, "x")), true),
    ])
    func ownersAreComparedByKindAndId(of kind: Operation.Kind, touched: Touched.Owner, isOld: Bool) {
        let kinds: Operation.Kinds = [.event, .calendar]
        #expect(Touched(kinds, of: touched).makesOld(Shown(kinds, of: Operation.Thing(kind, "x"))) == isOld)
        #expect(Touched(kinds, of: touched).makesOld(Shown(kinds)))
        #expect(!Touched(kinds, of: touched).makesOld(Shown([.coupon])))
    }
}
