import Core
import GatewayAPI
import HTTP
import LumaAPI
import Testing

@testable import Gateway

/// The table of reads as a list of actions on instants.
@Suite struct ReadTableTests {
    private static let settings = CacheSettings(freshSeconds: 5, staleSeconds: 60, maxBytes: 1 << 20)

    private static func at(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: 0).advanced(seconds: seconds)
    }

    private static func answer(_ text: String, at seconds: Double) -> CachedResponse {
        CachedResponse(Array(text.utf8), isList: false, asOf: at(seconds))
    }

    /// A table, and what it said in words.
    private struct Play {
        var table = ReadTable<String>(ReadTableTests.settings)
        var leases: [String: ReadTable<String>.Lease] = [:]

        /// Asks for a key; a lease is remembered under `name`.
        mutating func ask(
            _ key: ReadKey, _ name: String = "", at seconds: Double, _ wish: ReadWish = ReadWish()
        ) -> String {
            switch table.ask(key, wish, now: at(seconds), waiter: name) {
            case .hit(let answer): return "hit " + String(decoding: answer.body, as: UTF8.self)
            case .leader(let lease):
                leases[name] = lease
                return "lead"
            case .follower: return "follow"
            case .busy: return "busy"
            case .absent: return "absent"
            }
        }

        mutating func land(_ name: String, _ text: String, asOf: Double? = nil, at seconds: Double) -> String {
            guard let lease = leases[name] else { return "no lease" }
            let outcome = ReadTable<String>.Outcome.answer(answer(text, at: asOf ?? seconds), keep: true)
            return say(table.finish(lease, outcome, now: ReadTableTests.at(seconds)))
        }

        mutating func fail(_ name: String, _ reason: Reason, isGone: Bool = false, at seconds: Double) -> String {
            guard let lease = leases[name] else { return "no lease" }
            let outcome = ReadTable<String>.Outcome.failure(APIError(reason), isGone: isGone)
            return say(table.finish(lease, outcome, now: ReadTableTests.at(seconds)))
        }

        mutating func abandon(_ name: String, at seconds: Double) -> String {
            guard let lease = leases[name] else { return "no lease" }
            return say(table.finish(lease, .abandoned, now: ReadTableTests.at(seconds)))
        }

        private mutating func say(_ calls: ReadTable<String>.Calls) -> String {
            switch calls {
            case .nobody: return ""
            case .all(let waiters, .success(let answer)):
                return waiters.joined(separator: ",") + " get " + String(decoding: answer.body, as: UTF8.self)
            case .all(let waiters, .failure(let error)):
                return waiters.joined(separator: ",") + " fail " + error.reason.rawValue
            case .next(let waiter, let lease):
                leases[waiter] = lease
                return waiter + " leads"
            }
        }

        private func at(_ seconds: Double) -> MonotonicTime { ReadTableTests.at(seconds) }
        private func answer(_ text: String, at seconds: Double) -> CachedResponse {
            ReadTableTests.answer(text, at: seconds)
        }
    }

    private static let tea = ReadKey.event("tea")
    private static let list = ReadKey.list("50")

    @Test func oneCallAnswersAllWhoAskMeanwhileAndForAWhileAfterwards() {
        var play = Play()
        #expect(play.ask(Self.tea, "a", at: 0) == "lead")
        #expect(play.ask(Self.tea, "b", at: 0.1) == "follow")
        #expect(play.ask(Self.tea, "c", at: 0.2) == "follow")
        #expect(play.ask(.event("cake"), "d", at: 0.2) == "lead")
        #expect(play.land("a", "1", asOf: 0.05, at: 0.3) == "b,c get 1")
        #expect(play.ask(Self.tea, at: 5.04) == "hit 1")
        #expect(play.ask(Self.tea, "e", at: 5.06) == "lead")
        #expect(play.land("e", "2", at: 5.1) == "")
        #expect(play.ask(Self.tea, at: 5.2) == "hit 2")
        // A lease ends once.
        #expect(play.land("e", "3", at: 5.3) == "")
        #expect(play.ask(Self.tea, at: 5.4) == "hit 2")
    }

    @Test func aLeaderThatGoesAwayHandsTheCallToTheNext() {
        var play = Play()
        _ = play.ask(Self.tea, "a", at: 0)
        _ = play.ask(Self.tea, "b", at: 0)
        _ = play.ask(Self.tea, "c", at: 0)
        #expect(play.abandon("a", at: 1) == "b leads")
        #expect(play.ask(Self.tea, "d", at: 1) == "follow")
        #expect(play.abandon("b", at: 2) == "c leads")
        #expect(play.land("c", "1", at: 3) == "d get 1")
        #expect(play.ask(Self.tea, at: 3) == "hit 1")
        #expect(play.table.inFlight == 0)
        _ = play.ask(Self.tea, "e", at: 9)
        #expect(play.abandon("e", at: 9) == "")
        #expect(play.ask(Self.tea, "f", at: 9) == "lead")
    }

    @Test func aFailureIsEverybodysAndIsNotKept() {
        var play = Play()
        _ = play.ask(Self.tea, "a", at: 0)
        _ = play.ask(Self.tea, "b", at: 0)
        #expect(play.fail("a", .upstreamFailure, at: 1) == "b fail upstream_failure")
        #expect(play.ask(Self.tea, "c", at: 1) == "lead")
    }

    @Test func whoeverLeavesIsNotTold() {
        var play = Play()
        _ = play.ask(Self.tea, "a", at: 0)
        guard case .follower(let number) = play.table.ask(Self.tea, ReadWish(), now: Self.at(0), waiter: "b") else {
            Issue.record("b does not follow")
            return
        }
        _ = play.ask(Self.tea, "c", at: 0)
        play.table.touch(Self.change("tea"))
        play.table.leave(Self.tea, number)
        #expect(play.land("a", "1", at: 1) == "c get 1")
    }

    // MARK: Writes

    /// What was asked for before a write ended answers those who asked before it, and nobody later.
    @Test func aReadThatBeganBeforeAWriteFillsNothingAndIsNotJoined() {
        var play = Play()
        _ = play.ask(Self.tea, "a", at: 0)
        _ = play.ask(Self.tea, "b", at: 0)
        play.table.touch(Self.change("tea"))
        #expect(play.ask(Self.tea, "c", at: 1) == "lead")
        #expect(play.ask(Self.tea, "d", at: 1) == "follow")
        #expect(play.land("a", "old", at: 2) == "b get old")
        #expect(play.ask(Self.tea, "e", at: 2) == "follow")
        #expect(play.land("c", "new", at: 3) == "d,e get new")
        #expect(play.ask(Self.tea, at: 3) == "hit new")
        #expect(play.table.inFlight == 0)
    }

    /// The other way round: the new read lands first.
    @Test func anOldReadThatLandsLateDoesNotReplaceANewOne() {
        var play = Play()
        _ = play.ask(Self.tea, "a", at: 0)
        play.table.touch(Self.change("tea"))
        _ = play.ask(Self.tea, "b", at: 1)
        #expect(play.land("b", "new", at: 2) == "")
        #expect(play.land("a", "old", at: 3) == "")
        #expect(play.ask(Self.tea, at: 3) == "hit new")
    }

    /// What a write of an event's row touches.
    static func change(_ id: String) -> Touched { Touched([.event], of: .thing(Operation.Thing(.event, id))) }

    @Test(arguments: [
        (change("tea"), [false, true, false]), (change("cake"), [true, false, false]),
        (Touched([.event], of: .new(.event)), [true, true, false]), (.everything, [false, false, false]),
        (change("other"), [true, true, false]), (Touched([.coupon], of: .any), [true, true, true]),
    ])
    func aWriteDropsExactlyWhatItTouches(_ touched: Touched, _ left: [Bool]) {
        var play = Play()
        let keys: [ReadKey] = [Self.tea, .event("cake"), Self.list]
        for (index, key) in keys.enumerated() {
            _ = play.ask(key, "\(index)", at: 0)
            _ = play.land("\(index)", "x", at: 0)
        }
        play.table.touch(touched)
        #expect(keys.map { play.ask($0, "-", at: 1) == "hit x" } == left)
    }

    /// A read that is passed on is detached like one of an event, and only by a write of what it shows.
    @Test func aReadOfGuestsThatBeganBeforeAWriteOfThemFillsNothing() throws {
        let guests = try #require(Catalog["events/guests/list"])
        let key = ReadKey(guests, ["event_id": "tea"])
        var play = Play()
        _ = play.ask(key, "a", at: 0)
        play.table.touch(Touched([.guest], of: .thing(Operation.Thing(.event, "cake"))))
        play.table.touch(Touched([.coupon], of: .thing(Operation.Thing(.event, "tea"))))
        #expect(play.ask(key, "b", at: 1) == "follow")
        play.table.touch(Touched([.guest], of: .thing(Operation.Thing(.event, "tea"))))
        #expect(play.ask(ReadKey(guests, ["event_id": "tea"]), "c", at: 1) == "lead")
        #expect(play.land("a", "old", at: 2) == "b get old")
        #expect(play.ask(key, "d", at: 2) == "follow")
        #expect(play.land("c", "new", at: 3) == "d get new")
        #expect(play.ask(key, at: 3) == "hit new")
    }

    // MARK: Wishes

    @Test func noCacheAsksLumaAndReplacesWhatIsKept() {
        var play = Play()
        let fresh = ReadWish("no-cache")
        _ = play.ask(Self.tea, "a", at: 0)
        // It may not be answered by a call that was made before it came.
        #expect(play.ask(Self.tea, "b", at: 0.5, fresh) == "lead")
        #expect(play.ask(Self.tea, "c", at: 0.6) == "follow")
        #expect(play.land("b", "new", at: 1) == "c get new")
        #expect(play.land("a", "old", at: 2) == "")
        #expect(play.ask(Self.tea, at: 2) == "hit new")
        #expect(play.ask(Self.tea, "d", at: 2, fresh) == "lead")
    }

    @Test func maxAgeAndOnlyIfCachedAreHonoured() {
        var play = Play()
        #expect(play.ask(Self.tea, at: 0, ReadWish("only-if-cached")) == "absent")
        _ = play.ask(Self.tea, "a", at: 0)
        #expect(play.ask(Self.tea, at: 0, ReadWish("only-if-cached")) == "absent")
        _ = play.land("a", "1", at: 0)
        #expect(play.ask(Self.tea, at: 2, ReadWish("only-if-cached")) == "hit 1")
        #expect(play.ask(Self.tea, at: 2, ReadWish("max-age=2")) == "hit 1")
        #expect(play.ask(Self.tea, "b", at: 2, ReadWish("max-age=1")) == "lead")
    }

    @Test(
        arguments: [
            (nil, .infinity, true, false), ("no-cache", 0, true, false), ("Max-Age=0", 0, true, false),
            ("private, MAX-AGE=3 , no-transform", 3, true, false), ("no-store", 0, false, false),
            ("only-if-cached, max-age=9", 9, true, true), ("max-age=-1", .infinity, true, false),
            ("max-age=99999999999", .infinity, true, false), (",,=,", .infinity, true, false),
            ("max-age=9, max-age=2", 2, true, false),
        ] as [(String?, Double, Bool, Bool)])
    func directivesAreRead(_ field: String?, _ age: Double, _ store: Bool, _ only: Bool) {
        let wish = ReadWish(field)
        #expect(wish.maxAge == age && wish.mayStore == store && wish.onlyIfCached == only)
        #expect(wish.mayUse == (age > 0))
    }

    // MARK: Standing in

    @Test func whatIsStaleStandsInForAWhileUnlessItIsGone() {
        var play = Play()
        _ = play.ask(Self.tea, "a", at: 0)
        _ = play.land("a", "1", at: 0)
        _ = play.ask(Self.tea, "b", at: 10)
        _ = play.fail("b", .upstreamUnreachable, at: 11)
        #expect(play.table.staleIfError(Self.tea, now: Self.at(64.9)) != nil)
        #expect(play.table.staleIfError(Self.tea, now: Self.at(65)) == nil)
        _ = play.ask(Self.tea, "c", at: 12)
        _ = play.fail("c", .absent(.event), isGone: true, at: 13)
        #expect(play.table.staleIfError(Self.tea, now: Self.at(14)) == nil)
    }

    @Test func aTableThatKeepsNothingStillSharesCalls() {
        var table = ReadTable<String>(.nothing)
        guard case .leader(let lease) = table.ask(Self.tea, ReadWish(), now: Self.at(0), waiter: "a"),
            case .follower = table.ask(Self.tea, ReadWish(), now: Self.at(0), waiter: "b")
        else {
            Issue.record("not shared")
            return
        }
        guard
            case .all(let waiters, .success) = table.finish(
                lease, .answer(Self.answer("1", at: 0), keep: true), now: Self.at(0))
        else {
            Issue.record("nobody is told")
            return
        }
        #expect(waiters == ["b"])
        #expect(table.cache.count == 0 && table.cache.bytes == 0)
        guard case .leader = table.ask(Self.tea, ReadWish(), now: Self.at(0)) else {
            Issue.record("something was kept")
            return
        }
    }
}
