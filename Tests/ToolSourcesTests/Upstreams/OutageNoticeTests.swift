import Core
import Testing

@testable import ToolSources

@Suite struct OutageNoticeTests {
    private static func at(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: 0).advanced(seconds: seconds)
    }

    @Test func anOutageIsToldAsItBeginsAndAtTimes() {
        var notice = OutageNotice()
        let told = [0, 1, 3, 60, 299, 300, 360, 599, 601].filter { notice.failed(now: Self.at($0)) }
        #expect(told == [0, 300, 601])
        notice.ended()
        #expect(notice.failed(now: Self.at(602)) && !notice.failed(now: Self.at(603)))
    }
}
