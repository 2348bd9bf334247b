import Core
import GatewayAPI
import HTTP
import IO
import LumaAPI
import Settings
import Store
import TestKit
import Testing

@testable import Gateway
@testable import LumaClient

/// Writes whose store is slow: nobody waits longer than he said, and nothing is sent after he was told that it was not.
@Suite struct WriteCoordinatorTests {
    private static let event: JSON = [
        "name": "x", "start_at": "2027-01-01T10:00:00Z", "timezone": "UTC",
    ]

    /// A loop's coordinator with its service, over a Luma that makes events.
    private struct Room {
        let coordinator: WriteCoordinator
        let store: ScriptedStore
        let transport: ScriptedTransport
        let service: EventsService
        let clock: LoopClock

        init(_ reactor: Reactor, creates: [ScriptedTransport.Answer] = [.json(200, ["id": "evt-1"])])
            throws
        {
            let store = ScriptedStore()
            let resolution = try Configuration.resolve(
                flags: [.apiKey: "secret-key"], environment: [:], dotEnv: nil,
                surroundings: Surroundings(cores: 1, isTerminal: false))
            let shared = Shared(
                resolution.configuration, upstream: "https://luma.test", templates: TemplateCatalog(),
                log: try LogSink(path: "/dev/null", format: .text, threshold: .error), store: store)
            var sent = 0
            transport = ScriptedTransport { request, _ in
                guard request.url.hasSuffix("/events/create") else {
                    return .json(200, ["id": "evt-1", "entries": [], "has_more": false])
                }
                defer { sent += 1 }
                return creates[min(sent, creates.count - 1)]
            }
            self.store = store
            clock = LoopClock(reactor)
            coordinator = shared.makeCoordinator(reactor: reactor, clock: clock)
            let luma = shared.makeClient(transport: transport, time: clock)
            let reads = ReadService(shared.reads, clock: clock, parking: LoopParking(reactor))
            service = EventsService(
                luma: luma, reads: reads, zones: SystemZones.database, templates: TemplateCatalog(),
                confirmations: Confirmations(Seal(secret: Secret("key")), DirectLedger(clock: clock)), clock: clock)
        }

        /// A create that takes so many seconds at most.
        func create(_ key: String?, seconds: Double) async -> (status: Int, reason: String?) {
            var input = RequestInput.event(
                .createEvent, body: WriteCoordinatorTests.event, prefer: "return=minimal")
            input.idempotencyKey = key.flatMap { try? IdempotencyKey(text: $0) }
            let call = UpstreamCall(
                deadline: clock.now.advanced(seconds: seconds), context: CallContext())
            do throws(APIError) {
                let request = try WriteRequest(input)
                let written = try await coordinator.answer(request, call) { () throws(APIError) in
                    try await service.write(request, call)
                }
                return (written.response.status, nil)
            } catch {
                return (error.status, error.reason.rawValue)
            }
        }

        func unsettled() async throws -> Int {
            try await coordinator.reactor.ask { store.count(then: $0) }.unsettledWrites
        }
    }

    /// What cost Luma nothing costs nothing again; kept, it would let one caller fill the store for nothing.
    @Test func onlyARefusalThatCostACallIsKept() async throws {
        try await onLoop { reactor in
            let room = try Room(reactor)
            for calls in [0, 1] {
                var input = RequestInput.event(.createEvent, body: Self.event)
                input.idempotencyKey = try IdempotencyKey(text: "k\(calls)")
                let call = UpstreamCall(deadline: room.clock.now.advanced(seconds: 5), context: CallContext())
                let request = try WriteRequest(input)
                var reason: Reason?
                do throws(APIError) {
                    _ = try await room.coordinator.answer(request, call) { () throws(APIError) in
                        call.context.upstreamCalls = calls
                        throw APIError(.preconditionFailed)
                    }
                } catch {
                    reason = error.reason
                }
                #expect(reason == .preconditionFailed)
                let kept = try await room.coordinator.reactor.ask { room.store.count(then: $0) }.requests
                #expect(kept == calls)
            }
        }
    }

    private func onLoop(_ body: @escaping @Sendable (Reactor) async throws -> Void) async throws {
        let loop = try Loop(label: "coordinator")
        loop.start()
        try await loop.work(body)
        await loop.stop()
    }

