import Core
import HTTP
import LumaClient
import TestKit
import Testing

/// Every write is recorded before it leaves and settled after, and what was done is not sent again.
@Suite struct JournalTests {
    /// Keeps what it is told, in order with what is sent.
    final class Journal: WriteJournal {
        var lines: [String] = []
        var refusal: JournalRefusal?
        var known: [String: KnownWrite] = [:]
        /// Events that belong to other writes.
        var taken: Set<String> = []

        func earlier(_ operation: String, subject: String?) -> KnownWrite? { known[operation] }

        var marks: [String?] = []

        func willSend(_ write: JournaledWrite) async throws(JournalRefusal) {
            marks.append(write.mark)
            if let refusal { throw refusal }
            lines.append("will \(write.operation) \(write.subject ?? "-") \(JSON.object(write.body).encoded.count)")
        }

        /// What it says of those.
        var owner = EventOwner.ofAnother

        func didFind(_ id: String) async -> EventOwner { taken.contains(id) ? owner : .own }

        func didEnd(_ effect: JournaledEffect) { lines.append("did \(effect)") }
    }

    private static let event: JSONObject = ["name": "x", "start_at": "2027-01-01T10:00:00Z", "timezone": "UTC"]
    private let journal = Journal()
    private let clock = ManualClock(isAutomatic: true)

    private func context() -> CallContext {
        let context = CallContext()
        context.journal = journal
        return context
    }

    private func client(_ answers: [ScriptedTransport.Answer]) -> (LumaClient, ScriptedTransport) {
        let transport = ScriptedTransport { [journal] request, number in
            journal.lines.append("sent " + (request.url.split(separator: "/v1/").last ?? "").prefix(13))
            return answers[min(number, answers.count - 1)]
        }
        let client = LumaClient(
            settings: .init(baseURL: "https://luma.test", apiKey: Secret("key")),
            account: LumaAccount(BudgetSettings()), transport: transport, time: clock,
            random: SeededGenerator(seed: 1))
        return (client, transport)
    }

    private var deadline: MonotonicTime { clock.now.advanced(seconds: 55) }

    private func create(_ luma: LumaClient) async throws(LumaError) -> CreatedEvent {
        try await luma.createEvent(Self.event, deadline: deadline, context: context())
    }

    @Test func aCreateIsRecordedThenSentThenSettled() async throws {
        let (luma, _) = client([.json(200, ["id": "evt-1"])])
        _ = try await create(luma)
        #expect(
            journal.lines == ["will events/create - 63", "sent events/create", #"did done(id: Optional("evt-1"))"#])
    }

    @Test func aRefusedOneHadNoEffectAndARetryIsNotRecordedAgain() async throws {
        let (luma, _) = client([.lost(.connectionRefused, neverSent: true), .json(400, ["message": "no"])])
        await #expect(throws: LumaError.self) { try await create(luma) }
        #expect(
            journal.lines == ["will events/create - 63", "sent events/create", "sent events/create", "did none"])
    }

    /// After these an event is no longer found by what it was made with.
    @Test func whatHidesAnEventIsMarked() async throws {
        let (luma, _) = client([.json(200, [:])])
        for changes: JSONObject in [["name": "y"], ["start_at": "2027-01-01T11:00:00Z"], ["max_capacity": 5]] {
            _ = try await luma.updateEvent("evt-1", changes, deadline: deadline, context: context())
        }
        _ = try await luma.cancelEvent(
            "evt-2", token: Secret("t"), shouldRefund: nil, deadline: deadline, context: context())
        #expect(journal.marks == ["of evt-1", "of evt-1", nil, "of evt-2"])
    }

    /// Luma may put the white space of a name in order, and nobody could tell their events apart.
    @Test func createsWhoseNamesDifferInWhiteSpaceHaveOneMark() async throws {
        let (luma, _) = client([.json(200, ["id": "evt-1"])])
        for name: JSON in ["Tea time", " Tea \n time ", "Teatime"] {
            var event = Self.event
            event["name"] = name
            _ = try await luma.createEvent(event, deadline: deadline, context: context())
        }
        #expect(journal.marks[0] != nil && journal.marks[0] == journal.marks[1])
        #expect(journal.marks[0] != journal.marks[2])
    }

    @Test func oneThatCannotBeSettledIsUnknown() async throws {
        let (luma, _) = client([.lost(.timeout), .status(500)])
        await #expect(throws: LumaError.self) { try await create(luma) }
        #expect(journal.lines.first == "will events/create - 63")
        #expect(journal.lines.last == "did unknown")
    }

