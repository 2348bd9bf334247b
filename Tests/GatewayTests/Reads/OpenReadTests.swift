import Core
import GatewayAPI
import LumaClient
import Synchronization
import TestKit
import Testing

@testable import Gateway

/// A read looks once at the table, and what it was told there is good for one way on.
@MainActor @Suite struct OpenReadTests {
    private let clock = ManualClock(isAutomatic: true)
    private let shared = SharedReads(CacheSettings(freshSeconds: 60, staleSeconds: 60, maxBytes: 1 << 20))

    /// Waits until it is told something.
    private final class Waiting: Parking {
        private final class Box: Sendable {
            let news = Mutex<ReadWaiter.News?>(nil)
        }

        func park(
            until deadline: MonotonicTime, missed: @escaping (ReadWaiter.News) -> Void, _ enter: (ReadWaiter) -> Void
        ) async throws -> ReadWaiter.News {
            let box = Box()
            enter(ReadWaiter { news in box.news.withLock { $0 = news } })
            for _ in 0..<100_000 {
                if let news = box.news.withLock({ $0 }) { return news }
                await Task.yield()
            }
            return .overdue
        }
    }

    private func service() -> ReadService { ReadService(shared, clock: clock, parking: Waiting()) }

    private func call() -> UpstreamCall {
        UpstreamCall(deadline: clock.now.advanced(seconds: 5), context: CallContext())
    }

    private func open(_ service: ReadService, _ wish: ReadWish = ReadWish()) -> OpenRead? {
        if case .open(let open) = service.ask(.event("evt-1"), wish) { return open }
        return nil
    }

    private func word(_ verdict: OpenRead.Verdict?) -> String {
        switch verdict {
        case .leader?: "lead"
        case .follower?: "follow"
        case .absent?: "absent"
        case nil: "none"
        }
    }

    private func text(_ answer: ReadAnswer) -> String {
        "\(answer.source.rawValue) \(String(decoding: answer.cached.body, as: UTF8.self))"
    }

    @Test func whoeverAsksGetsTheSameAnswer() async throws {
        let (service, call) = (service(), call())
        let first = try #require(open(service))
        let second = try #require(open(service))
        let follower = Task { @MainActor in
            try await service.proceed(second, call) { () throws(APIError) in
                Issue.record("who follows makes no call")
                return Fetched(body: [], asOf: nil)
            }
        }
        for _ in 0..<10 { await Task.yield() }
        let led = try await service.proceed(first, call) { () throws(APIError) in
            Fetched(body: Array("{}".utf8), asOf: nil)
        }
        #expect(text(led) == "MISS {}")
        let followed = try await follower.value
        #expect(text(followed) == "SHARED {}")
        guard case .answer(let cached) = service.ask(.event("evt-1"), ReadWish()) else {
            Issue.record("it is not kept")
            return
        }
        #expect(text(cached) == "HIT {}" && cached.cached.tag == led.cached.tag)
    }

    /// The connection was gone before the task began: nobody may wait for ever for a call that nobody makes.
    @Test func aLeaseThatNobodyTakesUpIsGivenBack() throws {
        let service = service()
        var first = open(service)
        let second = try #require(open(service))
        #expect(word(second.take()) == "follow")
        withExtendedLifetime(first) {}
        first = nil
        let third = try #require(open(service))
        #expect(first == nil && word(third.take()) == "lead")
        // Whoever has taken it brings it to its end, whatever becomes of this.
        #expect(word(third.take()) == "none")
        #expect(word(open(service)?.take()) == "follow")
    }

    /// Its lease or its place was the first one's: to ask Luma again, or to say that nothing is kept, would both be wrong.
    @Test func aReadThatIsGoneOnWithTwiceIsAnError() async throws {
        let (service, call) = (service(), call())
        let read = try #require(open(service))
        _ = try await service.proceed(read, call) { () throws(APIError) in Fetched(body: Array("{}".utf8), asOf: nil) }
        let error = await #expect(throws: APIError.self) {
            try await service.proceed(read, call) { () throws(APIError) in Fetched(body: [], asOf: nil) }
        }
        #expect(error?.reason == .internal)
    }

    @Test func whoWantsNothingAskedHoldsNothing() async throws {
        let service = service()
        var wish = ReadWish()
        wish.onlyIfCached = true
        let absent = try #require(open(service, wish))
        let error = await #expect(throws: APIError.self) {
            try await service.proceed(absent, call()) { () throws(APIError) in Fetched(body: [], asOf: nil) }
        }
        #expect(error?.reason == .notCached)
        #expect(word(open(service)?.take()) == "lead")
    }
}
