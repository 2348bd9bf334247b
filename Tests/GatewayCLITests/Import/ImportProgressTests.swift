import Core
import GatewayAPI
import Testing

@testable import GatewayCLI

@Suite struct ImportProgressTests {
    private static let begin = MonotonicTime(nanoseconds: 1_000_000_000)

    private func progress(total: Int, created: Int, existing: Int = 0) -> ImportProgress {
        var start = ImportProgress.Counts()
        start.existing = existing
        var progress = ImportProgress(total: total, counts: start, begun: Self.begin)
        progress.counts.created = created
        return progress
    }

    private func after(_ seconds: Double) -> MonotonicTime { Self.begin.advanced(seconds: seconds) }

    @Test func whatAnEarlierRunDidIsNoRate() {
        let progress = progress(total: 200, created: 50, existing: 100)
        #expect(progress.rate(after(10)) == 5)
        #expect(progress.timeLeft(after(10)) == 10)
        #expect(self.progress(total: 2, created: 0).timeLeft(after(10)) == nil)
    }

    @Test func theBudgetBoundsTheRate() {
        var progress = progress(total: 1000, created: 100)
        progress.budget = ImportProgress.Budget(quota: 100, window: 300, remaining: 0)
        #expect(progress.timeLeft(after(10)) == 2700)
        progress.budget = ImportProgress.Budget(quota: 100, window: 300, remaining: 900)
        #expect(progress.timeLeft(after(10)) == 90)
    }

    /// A burst at the beginning says nothing about what comes after it.
    @Test func theShownRateIsOfTheLastSeconds() {
        var progress = progress(total: 2000, created: 0)
        for second in 0...60 {
            // 300 at once, then one a second.
            progress.counts.created = second == 0 ? 0 : 300 + second
            progress.sample(after(Double(second)))
            progress.sample(after(Double(second) + 0.1))
        }
        #expect(progress.recentRate(after(60)) == 1)
        #expect(progress.recentRate(after(0.3)) != nil)
        progress.pause(until: after(90), now: after(61))
        #expect(progress.recentRate(after(62)) == nil)
        #expect(self.progress(total: 5, created: 0).recentRate(after(5)) == nil)
    }

    @Test func pausesThatOverlapCountOnce() {
        var progress = progress(total: 2, created: 0)
        progress.pause(until: after(10), now: after(0))
        progress.pause(until: after(12), now: after(5))
        progress.pause(until: after(8), now: after(6))
        progress.pause(until: after(31), now: after(30))
        #expect(progress.budgetWait == 13)
    }

    @Test(arguments: [
        ("\"luma\";q=100;w=300", "\"luma\";r=12;t=42", ImportProgress.Budget(quota: 100, window: 300, remaining: 12)),
        (
            "\"token\";q=60;w=60, \"luma\";q=5;w=9", "\"token\";r=1;t=4, \"luma\";r=0",
            ImportProgress.Budget(quota: 5, window: 9, remaining: 0)
        ),
        ("\"token\";q=60;w=60", "\"token\";r=1", nil), ("\"luma\"", "\"luma\"", nil), (nil, nil, nil),
        ("\"luma\";q=x;w=1", "\"luma\";r=1", nil),
    ])
    func theBudgetIsReadFromTheFields(_ policy: String?, _ status: String?, _ budget: ImportProgress.Budget?) {
        #expect(ImportProgress.Budget(policy: policy, status: status) == budget)
    }

    @Test func theLineFitsEveryTerminal() {
        var progress = progress(total: 12345, created: 5000)
        progress.pause(until: after(4000), now: after(100))
        for width in 0...200 {
            let line = ProgressLine.text(progress, now: after(100), width: width)
            #expect(line.utf8.count < max(width, 1), "\(width): \(line)")
            #expect(line.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
        }
        #expect(
            ProgressLine.text(progress, now: after(100), width: nil)
                == "5000/12345, 40%, waiting for Luma's budget 1:05:00, 2:27 left")
        #expect(
            ProgressLine.text(self.progress(total: 4, created: 2), now: after(1), width: 50)
                == "[#########----------]  2/4  50%  2.0/s  0:01 left")
    }

    @Test(arguments: [
        (0.0, "0:00"), (0.2, "0:01"), (61, "1:01"), (3600, "1:00:00"), (36_001, "10:00:01"), (-5, "0:00"),
    ])
    func timesAreShort(seconds: Double, text: String) { #expect(ProgressLine.clock(seconds) == text) }
}
