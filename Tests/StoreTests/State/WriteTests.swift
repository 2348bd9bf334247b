import Core
import Store
import Testing

/// The journal of writes, and whose a found event is.
@Suite struct WriteTests {
    @Test func onlyWritesWithoutAHolderAreAbandoned() async throws {
        let store = SQLiteStateStore(.memory)
        let running = try await store.recorded()
        let lost = try await store.recorded()
        let settled = try await store.recorded()
        store.settle(settled, .done(result: "evt-3"), at: Timestamp(milliseconds: 1))
        store.abandon(lost)
        store.abandon(settled)
        let abandonedWrites = try await store.abandonedWrites()
        #expect(abandonedWrites.map(\.id) == [lost])
        #expect(abandonedWrites.first?.body == [1, 2])
        #expect(abandonedWrites.first?.isContested == true)
        #expect(abandonedWrites.first?.claimed == ["evt-3"])
        #expect(try await store.abandonedWrites("b").isEmpty)
        store.abandon(running)
        #expect(try await store.abandonedWrites().map(\.id) == [running, lost])
        #expect(try await store.counts().unsettledWrites == 2)
    }

    @Test func whatEndedAThingIsKnownWithItsTime() async throws {
        let store = SQLiteStateStore(.memory)
        func write(_ operation: String, account: String = "a") async throws -> WriteID {
            guard case .recorded(let id) = try await store.record(operation, account: account, subject: "evt-1") else {
                throw Unexpected()
            }
            return id
        }
        func known() async throws -> Int64? {
            try await store.wait { store.settled("events/cancel", of: "evt-1", "a", then: $0) }?.milliseconds
        }
        store.settle(try await write("events/update"), .done(result: nil), at: Timestamp(milliseconds: 1))
        store.settle(try await write("events/cancel", account: "b"), .done(result: nil), at: Timestamp(milliseconds: 2))
        store.settle(try await write("events/cancel"), .none, at: Timestamp(milliseconds: 3))
        store.settle(try await write("events/cancel"), .unknown, at: Timestamp(milliseconds: 4))
        _ = try await write("events/cancel")
        #expect(try await known() == nil)
        for time in [5, 6] as [Int64] {
            store.settle(try await write("events/cancel"), .done(result: nil), at: Timestamp(milliseconds: time))
            #expect(try await known() == time)
        }
    }

    @Test func anEventBelongsToOneWriteOnly() async throws {
        let store = SQLiteStateStore(.memory)
        let first = try await store.recorded()
        let second = try await store.recorded()
        store.abandon(second)
        store.settle(first, .done(result: "evt-1"), at: Timestamp(milliseconds: 1))
        #expect(try await store.adopt(second, .done(result: "evt-1")) == .ofAnother)
        #expect(try await store.adopt(second, .done(result: "evt-2")) == .recorded)
        // It is settled now.
        #expect(try await store.adopt(second, .done(result: "evt-2")) == .settledBefore)
        #expect(try await store.abandonedWrites().isEmpty)
    }

    @Test func whatWasMadeShortlyBeforeALostWriteIsRemembered() async throws {
        let store = SQLiteStateStore(.memory)
        let made = try await store.recorded(at: 0)
        store.settle(made, .done(result: "evt-1"), at: Timestamp(milliseconds: 100))
        let lost = try await store.recorded(at: 5000)
        store.abandon(lost)
        let purge = {
            try await store.wait { store.purge(now: Timestamp(milliseconds: 900_000), keepSettled: 10, then: $0) }
        }
        #expect(try await purge() == 0)
        #expect(try await store.abandonedWrites().first?.claimed == ["evt-1"])
        _ = try await store.adopt(lost, .none)
        #expect(try await purge() == 2)
    }

    /// Nobody looks for what another account has left: it must not keep everything for ever.
    @Test func aLostWriteOfAnotherAccountKeepsNothing() async throws {
        let store = SQLiteStateStore(.memory)
        guard case .recorded(let foreign) = try await store.record(account: "b", at: 0) else { throw Unexpected() }
        store.abandon(foreign)
        let made = try await store.recorded(at: 1000)
        store.settle(made, .done(result: "evt-1"), at: Timestamp(milliseconds: 1100))
        let purged = try await store.wait {
            store.purge(now: Timestamp(milliseconds: 900_000), keepSettled: 10, then: $0)
        }
        #expect(purged == 1)
        #expect(try await store.counts().unsettledWrites == 1)
    }

    /// What was changed before the create was sent cannot be what the create has made.
    @Test func anEventThatWasKnownBeforeACreateHidesNothingOfIt() async throws {
        let store = SQLiteStateStore(.memory)
        let time = Timestamp(milliseconds: 1)
        func change(_ subject: String, mark: String? = nil, _ effect: WriteEffect?) async throws {
            let standing = try await store.record("events/update", subject: subject, mark: mark)
            guard case .recorded(let id) = standing else { throw Unexpected() }
            if let effect { store.settle(id, effect, at: time) }
        }
        func overtaking(_ write: WriteID) async throws -> Overtaking {
            try await store.wait { store.overtaking(write, then: $0) }
        }
        try await change("evt-1", .done(result: nil))
        // Neither proves that the event was there.
        try await change("evt-2", WriteEffect.none)
        try await change("evt-3", nil)
        let lost = try await store.recorded()
        store.abandon(lost)
        try await change("evt-1", mark: "of evt-1", .done(result: nil))
        #expect(try await overtaking(lost) == Overtaking.none)
        try await change("evt-2", mark: "of evt-2", .done(result: nil))
        #expect(try await overtaking(lost) != Overtaking.none)
        let next = try await store.recorded()
        store.abandon(next)
        try await change("evt-3", mark: "of evt-3", .done(result: nil))
        #expect(try await overtaking(next) != Overtaking.none)
    }

