import Core
import HTTP
import LumaAPI
import LumaClient
import TestKit
import Testing

/// Writes by their rows alone: what is sent, what the journal keeps, and what is told when the answer is lost.
@MainActor @Suite struct WriteTests {
    /// A journal in memory.
    final class Journal: WriteJournal {
        var known: KnownWrite?
        var owner = EventOwner.own
        private(set) var writes: [JournaledWrite] = []
        private(set) var effects: [JournaledEffect] = []
        private(set) var found: [String] = []

        func earlier(_ operation: String, subject: String?) -> KnownWrite? { known }
        func willSend(_ write: JournaledWrite) async throws(JournalRefusal) { writes.append(write) }
        func didEnd(_ effect: JournaledEffect) { effects.append(effect) }

        func didFind(_ id: String) async -> EventOwner {
            found.append(id)
            return owner
        }
    }

    private let journal = Journal()
    private static let capacity: JSONObject = ["event_id": "evt-1", "max_capacity": 10]
    private static let coupon: JSONObject = [
        "event_id": "evt-1", "code": "Early", "discount": ["discount_type": "percent", "percent_off": 20],
    ]

    nonisolated private static func entry(_ id: String, _ code: String = "EARLY", _ percent: JSON = 20) -> JSON {
        ["id": .string(id), "code": .string(code), "percent_off": percent, "cents_off": nil, "currency": nil]
    }

    nonisolated private static func page(_ entries: [JSON], next: String? = nil) -> ScriptedTransport.Answer {
        var page: JSONObject = ["entries": .array(entries), "has_more": .bool(next != nil)]
        if let next { page["next_cursor"] = .string(next) }
        return .json(200, .object(page))
    }

    private func write(
        _ name: String, _ input: JSONObject, _ fixture: Fixture
    ) async throws -> Result<WriteResult, LumaError> {
        let operation = try #require(Catalog[name])
        fixture.context.journal = journal
        do throws(LumaError) {
            return .success(
                try await fixture.client.write(
                    operation, input, deadline: fixture.deadline(), context: fixture.context))
        } catch {
            return .failure(error)
        }
    }

    private func change(_ fixture: Fixture) async throws -> Result<WriteResult, LumaError> {
        try await write("events/update", Self.capacity, fixture)
    }

    private func create(_ fixture: Fixture) async throws -> Result<WriteResult, LumaError> {
        try await write("events/coupons/create", Self.coupon, fixture)
    }

    private func outcome(_ result: Result<WriteResult, LumaError>) -> UnknownOutcome? {
        if case .failure(.unknownOutcome(let outcome)) = result { outcome } else { nil }
    }

    /// - Parameter shown: what was read of it.
    private func expectFound(_ result: Result<WriteResult, LumaError>, id: String?, shown: JSON? = nil) throws {
        let found = try result.get()
        #expect(found.answer == shown && found.id == id && found.wasSettled)
    }

    // MARK: With an answer

    @Test func aChangeGivesItsAnswer() async throws {
        let fixture = Fixture([.json(200, [:])])
        let result = try await change(fixture).get()
        #expect(result.answer == JSON.object([:]) && result.id == nil && !result.wasSettled)
        #expect(fixture.transport.requests.map(\.body) == [JSON.object(Self.capacity).encoded])
        #expect(journal.effects == [.done(id: nil)] && journal.found.isEmpty)
        let kept = try #require(journal.writes.first)
        #expect(kept.subject == "evt-1" && kept.mark == nil)
        #expect(kept.body == ["max_capacity": 10])
    }

    @Test func aCreateGivesItsAnswerAndId() async throws {
        let fixture = Fixture([.json(200, Self.entry("cpn-1"))])
        let result = try await create(fixture).get()
        #expect(result.answer == Self.entry("cpn-1") && result.id == "cpn-1" && !result.wasSettled)
        #expect(journal.effects == [.done(id: "cpn-1")])
        #expect(journal.writes.first?.subject == nil && journal.writes.first?.body == Self.coupon)
    }

    @Test func aRefusalHadNoEffect() async throws {
        let fixture = Fixture([.json(400, ["message": "Code is taken."])])
        guard case .failure(.refused(400, _)) = try await create(fixture) else {
            Issue.record("not refused")
            return
        }
        #expect(journal.effects == [.none] && fixture.transport.requests.count == 1)
    }

    /// All coupons of one code and event are one to whoever looks for them, and those of others are not.
    @Test func theMarkIsWhatMakesItUnique() async throws {
        let others: [JSONObject] = [
            ["event_id": "evt-1", "code": "EARLY", "discount": ["discount_type": "percent", "percent_off": 5]],
            ["event_id": "evt-2", "code": "Early"], ["event_id": "evt-1", "code": "Late"],
        ]
        for input in [Self.coupon] + others {
            let fixture = Fixture([.json(200, Self.entry("cpn-1"))])
            _ = try await write("events/coupons/create", input, fixture)
        }
        let marks = journal.writes.map(\.mark)
        #expect(marks[0] != nil && marks[0] == marks[1] && Set(marks).count == 3)
    }

