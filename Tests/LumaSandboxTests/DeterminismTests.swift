import Core
import Testing

@testable import LumaSandbox

struct DeterminismTests {
    private func transcript(seed: UInt64) throws -> [JSON] {
        var visitor = Visitor(SandboxConfiguration(seed: seed))
        var replies = [visitor.get("/v1/calendars/events/list").json, visitor.get("/v1/users/get-self").json]
        let id = try visitor.create()
        replies.append(.string(id))
        replies.append(visitor.post("/v1/events/cancel/request", ["event_id": .string(id)]).json)
        replies.append(visitor.get("/v1/events/get", ["event_id": id]).json)
        return replies
    }

    @Test func theSeedDecides() throws {
        #expect(try transcript(seed: 42) == transcript(seed: 42))
        #expect(try transcript(seed: 42) != transcript(seed: 43))
        #expect(try transcript(seed: .max).count == 5)
    }

    /// Ids are part of what a seed promises: they must not change from one version to the next.
    @Test func theFirstIdsStay() {
        var mint = IdMint(seed: 1)
        #expect(mint.id("usr-") == "usr-RMvMlWsjX73tZeiU")
        #expect(mint.id("cal-") == "cal-nft42kXcgafqOPqg")
        #expect(mint.slug() == "5s0h49tk")
        #expect(mint.token() == "1WsDkKfIyyLf2KJ1vXyEoBBV2A7AQwey")
    }

    @Test func idsDoNotRepeat() {
        var seen: Set<String> = []
        for seed in 0..<20 as Range<UInt64> {
            var mint = IdMint(seed: seed)
            for _ in 0..<500 { seen.insert(mint.id("evt-")) }
        }
        #expect(seen.count == 10_000)
    }

    @Test func aMintGoesOnFromItsCount() {
        var first = IdMint(seed: 9)
        for _ in 0..<10 { _ = first.id("x-") }
        var second = IdMint(seed: 9, made: 10)
        #expect(first.id("x-") == second.id("x-"))
    }
}
