import Core
import Testing

@testable import Store

/// Requests with a key: begun once, answered once, remembered.
@Suite struct RequestTests {
    let answer = StoredAnswer(status: 201, head: [1], body: [2, 3])

    @Test func aRequestIsBegunOnceAndItsAnswerIsGivenAgain() async throws {
        let store = SQLiteStateStore(.memory)
        let id = try await store.started("k")
        #expect(try await store.begin("k") == .running)
        store.finish(id, answer, expires: Timestamp(milliseconds: 1000))
        #expect(try await store.begin("k") == .answered(answer))
        #expect(try await store.begin("k", [9]) == .differs)
        // Another caller's key, or another account's, is another key.
        #expect(try await store.begin("k", principal: "p") != .answered(answer))
        #expect(try await store.begin("k", account: "b") != .answered(answer))
    }

    @Test func anAnswerExpires() async throws {
        let store = SQLiteStateStore(.memory)
        let id = try await store.started("k")
        store.finish(id, answer, expires: Timestamp(milliseconds: 1000))
        #expect(try await store.begin("k", at: 999) == .answered(answer))
        let again = try await store.started("k", at: 1000)
        #expect(again != id)
    }

    @Test func aRequestWithoutEffectMayBeMadeAgain() async throws {
        let store = SQLiteStateStore(.memory)
        let id = try await store.started("k")
        let write = try await store.recorded(request: id)
        store.settle(write, .none, at: Timestamp(milliseconds: 1))
        store.finish(id, nil, expires: Timestamp(milliseconds: 1000))
        guard case .begun(_, let earlier) = try await store.begin("k", [5]) else { throw Unexpected() }
        #expect(earlier.isEmpty)
    }

    /// Its sender was told that it was not recorded, so it was not sent.
    @Test func aRecordThatNobodyHasHeardOfHoldsNobodyUp() async throws {
        let store = SQLiteStateStore(.memory)
        for hasAnswer in [false, true] {
            let key = "\(hasAnswer)"
            let id = try await store.started(key)
            _ = try await store.recorded(request: id)
            store.finish(id, hasAnswer ? answer : nil, expires: Timestamp(milliseconds: 1000))
            #expect(try await store.counts().unsettledWrites == 0)
            if !hasAnswer { _ = try await store.started(key) }
        }
    }

    @Test func aRequestWhoseWriteIsUnknownWaitsForIt() async throws {
        let store = SQLiteStateStore(.memory)
        let id = try await store.started("k")
        let write = try await store.recorded(request: id)
        store.abandon(write)
        store.finish(id, nil, expires: Timestamp(milliseconds: 1000))
        #expect(try await store.begin("k") == .unsettled)
        #expect(try await store.begin("k", [9]) == .differs)
        // Not even time makes it free.
        #expect(try await store.begin("k", at: 100_000) == .unsettled)
        #expect(try await store.adopt(write, .done(result: "evt-1")) == .recorded)
        let known = EarlierWrite(
            operation: "events/create", subject: nil, notes: [3], effect: .done(result: "evt-1"))
        #expect(try await store.begin("k", at: 1) == .begun(id, earlier: [known]))
        // Whoever took it over has it now.
        #expect(try await store.begin("k", at: 1) == .running)
    }

