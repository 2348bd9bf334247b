import Core
import GatewayAPI
import HTTP
import Testing

@testable import Gateway

@Suite struct RecentRequestsTests {
    private func record(_ number: Int) -> RequestRecord {
        RequestRecord(
            time: Timestamp(milliseconds: Int64(number)), requestID: "r\(number)", method: .get, route: "/events/",
            status: 200, durationNanoseconds: 1, bytes: 0)
    }

    private func ids(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "r\($0)" } }

    @Test(arguments: [0, 1, 99, 100, 101, 199, 200, 201, 1000])
    func theNewestAreKept(count: Int) {
        var recent = RecentRequests()
        for number in 0..<count { recent.note(record(number)) }
        let kept = (max(0, count - RecentRequests.capacity)..<count).reversed()
        #expect(recent.newestFirst.map(\.requestID) == ids(kept))
    }

    @Test func loopsAreMerged() {
        var (even, odd) = (RecentRequests(), RecentRequests())
        for number in 0..<300 {
            if number.isMultiple(of: 2) { even.note(record(number)) } else { odd.note(record(number)) }
        }
        for (a, b) in [(even, odd), (odd, even)] {
            let merged = RecentRequests.merged(a.newestFirst, b.newestFirst)
            #expect(merged.map(\.requestID) == ids((200..<300).reversed()))
        }
    }

    @Test(arguments: [(0, 0), (0, 100), (100, 0), (3, 2), (60, 60)])
    func fewAreMergedWhole(first: Int, second: Int) {
        let a = (0..<first).reversed().map(record)
        let b = (first..<first + second).reversed().map(record)
        let merged = RecentRequests.merged(a, b)
        #expect(merged.map(\.requestID) == ids((0..<first + second).reversed().prefix(RecentRequests.capacity)))
    }

    @Test func whatAReportHoldsIsMergedToo() {
        let (one, two) = (LoopMetrics(), LoopMetrics())
        for number in [1, 3] { one.keep(record(number)) }
        for number in [2, 4] { two.keep(record(number)) }
        var sum = LoopReport()
        sum += one.snapshot(withRequests: true)
        sum += two.snapshot(withRequests: true)
        #expect(sum.recent.map(\.requestID) == ["r4", "r3", "r2", "r1"])
    }
}