    /// A create of a program that has died had its answer; the next one must not take its event.
    @Test func oneThatBelongsToAnotherIsNotTaken() async throws {
        journal.taken = ["evt-7"]
        let entry: JSON = ["id": "evt-7", "name": "x", "start_at": "2027-01-01T10:00:00.000Z"]
        let (luma, _) = client([.lost(.timeout), .json(200, ["entries": [entry], "has_more": false])])
        await #expect(throws: LumaError.self) { try await create(luma) }
        #expect(journal.lines.last == "did unknown")
    }

    /// Its store fails in that moment. What is claimed and not recorded would be seen by nobody, and made again.
    @Test func oneThatTheJournalCannotTakeIsFoundByWhoeverLooksNext() async throws {
        journal.taken = ["evt-7"]
        journal.owner = .undetermined
        let entry: JSON = ["id": "evt-7", "name": "x", "start_at": "2027-01-01T10:00:00.000Z"]
        let (luma, _) = client([.lost(.timeout), .json(200, ["entries": [entry], "has_more": false])])
        await #expect(throws: LumaError.self) { try await create(luma) }
        #expect(journal.lines.last == "did unknown")
        let write = LostWrite(
            operation: "events/create", subject: nil, body: Self.event, sentAt: clock.wallClock, claimed: [])
        luma.adopt(write)
        #expect(try await luma.search(for: write, deadline: deadline, context: CallContext()) == .done(id: "evt-7"))
    }

    @Test func oneThatIsFoundIsDone() async throws {
        let entry: JSON = ["id": "evt-7", "name": "x", "start_at": "2027-01-01T10:00:00.000Z"]
        let (luma, _) = client([.lost(.timeout), .json(200, ["entries": [entry], "has_more": false])])
        #expect(try await create(luma).id == "evt-7")
        #expect(journal.lines.last == #"did done(id: Optional("evt-7"))"#)
    }

    @Test(arguments: [JournalRefusal.unavailable, .duplicate(id: "evt-1")])
    func whatTheJournalRefusesIsNotSent(refusal: JournalRefusal) async throws {
        journal.refusal = refusal
        let (luma, transport) = client([.json(200, ["id": "evt-1"])])
        await #expect(throws: LumaError.notRecorded(refusal)) { try await create(luma) }
        #expect(transport.requests.isEmpty)
        // The budget was not spent either.
        #expect(luma.account.reachability.last == nil)
    }

    @Test func whatAnEarlierRunHasDoneIsNotSentAgain() async throws {
        let (luma, transport) = client([.status(500)])
        for name in ["events/create", "events/update", "events/cancel", "events/ticket-types/update"] {
            journal.known[name] = KnownWrite(effect: .done(id: "evt-9"), notes: [:])
        }
        #expect(try await create(luma).id == "evt-9")
        #expect(
            try await luma.updateEvent("evt-9", ["name": "y"], deadline: deadline, context: context()).wasSettled)
        #expect(
            try await luma.cancelEvent(
                "evt-9", token: Secret("t"), shouldRefund: nil, deadline: deadline, context: context()
            ).wasSettled)
        #expect(
            try await luma.updateTicketType(
                "t-1", of: "evt-9", ["name": "y"], deadline: deadline, context: context()
            ).wasSettled)
        #expect(transport.requests.isEmpty)
    }

    /// Nor is a create that was done, if nobody knows what it has made.
    @Test(arguments: [JournaledEffect.unknown, .done(id: nil)])
    func whatCanNeverBeToldIsNotSentAgain(effect: JournaledEffect) async throws {
        let (luma, transport) = client([.json(200, ["id": "evt-1"])])
        journal.known["events/create"] = KnownWrite(effect: effect, notes: [:])
        let error = await #expect(throws: LumaError.self) { try await create(luma) }
        #expect(error?.label == "unknown_outcome")
        #expect(transport.requests.isEmpty)
    }

    @Test func theTokenOfACancelIsNotWrittenDown() async throws {
        let (luma, _) = client([.json(200, [:])])
        let outcome = try await luma.cancelEvent(
            "evt-1", token: Secret("secret-token"), shouldRefund: true, deadline: deadline, context: context())
        #expect(!outcome.wasSettled)
        // {"should_refund":true}
        #expect(journal.lines == ["will events/cancel evt-1 22", "sent events/cancel", "did done(id: nil)"])
    }
}