    /// What was found after the key's own time must still be told to whoever repeats the request, not made again.
    @Test(arguments: [true, false]) func aKeyLastsFromTheInstantInWhichItsOutcomeIsKnown(isAdopted: Bool) async throws {
        let store = SQLiteStateStore(.memory)
        let id = try await store.started("k")
        let write = try await store.recorded(request: id)
        store.abandon(write)
        store.finish(id, nil, expires: Timestamp(milliseconds: 1000))
        let late = Timestamp(milliseconds: 5000)
        if isAdopted {
            #expect(
                try await store.wait { store.adopt(write, .done(result: "evt-1"), at: late, then: $0) }
                    == .recorded)
        } else {
            store.settle(write, .done(result: "evt-1"), at: late)
        }
        let purged = try await store.wait {
            store.purge(now: Timestamp(milliseconds: 5999), keepSettled: 0.001, then: $0)
        }
        #expect(purged == 0)
        let known = EarlierWrite(operation: "events/create", subject: nil, notes: [3], effect: .done(result: "evt-1"))
        #expect(try await store.begin("k", at: 5999) == .begun(id, earlier: [known]))
        store.finish(id, nil, expires: Timestamp(milliseconds: 6999))
        // The time of a second write is not added to that of the first.
        let second = try await store.recorded(request: id, at: 5999)
        store.settle(second, .none, at: Timestamp(milliseconds: 6100))
        guard case .begun(id, _) = try await store.begin("k", at: 7099) else { throw Unexpected() }
        store.finish(id, nil, expires: Timestamp(milliseconds: 0))
        #expect(try await store.started("k", at: 7100) != id)
    }

    /// An answer's own time stays as it is.
    @Test func aWriteThatIsSettledLateDoesNotProlongAnAnswer() async throws {
        let store = SQLiteStateStore(.memory)
        let id = try await store.started("k")
        let write = try await store.recorded(request: id)
        store.finish(id, answer, expires: Timestamp(milliseconds: 1000))
        store.settle(write, .done(result: "evt-1"), at: Timestamp(milliseconds: 900))
        _ = try await store.started("k", at: 1000)
    }

    @Test func keysAreBounded() async throws {
        let heard = Heard()
        let store = SQLiteStateStore(.memory, maxRequests: 8, listener: heard.listener, times: .init(faultIsTold: 0.2))
        var started: [RequestID] = []
        for number in 0..<4 { started.append(try await store.started("\(number)")) }
        #expect(try await store.begin("5") == .full(own: 4))
        // It may have passed again.
        #expect(heard.conditions.all.contains(.unusable(.keysFull)))
        #expect(heard.failures == [" has 4 keys, of 4 that all callers have"])
        // Whoever comes next has a share of his own, and the one after him.
        for (key, principal) in [("1", "b"), ("2", "b"), ("1", "c")] {
            guard case .begun = try await store.begin(key, principal: principal) else { throw Unexpected() }
        }
        #expect(try await store.begin("x", principal: "b") == .full(own: 2))
        // A key that is given back, and one that expires, make room.
        store.finish(started[0], nil, expires: Timestamp(milliseconds: 1))
        #expect(try await store.begin("5") == .full(own: 3))
        store.finish(started[1], answer, expires: Timestamp(milliseconds: 1))
        store.finish(started[2], nil, expires: Timestamp(milliseconds: 1))
        _ = try await store.started("5")
        #expect(try await store.wait { store.purge(now: Timestamp(milliseconds: 1), keepSettled: 1, then: $0) } == 1)
        _ = try await store.started("6")
        try await heard.conditions.wait(for: .usable)
    }

    @Test func whatHasExpiredIsForgottenAndWhatIsUnsettledIsNot() async throws {
        let store = SQLiteStateStore(.memory)
        for key in ["1", "2"] {
            store.finish(try await store.started(key), answer, expires: Timestamp(milliseconds: 1000))
        }
        let lost = try await store.started("3")
        let write = try await store.recorded(request: lost)
        store.abandon(write)
        store.finish(lost, nil, expires: Timestamp(milliseconds: 1000))
        _ = try await store.started("running")
        let purge = { (now: Int64) in
            try await store.wait {
                store.purge(now: Timestamp(milliseconds: now), keepSettled: 1, then: $0)
            }
        }
        #expect(try await purge(999) == 0)
        #expect(try await store.counts() == StoreCounts(unsettledWrites: 1, requests: 4))
        #expect(try await purge(1000) == 2)
        #expect(try await store.counts() == StoreCounts(unsettledWrites: 1, requests: 2))
        _ = try await store.adopt(write, .none)
        // The request and its write.
        #expect(try await purge(2000) == 2)
        #expect(try await store.counts() == StoreCounts(unsettledWrites: 0, requests: 1))
        #expect(try await purge(2000) == 0)
    }

    @Test func valuesAreKeptByName() async throws {
        let store = SQLiteStateStore(.memory)
        #expect(try await store.wait { store.load("budget", then: $0) } == nil)
        for bytes: [UInt8] in [[1], [2, 0, 255]] {
            try await store.wait { store.save("budget", bytes, at: Timestamp(milliseconds: 4), then: $0) }
        }
        let saved = try await store.wait { store.load("budget", then: $0) }
        #expect(saved?.bytes == [2, 0, 255])
        #expect(saved?.savedAt == Timestamp(milliseconds: 4))
    }
}
