import Core
import GatewayAPI
import HTTP
import LumaClient
import LumaSandbox
import TestKit
import Testing

@testable import Gateway

/// The client with its budget against the emulator with its own, over five minutes of a clock that is moved by hand:
/// everything that Luma would grant is used, and Luma never has to refuse.
@MainActor @Suite struct GoodputSandboxTests {
    /// The emulator behind a way of some time.
    private final class Upstream {
        var sandbox: Sandbox
        let clock: ManualClock
        var random: SeededGenerator
        let slowest: Double

        init(limit: Int, clock: ManualClock, seed: UInt64, slowest: Double) {
            sandbox = Sandbox(SandboxConfiguration(seed: seed, rateLimit: limit))
            self.clock = clock
            random = SeededGenerator(seed: seed)
            self.slowest = slowest
        }

        func answer(_ request: OutboundRequest) async -> ScriptedTransport.Answer {
            do {
                try await clock.sleep(
                    until: clock.now.advanced(seconds: Double.random(in: 0.01...slowest / 2, using: &random)))
                let path = String(request.url.dropFirst("https://luma.test".count).prefix { $0 != "?" })
                let asked = SandboxRequest(method: request.method == .get ? .get : .post, path: path, apiKey: "key")
                let told = sandbox.handle(asked, now: clock.wallClock, monotonic: clock.now)
                var fields = told.fields.map { Field($0.name.lowercased(), $0.value) }
                fields.append(Field("date", clock.wallClock.httpDate))
                try await clock.sleep(
                    until: clock.now.advanced(seconds: Double.random(in: 0.01...slowest / 2, using: &random)))
                return .success(OutboundResponse(status: told.status, fields: fields, body: told.body))
            } catch {
                return .lost(.cancelled)
            }
        }

        var granted: Int { sandbox.counters.requests.values.reduce(0, +) - sandbox.counters.rateLimited }
    }

    private final class Tally {
        var served: [String: Int] = [:]
        var refused = 0
        var failed: [LumaError] = []
    }

    /// Callers that ask again as soon as they have an answer, each with as many requests at a time as it says.
    private func siege(
        _ callers: [(name: String, at: Int, priority: Priority)], limit: Int = 200, seed: UInt64, seconds: Double = 300,
        slowest: Double = 0.3
    ) async -> (upstream: Upstream, tally: Tally) {
        let clock = ManualClock()
        let upstream = Upstream(limit: limit, clock: clock, seed: seed, slowest: slowest)
        let account = LumaAccount(BudgetSettings())
        let client = LumaClient(
            settings: .init(baseURL: "https://luma.test", apiKey: Secret("key")), account: account,
            transport: ScriptedTransport { request, _ in await upstream.answer(request) }, time: clock,
            random: SeededGenerator(seed: seed))
        let tally = Tally()
        var tasks: [Task<Void, Never>] = []
        for caller in callers {
            for _ in 0..<caller.at {
                tasks.append(
                    Task { @MainActor in
                        while !Task.isCancelled {
                            let context = CallContext(Sender(CallerKey(label: caller.name), caller.priority))
                            do throws(LumaError) {
                                _ = try await client.getSelf(
                                    deadline: clock.now.advanced(seconds: 55), context: context)
                                tally.served[caller.name, default: 0] += 1
                            } catch .budgetExhausted(let wait) {
                                tally.refused += 1
                                try? await clock.sleep(until: clock.now.advanced(seconds: Double(wait)))
                            } catch .cancelled {
                                return
                            } catch {
                                tally.failed.append(error)
                                return
                            }
                        }
                    })
            }
        }
        await clock.advance(seconds: seconds)
        let result = (upstream, tally)
        for task in tasks { task.cancel() }
        return result
    }

    @Test(arguments: [(UInt64(1), 1), (2, 1), (3, 3)])
    func fiveMinutesOfDemandGetAllThatLumaGrants(seed: UInt64, callers: Int) async {
        let each = 24 / callers
        let (upstream, tally) = await siege(
            (0..<callers).map { ("caller \($0)", each, .interactive) }, seed: seed)
        let share = Double(upstream.granted) / 1000
        #expect(upstream.sandbox.counters.rateLimited == 0)
        #expect(share >= 0.99 && share <= 1, "\(share)")
        #expect(tally.failed.isEmpty, "\(tally.failed.prefix(3))")
    }

    /// A script that asks with all its might, a person who asks now and then, and a list of all pages.
    @Test func everyCallerGetsItsPart() async {
        let (upstream, tally) = await siege(
            [("script", 30, .interactive), ("person", 2, .interactive), ("bulk", 4, .background)], seed: 7)
        #expect(upstream.sandbox.counters.rateLimited == 0)
        let script = tally.served["script"] ?? 0
        let person = tally.served["person"] ?? 0
        let bulk = tally.served["bulk"] ?? 0
        // Two at a time against thirty, and still a fair part; what is in bulk gets some, and does not stand still.
        #expect(person >= 250, "script \(script), person \(person), bulk \(bulk)")
        #expect(bulk >= 15 && bulk < person, "script \(script), person \(person), bulk \(bulk)")
        #expect(Double(upstream.granted) >= 990)
    }
}
