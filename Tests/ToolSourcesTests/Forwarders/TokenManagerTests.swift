import Core
import HTTP
import Testing

@testable import ToolSources

/// The token of a service as a list of actions on instants.
@Suite struct TokenManagerTests {
    private struct Play {
        var manager: TokenManager
        var attempts: [TokenManager.Attempt] = []

        init() throws {
            manager = TokenManager(try TokenManagerTests.forwarder().auth)
        }

        static func at(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: 0).advanced(seconds: seconds) }

        private mutating func words(_ admission: TokenManager.Admission) -> String {
            switch admission {
            case .go(let credentials): return "go \(credentials.generation)"
            case .goAndFetch(let credentials, let attempt):
                attempts.append(attempt)
                return "go \(credentials.generation) and fetch"
            case .fetch(let attempt):
                attempts.append(attempt)
                return "fetch"
            case .wait: return "wait"
            case .fail(let failure): return "fail \(failure.code) \(failure.retryAfterSeconds ?? 0)"
            }
        }

        mutating func admit(at seconds: Double) -> String { words(manager.admit(now: Self.at(seconds))) }

        mutating func refused(_ generation: UInt64, again: Bool = false, at seconds: Double) -> String {
            words(manager.refused(generation, isRepeated: again, now: Self.at(seconds)))
        }

        /// Ends the fetch that was begun last.
        mutating func settle(_ outcome: TokenManager.Outcome, at seconds: Double) {
            manager.settle(attempts[attempts.count - 1], outcome, now: Self.at(seconds))
        }