    // MARK: Without an answer

    nonisolated static let coupons: [(entries: [JSON], finding: UnknownOutcome.Finding?, candidates: [String])] = [
        ([entry("cpn-0", "LATE"), entry("cpn-1")], nil, []),
        // It was there before, with other terms.
        ([entry("cpn-1", "early", 10)], .unchanged, []),
        ([entry("cpn-1", "early", nil)], .unchanged, []),
        ([["id": "cpn-1", "code": "EARLY"]], .notSettled, []),
        ([entry("cpn-0", "LATE")], .notFound, []),
        ([], .notFound, []),
        ([entry("cpn-1"), entry("cpn-2")], .ambiguous, ["cpn-1", "cpn-2"]),
    ]

    @Test(arguments: coupons.indices) func aCouponIsLookedForByItsTermsAndNeverMadeTwice(index: Int) async throws {
        let row = Self.coupons[index]
        let fixture = Fixture([.status(502), Self.page(row.entries)])
        let result = try await create(fixture)
        #expect(outcome(result)?.finding == row.finding)
        #expect(outcome(result)?.candidates ?? [] == row.candidates)
        #expect(fixture.transport.count("/events/coupons/create") == 1)
        #expect(fixture.transport.lines[1] == "GET /v1/events/coupons/list?event_id=evt-1&pagination_limit=50")
        if row.finding == nil { try expectFound(result, id: "cpn-1", shown: Self.entry("cpn-1")) }
        let effect: JournaledEffect = row.finding == nil ? .done(id: "cpn-1") : .unknown
        #expect(journal.effects == [effect])
    }

    @Test func aChangeThatIsFoundGivesWhatWasRead() async throws {
        let event: JSON = ["id": "evt-1", "name": "Tea", "max_capacity": 10]
        let fixture = Fixture([.lost(.timeout), .json(200, event)])
        try expectFound(try await change(fixture), id: nil, shown: event)
    }

    @Test func whatIsGoneShowsNothing() async throws {
        let fixture = Fixture([.lost(.timeout), .json(404, ["message": "Event not found."])])
        let input: JSONObject = ["event_id": "evt-1", "cancellation_token": "t"]
        try expectFound(try await write("events/cancel", input, fixture), id: nil)
    }

    @Test func anAnswerWithoutAnIdIsLookedForToo() async throws {
        let fixture = Fixture([.json(200, ["code": "EARLY"]), Self.page([Self.entry("cpn-1")])])
        try expectFound(try await create(fixture), id: "cpn-1", shown: Self.entry("cpn-1"))
        #expect(fixture.transport.count("/events/coupons/create") == 1)
    }

    @Test func whatTheListShowsLateIsFoundByTheSecondLook() async throws {
        let fixture = Fixture([.lost(.timeout), Self.page([]), Self.page([Self.entry("cpn-1")])])
        try expectFound(try await create(fixture), id: "cpn-1", shown: Self.entry("cpn-1"))
    }

    @Test func allPagesAreRead() async throws {
        let fixture = Fixture([
            .lost(.timeout), Self.page([Self.entry("cpn-0", "LATE")], next: "c1"), Self.page([Self.entry("cpn-1")]),
        ])
        try expectFound(try await create(fixture), id: "cpn-1", shown: Self.entry("cpn-1"))
        #expect(fixture.transport.lines.last?.hasSuffix("pagination_limit=50&pagination_cursor=c1") == true)
    }

    @Test func aPageThatIsTooLargeIsHalved() async throws {
        let fixture = Fixture([.lost(.timeout), .lost(.responseTooLarge), Self.page([Self.entry("cpn-1")])])
        try expectFound(try await create(fixture), id: "cpn-1", shown: Self.entry("cpn-1"))
        #expect(fixture.transport.lines.last?.hasSuffix("pagination_limit=25") == true)
    }

    /// What is not on the pages that were read may be on the next one; what is there, is there.
    @Test(arguments: [("LATE", Optional(UnknownOutcome.Finding.ambiguous)), ("EARLY", nil)])
    func aListWithoutAnEndProvesNothing(code: String, finding: UnknownOutcome.Finding?) async throws {
        var pages = 0
        let fixture = Fixture(
            ScriptedTransport { request, _ in
                if request.method == .post { return .lost(.timeout) }
                pages += 1
                return Self.page([Self.entry("cpn-\(pages)", pages == 1 ? code : "OTHER")], next: "c\(pages)")
            })
        let result = try await create(fixture)
        #expect(outcome(result)?.finding == finding)
        if finding == nil { try expectFound(result, id: "cpn-1", shown: Self.entry("cpn-1", code)) }
        // No second search would see more.
        #expect(pages == 10)
    }