    /// A lost create's event may have been renamed or cancelled since, if it is nobody else's.
    @Test func aLaterWriteMayHideWhatACreateHasMade() async throws {
        let store = SQLiteStateStore(.memory)
        func change(_ subject: String, mark: String?, account: String = "a") async throws -> WriteID {
            let standing = try await store.record("events/update", account: account, subject: subject, mark: mark)
            guard case .recorded(let id) = standing else { throw Unexpected() }
            return id
        }
        func overtaking(_ write: WriteID) async throws -> Overtaking {
            try await store.wait { store.overtaking(write, then: $0) }
        }
        let time = Timestamp(milliseconds: 1)
        let made = try await store.recorded()
        store.settle(made, .done(result: "evt-1"), at: time)
        // Before the create was sent there was nothing of it to be changed.
        store.settle(try await change("evt-0", mark: "of evt-0"), .done(result: nil), at: time)
        let lost = try await store.recorded()
        store.abandon(lost)
        store.settle(try await change("evt-1", mark: "of evt-1"), .done(result: nil), at: time)
        store.settle(try await change("evt-2", mark: nil), .done(result: nil), at: time)
        store.settle(try await change("evt-3", mark: "of evt-3"), .none, at: time)
        store.settle(try await change("evt-4", mark: "of evt-4", account: "b"), .done(result: nil), at: time)
        #expect(try await overtaking(lost) == Overtaking.none)
        let running = try await change("evt-5", mark: "of evt-5")
        #expect(try await overtaking(lost) == .open)
        store.settle(running, .done(result: nil), at: time)
        #expect(try await overtaking(lost) == .hidden(by: ["evt-5"], isOpen: false))
        let cancel = try await change("evt-6", mark: "of evt-6")
        #expect(try await overtaking(lost) == .hidden(by: ["evt-5"], isOpen: true))
        store.settle(cancel, .none, at: time)
        // Once it is known whose it is, it is not this one's.
        let maker = try await store.recorded()
        store.settle(maker, .done(result: "evt-5"), at: time)
        #expect(try await overtaking(lost) == Overtaking.none)
    }

    /// A repeated update would undo the one that came after it.
    @Test func aLaterUpdateOvertakesAnEarlierOne() async throws {
        let store = SQLiteStateStore(.memory)
        func change(_ subject: String, _ operation: String = "events/update") async throws -> WriteID {
            guard case .recorded(let id) = try await store.record(operation, subject: subject, mark: nil) else {
                throw Unexpected()
            }
            return id
        }
        func overtaking(_ write: WriteID) async throws -> Overtaking {
            try await store.wait { store.overtaking(write, then: $0) }
        }
        let time = Timestamp(milliseconds: 1)
        store.settle(try await change("evt-1"), .done(result: nil), at: time)
        let lost = try await change("evt-1")
        store.abandon(lost)
        store.settle(try await change("evt-2"), .done(result: nil), at: time)
        store.settle(try await change("evt-1"), .none, at: time)
        store.settle(try await change("evt-1", "events/cancel"), .done(result: nil), at: time)
        #expect(try await overtaking(lost) == Overtaking.none)
        let next = try await change("evt-1")
        #expect(try await overtaking(lost) == .open)
        store.settle(next, .done(result: nil), at: time)
        #expect(try await overtaking(lost) == .overtaken)
        #expect(try await overtaking(next) == Overtaking.none)
    }

    @Test func aDuplicateIsRefusedWithinItsTimeOnly() async throws {
        let store = SQLiteStateStore(.memory)
        let first = try await store.recorded(at: 1000)
        #expect(try await store.record(at: 1500, unlessSince: 1000) == .duplicate(result: nil))
        store.settle(first, .done(result: "evt-1"), at: Timestamp(milliseconds: 1100))
        #expect(try await store.record(at: 1500, unlessSince: 1000) == .duplicate(result: "evt-1"))
        guard case .recorded(let other) = try await store.record(digest: [8], at: 1500, unlessSince: 1000),
            case .recorded(let late) = try await store.record(at: 2500, unlessSince: 1001)
        else { throw Unexpected() }
        #expect(other != late)
        // One that surely had no effect stands in nobody's way.
        store.settle(late, .none, at: Timestamp(milliseconds: 2600))
        // Nor does one whose event is gone.
        let gone = { (effect: WriteEffect?) in
            guard case .recorded(let id) = try await store.record("end", subject: "evt-1", mark: nil)
            else {
                throw Unexpected()
            }
            if let effect { store.settle(id, effect, at: Timestamp(milliseconds: 1700)) }
            return try await store.record(at: 1800, unlessSince: 1000, endedBy: "end")
        }
        #expect(try await gone(nil) == .duplicate(result: "evt-1"))
        #expect(try await gone(WriteEffect.none) == .duplicate(result: "evt-1"))
        guard case .recorded(let again) = try await gone(.done(result: nil)) else { throw Unexpected() }
        store.settle(again, .none, at: Timestamp(milliseconds: 1900))
        guard case .recorded = try await store.record(at: 2700, unlessSince: 2000) else { throw Unexpected() }
    }
}