        mutating func token(_ lifetime: Double, at seconds: Double) {
            settle(.token(Secret("token-of-\(seconds)"), lifetime: lifetime), at: seconds)
        }
    }

    static func forwarder() throws -> Forwarder {
        try ForwarderFixture.forwarder(
            #"{"name": "a", "request": {"method": "GET", "path": "/a"}}"#,
            upstream: #"""
                , "auth": {"kind": "login", "request": {"method": "POST", "path": "/login", "json": {"key": {"$secret": "A_KEY"}}},
                           "token": {"json": "/token"}}
                """#, ["A_KEY": "key"])
    }

    @Test func oneFetchesAndTheOthersWait() throws {
        var play = try Play()
        let first = (0..<5).map { _ in play.admit(at: 0) }
        #expect(first == ["fetch", "wait", "wait", "wait", "wait"])
        play.token(100, at: 1)
        let then = [play.admit(at: 1), play.admit(at: 2)]
        #expect(then == ["go 1", "go 1"])
    }

    /// At four fifths of its life, a minute before its end at the latest, never in its first half.
    @Test(
        arguments: [(1000.0, 800.0), (100.0, 50.0), (200.0, 140.0), (4.0, 5.0), (.infinity, 2_073_600.0)]
            as [(Double, Double)])
    func aTokenIsRenewedBeforeItEnds(lifetime: Double, renewal: Double) throws {
        var play = try Play()
        _ = play.admit(at: 0)
        play.token(lifetime, at: 0)
        let before = play.admit(at: renewal - 0.5)
        let from = [play.admit(at: renewal), play.admit(at: renewal)]
        #expect(before == "go 1")
        #expect(from == ["go 1 and fetch", "go 1"])
        play.token(lifetime, at: renewal + 1)
        let after = play.admit(at: renewal + 1)
        #expect(after == "go 2")
    }

    @Test func aTokenThatHasEndedIsNotUsed() throws {
        var play = try Play()
        _ = play.admit(at: 0)
        play.token(100, at: 0)
        let first = [play.admit(at: 60), play.admit(at: 100), play.admit(at: 101)]
        #expect(first == ["go 1 and fetch", "wait", "wait"])
        play.settle(.failed(ForwarderFailure(.unreachable, "no answer")), at: 102)
        let then = [play.admit(at: 102), play.admit(at: 103)]
        #expect(then == ["fail upstream_unreachable 1", "fetch"])
    }

    /// A renewal that fails costs nobody anything while the token lives.
    @Test func aLivingTokenIsUsedOnWhenItsRenewalFails() throws {
        var play = try Play()
        _ = play.admit(at: 0)
        play.token(1000, at: 0)
        let renewal = play.admit(at: 800)
        play.settle(.failed(ForwarderFailure(.unreachable, "no answer")), at: 801)
        let then = [play.admit(at: 801), play.admit(at: 801.5), play.admit(at: 802)]
        #expect(renewal == "go 1 and fetch" && then == ["go 1", "go 1", "go 1 and fetch"])
    }

    @Test func failuresHoldTheNextFetchBackForATimeThatDoubles() throws {
        let failure = TokenManager.Outcome.failed(ForwarderFailure(.unreachable, "no answer"))
        var play = try Play()
        var now = 0.0
        var pauses: [Double] = []
        var begun = play.admit(at: now)
        for _ in 0..<8 {
            #expect(begun == "fetch")
            play.settle(failure, at: now)
            let start = now
            repeat {
                now += 0.5
                begun = play.admit(at: now)
            } while begun.hasPrefix("fail")
            pauses.append(now - start)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60])
        // A success begins the count anew.
        play.token(1000, at: now)
        _ = play.refused(1, at: now)
        play.settle(failure, at: now)
        let then = [play.admit(at: now + 0.5), play.admit(at: now + 1)]
        #expect(then == ["fail upstream_unreachable 1", "fetch"])
    }

    @Test func wrongCredentialsAreNotTriedAgainSoon() throws {
        var play = try Play()
        _ = play.admit(at: 0)
        play.settle(.refused(ForwarderFailure(.auth, "refused")), at: 0)
        let then = [play.admit(at: 0.5), play.admit(at: 59), play.admit(at: 60)]
        #expect(then == ["fail upstream_auth 60", "fail upstream_auth 1", "fetch"])
    }

    // MARK: Refusals

    /// Ten calls at once whose token has just been revoked: one login.
    @Test func oneRefusedTokenIsFetchedAnewOnce() throws {
        var play = try Play()
        _ = play.admit(at: 0)
        play.token(1000, at: 0)
        let first = (0..<10).map { _ in play.refused(1, at: 10) }
        #expect(first == ["fetch"] + Array(repeating: "wait", count: 9))
        let meanwhile = play.admit(at: 10)
        #expect(meanwhile == "wait")
        play.token(1000, at: 11)
        // One that is late with the old token is told the new one.
        let late = [play.refused(1, at: 12), play.admit(at: 12)]
        #expect(late == ["go 2", "go 2"])
    }

    @Test func aFreshTokenThatIsRefusedEndsIt() throws {
        var play = try Play()
        _ = play.admit(at: 0)
        play.token(1000, at: 0)
        let first = play.refused(1, at: 1)
        play.token(1000, at: 1)
        let again = play.refused(2, again: true, at: 2)
        let others = [play.refused(2, at: 3), play.admit(at: 3), play.refused(2, at: 61), play.refused(2, at: 62)]
        #expect(first == "fetch" && again == "fail upstream_auth 0")
        #expect(others == ["fail upstream_auth 0", "go 2", "fail upstream_auth 0", "fetch"])
    }

    // MARK: Ends of fetches

    @Test func aFetchThatNobodyEndsIsGivenUp() throws {
        var play = try Play()
        let first = [play.admit(at: 0), play.admit(at: 59), play.admit(at: 60)]
        #expect(first == ["fetch", "wait", "fetch"])
        // The one that was given up comes too late to say anything.
        play.manager.settle(play.attempts[0], .token(Secret("late"), lifetime: 100), now: Play.at(61))
        let then = play.admit(at: 61)
        #expect(then == "wait")
    }

    @Test func aTokenGoesWhereTheDocumentSays() throws {
        let auth = try Self.forwarder().auth
        let credentials = auth.credentials(Secret("token-1"), generation: 3)
        #expect(credentials.generation == 3 && credentials.fields.map(\.name) == ["authorization"])
        #expect(credentials.fields[0].value == Secret("Bearer token-1"))
        #expect("\(credentials)".contains("token-1") == false)
    }
}