    /// Another request has made it: this one was refused, whatever became of its answer.
    @Test(arguments: [(EventOwner.ofAnother, UnknownOutcome.Finding.unchanged), (.undetermined, .notSettled)])
    func whatIsNotSurelyItsOwnIsNotTaken(owner: EventOwner, finding: UnknownOutcome.Finding) async throws {
        journal.owner = owner
        let fixture = Fixture([.lost(.timeout), Self.page([Self.entry("cpn-1")])])
        let result = try await create(fixture)
        #expect(outcome(result)?.finding == finding)
        #expect(journal.found == ["cpn-1", "cpn-1"] && journal.effects == [.unknown])
    }

    @Test func whatHasNoWayToLookIsUnknownAtOnce() async throws {
        let fixture = Fixture([.lost(.timeout)])
        let input: JSONObject = ["event_id": "evt-1", "name": "VIP", "type": "free"]
        let result = try await write("events/ticket-types/create", input, fixture)
        #expect(outcome(result)?.finding == .notSettled)
        #expect(fixture.transport.requests.count == 1 && journal.effects == [.unknown])
    }

    // MARK: The journal

    @Test func whatAnEarlierRunHasDoneIsNotSentAgain() async throws {
        let fixture = Fixture([.status(500)])
        journal.known = KnownWrite(effect: .done(id: "cpn-9"), notes: [:])
        try expectFound(try await create(fixture), id: "cpn-9")
        journal.known = KnownWrite(effect: .done(id: nil), notes: [:])
        try expectFound(try await change(fixture), id: nil)
        // Nobody knows which one it has made.
        let undetermined = try await create(fixture)
        #expect(outcome(undetermined)?.cause == "interrupted")
        journal.known = KnownWrite(effect: .unknown, notes: [:])
        let lost = try await change(fixture)
        #expect(outcome(lost)?.cause == "interrupted")
        #expect(fixture.transport.requests.allSatisfy { $0.method == .get } && journal.writes.isEmpty)
    }

    /// Such as one whose answer was lost, and which was found after its caller was told so.
    @Test func whatAnEarlierRunHasMadeIsShownAsItIs() async throws {
        let fixture = Fixture([Self.page([Self.entry("cpn-0", "LATE"), Self.entry("cpn-9")])])
        journal.known = KnownWrite(effect: .done(id: "cpn-9"), notes: [:])
        try expectFound(try await create(fixture), id: "cpn-9", shown: Self.entry("cpn-9"))
        #expect(fixture.transport.lines == ["GET /v1/events/coupons/list?event_id=evt-1&pagination_limit=50"])
        #expect(journal.writes.isEmpty && journal.effects.isEmpty)
    }

    @Test func noSecretIsKept() async throws {
        let fixture = Fixture([.json(200, [:])])
        let input: JSONObject = ["event_id": "evt-1", "cancellation_token": "secret-token", "should_refund": true]
        _ = try await write("events/cancel", input, fixture).get()
        #expect(fixture.transport.requests.map(\.body) == [JSON.object(input).encoded])
        let kept = try #require(journal.writes.first)
        #expect(kept.subject == "evt-1" && kept.body == ["should_refund": true] && kept.notes.isEmpty)
        #expect(!"\(kept)".contains("secret-token"))
    }

    /// Luma may say why not in the words of what it was sent.
    @Test(arguments: [400, 403, 404, 409]) func noRefusalTellsASecret(status: Int) async throws {
        let words: JSON = ["message": "secret-token is no token. Key: secret-abc", "code": "not:secret-token"]
        let fixture = Fixture([.json(status, words)])
        let input: JSONObject = ["event_id": "evt-1", "cancellation_token": "secret-token"]
        guard case .failure(let error) = try await write("events/cancel", input, fixture) else {
            Issue.record("not refused")
            return
        }
        #expect("\(error)".contains("[removed] is no token. Key: [removed]"), "\(error)")
        #expect(!"\(error)".contains("secret-token"), "\(error)")
    }

    /// The list of an event's ticket types is asked for by the event, which the change itself does not name.
    @Test func whatOnlyTheLookNeedsIsKeptAndNotSent() async throws {
        let fixture = Fixture([.json(200, ["id": "ttype-1"])])
        let input: JSONObject = ["event_ticket_type_id": "ttype-1", "event_id": "evt-1", "name": "VIP"]
        let result = try await write("events/ticket-types/update", input, fixture).get()
        #expect(result.id == nil)
        let sent = String(decoding: fixture.transport.requests[0].body, as: UTF8.self)
        #expect(sent == #"{"event_ticket_type_id":"ttype-1","name":"VIP"}"#)
        #expect(journal.writes.first?.body == ["event_id": "evt-1", "name": "VIP"])
    }
}