    @Test(arguments: [ScriptedStore.Call.begin, .record])
    func aKeyWaitsForTheStoreUntilItsTimeIsOver(call: ScriptedStore.Call) async throws {
        try await onLoop { reactor in
            let room = try Room(reactor)
            room.store.hold(call)
            #expect(await room.create("k", seconds: 0.2) == (503, "store_unavailable"))
            #expect(room.transport.requests.isEmpty)
            // What the store does late is undone: nothing was sent.
            room.store.release()
            #expect(try await room.unsettled() == 0)
            for _ in 0..<2 { #expect(await room.create("k", seconds: 20) == (201, nil)) }
            #expect(room.transport.count("/events/create") == 1)
        }
    }

    /// The record comes while the write is under way, or after it.
    @Test(arguments: [
        ScriptedTransport.Answer.json(200, ["id": "evt-1"]), .json(400, ["message": "no"]),
    ])
    func withoutAKeyAWriteIsSentWithoutItsRecord(answer: ScriptedTransport.Answer) async throws {
        try await onLoop { reactor in
            let room = try Room(reactor, creates: [answer])
            room.store.hold(.record)
            let begun = room.clock.now
            let status = await room.create(nil, seconds: 12).status
            #expect(room.clock.now.seconds(since: begun) < 10)
            #expect([201, 400].contains(status))
            #expect(room.transport.count("/events/create") == 1)
            room.store.release()
            // The record takes its way over the store and back to the loop.
            try await room.clock.sleep(until: room.clock.now.advanced(seconds: 0.05))
            for _ in 0..<100 {
                if try await room.unsettled() == 0 { break }
                try await room.clock.sleep(until: room.clock.now.advanced(seconds: 0.05))
            }
            #expect(try await room.unsettled() == 0)
        }
    }

    /// The budget refuses a second write of the same request before it is announced, while the record of the first is late.
    @Test func aWriteThatWasNotAnnouncedSaysNothingOfTheOneBefore() async throws {
        try await onLoop { reactor in
            let room = try Room(reactor)
            room.store.hold(.record)
            let journal = RequestJournal(
                room.coordinator, principal: "p", deadline: room.clock.now.advanced(seconds: 0.3))
            let body = try #require(Self.event.objectValue)
            try await journal.willSend(JournaledWrite(try #require(Catalog["events/create"]), body))
            journal.didEnd(.done(id: "evt-1"))
            journal.didEnd(.none)
            room.store.release()
            for _ in 0..<100 where room.store.settled.isEmpty {
                try await room.clock.sleep(until: room.clock.now.advanced(seconds: 0.05))
            }
            #expect(room.store.settled == [.done(result: "evt-1")])
        }
    }

    @Test func aStoreThatFailsRefusesKeysAlone() async throws {
        try await onLoop { reactor in
            let room = try Room(reactor)
            for key in ["k", nil] {
                room.store.fail(.record, StoreFailure(.diskFull))
                #expect(await room.create(key, seconds: 20).status == (key == nil ? 201 : 503))
            }
            #expect(room.transport.count("/events/create") == 1)
            #expect(await room.create("k", seconds: 20) == (201, nil))
        }
    }

    /// What was done without an answer is served to its end by whoever repeats it. Where nothing was done the key stays free.
    @Test func aRepetitionIsServedOnlyWhenSomethingWasDone() async throws {
        try await onLoop { reactor in
            let room = try Room(reactor)
            let (operation, body) = (try #require(Catalog["events/create"]), try #require(Self.event.objectValue))
            var input = RequestInput.event(.createEvent, body: Self.event)
            input.idempotencyKey = try IdempotencyKey(text: "k")
            let request = try WriteRequest(input)
            func call() -> UpstreamCall {
                UpstreamCall(deadline: room.clock.now.advanced(seconds: 5), context: CallContext())
            }
            var served = 0
            func isRepeated() async throws -> Bool {
                let call = call()
                let written = try await room.coordinator.repeated(request, call) { () throws(APIError) in
                    served += 1
                    #expect(call.context.journal?.earlier("events/create", subject: nil) != nil)
                    return .unchanged(Document(.object([:])))
                }
                return written != nil
            }
            #expect(try await isRepeated() == false)
            #expect(try await room.coordinator.reactor.ask { room.store.count(then: $0) }.requests == 0)
            let first = call()
            _ = try? await room.coordinator.answer(request, first) { () throws(APIError) in
                _ = try? await first.context.journal?.willSend(JournaledWrite(operation, body))
                first.context.journal?.didEnd(.done(id: "evt-1"))
                throw APIError(.upstreamTimeout)
            }
            for _ in 0..<2 { #expect(try await isRepeated()) }
            #expect(served == 1)
        }
    }

    /// The answer of something in between is no answer to a key.
    @Test func aRefusalThatIsNotLumasIsNotKept() async throws {
        let page = ScriptedTransport.Answer.success(
            OutboundResponse(status: 403, body: Array("<html>".utf8)))
        try await onLoop { reactor in
            let room = try Room(reactor, creates: [page])
            let first = await room.create("k", seconds: 6)
            #expect(first == (504, "outcome_unknown"))
            #expect(await room.create("k", seconds: 6) == (409, "request_in_progress"))
            #expect(try await room.unsettled() == 1)
        }
    }

    @Test func theSteadyClockGoesOnFromWhereItWas() {
        let start = BootClock.nanoseconds - 90_000_000_000
        let clock = SteadyClock(wall: Timestamp(milliseconds: 1000), start: start)
        let now = clock.now.milliseconds
        #expect((91_000...151_000).contains(now))
        #expect(clock.now.milliseconds >= now)
    }
}

extension Loop {
    fileprivate func work(_ body: @Sendable (Reactor) async throws -> Void) async throws {
        try await body(reactor)
    }
}
