import Core
import Foundation
import GatewayAPI
import LumaAPI
import Store
import Testing

@testable import Gateway

/// Gateways that share a store never give what the other one has made old.
@Suite struct SharedReadsTests {
    private static let settings = CacheSettings(freshSeconds: 60, staleSeconds: 60, maxBytes: 1 << 20)
    private static let now = MonotonicTime(nanoseconds: 1_000_000_000)

    /// A write of the event `a`.
    private static let change = Touched([.event], of: .thing(LumaAPI.Operation.Thing(.event, "a")))

    private static func keep(_ reads: SharedReads, _ key: ReadKey) -> Bool {
        guard case .leader(let lease) = reads.ask(key, ReadWish(), now: now) else { return false }
        reads.finish(lease, .answer(CachedResponse([1], isList: false, asOf: now), keep: true), now: now)
        return has(reads, key)
    }

    private static func has(_ reads: SharedReads, _ key: ReadKey) -> Bool {
        var wish = ReadWish()
        wish.onlyIfCached = true
        if case .hit = reads.ask(key, wish, now: now) { return true }
        return false
    }

    private static func has(_ reads: SharedReads, _ id: String) -> Bool { has(reads, .event(id)) }

    @Test func aWriteOfOneEmptiesTheOther() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "luma-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let pair = (0..<2).compactMap { _ in
            SharedCounter(folder: folder.path).map { SharedReads(Self.settings, touches: $0) }
        }
        try #require(pair.count == 2)
        for reads in pair { for id in ["a", "b"] { #expect(Self.keep(reads, .event(id))) } }
        // A call that is under way was asked before the write.
        guard case .leader(let lease) = pair[1].ask(.event("c"), ReadWish(), now: Self.now) else {
            Issue.record("no call")
            return
        }
        pair[0].touch(Self.change)
        #expect(!Self.has(pair[0], "a") && Self.has(pair[0], "b"))
        pair[1].finish(
            lease, .answer(CachedResponse([1], isList: false, asOf: Self.now), keep: true), now: Self.now)
        #expect(["a", "b", "c"].allSatisfy { !Self.has(pair[1], $0) })
        #expect(Self.keep(pair[1], .event("a")))
        // Both write: each learns of the other's.
        for reads in pair { reads.touch(Self.change) }
        #expect(!Self.has(pair[0], "b"))
        #expect(Self.keep(pair[0], .event("b")) && Self.keep(pair[1], .event("b")))
        pair[1].touch(Self.change)
        #expect(Self.has(pair[1], "b") && !Self.has(pair[0], "b"))
    }

    @Test func aloneItDropsWhatItTouches() {
        let reads = SharedReads(Self.settings)
        for id in ["a", "b"] { #expect(Self.keep(reads, .event(id))) }
        reads.touch(Self.change)
        #expect(!Self.has(reads, "a") && Self.has(reads, "b"))
    }
}
