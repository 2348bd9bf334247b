import Core
import Glibc
import Testing

@testable import IO

/// Ends side by side, with processes that end when the test says so and a clock that it moves.
@Suite struct ChildEndsTests {
    @Test func whatEndsAtOnceIsOverAtOnce() {
        let stage = Stage()
        stage.begin(100)
        #expect(stage.table.killedGroups == [100])
        stage.table.end(100)
        #expect(stage.advance() == [100: .exited(0)])
        #expect(stage.ends.isIdle && stage.ends.due == nil && stage.ends.descriptors == [])
        #expect(stage.table.open == [])
    }

    @Test func whatHasLeftNothingIsReapedAtOnce() {
        let stage = Stage()
        stage.start(200)
        let child = stage.child(100)
        #expect(stage.ends.hasLeftNothing(child))
        #expect(stage.table.asked == [[200]])
        #expect(stage.reapAtOnce(child) == nil)
        stage.table.end(100)
        #expect(stage.reapAtOnce(child) == .exited(0))
        #expect(stage.table.open == [1200] && stage.table.killedGroups == [] && stage.ends.isIdle)
        // It is none of those that run any more.
        #expect(stage.ends.hasLeftNothing(stage.child(300)))
        #expect(stage.table.asked.last == [200])
    }

    @Test func whatHasLeftSomethingIsNot() {
        let stage = Stage()
        let child = stage.child(100)
        stage.table.addOrphans([300])
        #expect(!stage.ends.hasLeftNothing(child))
        stage.table.end(300)
        #expect(stage.table.reap(300))
        #expect(stage.ends.hasLeftNothing(child))
        // Nor while another one ends, or has not ended although it was killed.
        stage.begin(200)
        #expect(!stage.ends.hasLeftNothing(child))
        stage.table.pass(ChildEnds.killSeconds)
        #expect(stage.advance() == [200: .killed(signal: Int(SIGKILL))])
        #expect(stage.ends.isIdle && !stage.ends.hasLeftNothing(child))
    }

    /// Neither another's end nor a start waits for one that is stubborn.
    @Test func whoIsSlowToEndDelaysNobody() {
        let stage = Stage()
        stage.begin(100)
        #expect(stage.advance() == [:])
        #expect(stage.ends.descriptors == [1100] && stage.due == ChildEnds.killSeconds)
        // Started, run and ended meanwhile, while the clock stands still.
        stage.begin(200)
        stage.table.end(200)
        #expect(stage.advance() == [200: .exited(0)])
        #expect(stage.ends.descriptors == [1100])
        stage.table.end(100)
        #expect(stage.advance() == [100: .exited(0)])
        #expect(stage.table.open == [])
    }

    @Test func whatDoesNotEndIsWaitedForASecondAndReapedWheneverItEnds() {
        let stage = Stage()
        stage.begin(100)
        stage.table.pass(ChildEnds.killSeconds - 0.1)
        #expect(stage.advance() == [:])
        stage.table.pass(0.1)
        #expect(stage.advance() == [100: .killed(signal: Int(SIGKILL))])
        #expect(stage.ends.isIdle && stage.table.open == [] && stage.table.reaped == [])
        stage.table.end(100)
        #expect(stage.advance() == [:])
        #expect(stage.table.reaped == [100])
    }

    @Test func whatIsLeftBehindIsKilledAndReapedBeforeTheEnd() {
        let stage = Stage()
        stage.table.addOrphans([300, 301])
        stage.begin(100)
        stage.table.end(100)
        #expect(stage.advance() == [:])
        #expect(stage.table.killed == [300, 301])
        #expect(Set(stage.ends.descriptors) == [1300, 1301])
        stage.table.end(300)
        #expect(stage.advance() == [:])
        #expect(stage.table.open == [1301])
        // What it leaves behind itself is met in the next look.
        stage.table.addOrphans([302])
        stage.table.end(301)
        #expect(stage.advance() == [:])
        #expect(stage.table.killed == [300, 301, 302])
        stage.table.end(302)
        #expect(stage.advance() == [100: .exited(0)])
        #expect(stage.table.open == [] && stage.table.reaped == [100, 300, 301, 302])
    }

    @Test func whatRunsIsNoOrphan() {
        let stage = Stage()
        stage.start(200)
        stage.begin(100)
        stage.table.end(100)
        #expect(stage.advance() == [100: .exited(0)])
        #expect(stage.table.asked.allSatisfy { $0 == [200] } && stage.table.asked.count == 1)
    }

    /// Two that end at once meet the same orphans; each is reaped once, and none is waited for by name when it is gone.
    @Test func twoEndsShareWhatIsLeftBehind() {
        let stage = Stage()
        stage.table.addOrphans([300])
        stage.begin(100)
        stage.begin(200)
        stage.table.end(100)
        stage.table.end(200)
        #expect(stage.advance() == [:])
        #expect(stage.table.killed == [300])
        stage.table.end(300)
        #expect(stage.advance() == [100: .exited(0), 200: .exited(0)])
        #expect(stage.table.reaped == [100, 200, 300])
    }

    @Test func anOrphanThatDoesNotEndIsWaitedForASecondByAll() {
        let stage = Stage()
        stage.table.addOrphans([300])
        stage.begin(100)
        stage.table.end(100)
        #expect(stage.advance() == [:])
        stage.table.pass(ChildEnds.killSeconds)
        #expect(stage.advance() == [100: .exited(0)])
        // It is killed already, and the next end does not wait for it.
        stage.begin(200)
        stage.table.end(200)
        #expect(stage.advance() == [200: .exited(0)])
        #expect(stage.table.killed == [300] && stage.table.open == [] && stage.ends.isIdle)
        stage.table.end(300)
        _ = stage.advance()
        #expect(stage.table.reaped == [100, 200, 300])
    }

    @Test func ofManyOrphansFewAreWatchedAtOnce() {
        let stage = Stage()
        let all = (1000..<1000 + pid_t(3 * ChildEnds.maxOrphans)).map { $0 }
        stage.table.addOrphans(all)
        stage.begin(100)
        stage.table.end(100)
        var rounds = 0
        while stage.advance().isEmpty, rounds < 10 {
            #expect(stage.ends.descriptors.count <= ChildEnds.maxOrphans)
            // In the first look all of them are killed.
            #expect(Set(stage.table.killed) == Set(all))
            for descriptor in stage.ends.descriptors { stage.table.end(descriptor - 1000) }
            rounds += 1
        }
        #expect(rounds == 3 && stage.ends.isIdle)
        #expect(Set(stage.table.reaped) == Set(all + [100]))
    }

    /// Whoever makes them faster than they end is left to a later end.
    @Test func aStormOfOrphansIsWaitedForASecond() {
        let stage = Stage()
        stage.begin(100)
        stage.table.end(100)
        var next: pid_t = 300
        for _ in 0..<9 {
            stage.table.addOrphans([next])
            #expect(stage.advance() == [:])
            stage.table.end(next)
            stage.table.pass(ChildEnds.killSeconds / 10)
            next += 1
        }
        stage.table.addOrphans([next])
        #expect(stage.advance() == [:])
        stage.table.pass(ChildEnds.killSeconds / 10)
        #expect(stage.advance() == [100: .exited(0)])
    }

    @Test func whatCannotBeWatchedIsLookedAtSoon() {
        let stage = Stage()
        stage.table.hasDescriptors = false
        stage.table.addOrphans([300])
        stage.begin(100)
        stage.table.end(100)
        #expect(stage.advance() == [:])
        #expect(stage.ends.descriptors == [] && stage.due < 0.1)
        stage.table.end(300)
        #expect(stage.advance() == [100: .exited(0)])
    }
}

/// Ends, and processes as the test wants them. A descriptor is the number of its process and a thousand.
private final class Stage {
    let table = Processes()
    private(set) var ends: ChildEnds

    init() { ends = ChildEnds(table) }

    /// Seconds until the next look.
    var due: Double { ends.due?.seconds(since: table.now) ?? .infinity }

    func start(_ process: pid_t) {
        table.open.insert(process + 1000)
        ends.started(process)
    }

    /// One that has started.
    func child(_ process: pid_t) -> StartedChild {
        start(process)
        return StartedChild(process: process, descriptor: process + 1000, input: -1, output: -1, errors: -1)
    }

    func begin(_ process: pid_t) { ends.begin(ChildEnds.Request(child: child(process)) { _ in }) }

    func reapAtOnce(_ child: StartedChild) -> ChildResult.Ending? { ends.reapAtOnce(child) }

    func advance() -> [pid_t: ChildResult.Ending] {
        Dictionary(uniqueKeysWithValues: ends.advance().map { ($0.request.child.process, $0.ending) })
    }
}

private final class Processes: ProcessTable {
    private(set) var now = MonotonicTime(nanoseconds: 5_000_000_000)
    var hasDescriptors = true
    var open: Set<Int32> = []
    private(set) var killedGroups: [pid_t] = []
    private(set) var killed: [pid_t] = []
    private(set) var reaped: [pid_t] = []
    /// What was said to run at each look for orphans.
    private(set) var asked: [Set<pid_t>] = []
    private var left: [pid_t] = []
    private var ended: Set<pid_t> = []

    func pass(_ seconds: Double) { now = now.advanced(seconds: seconds) }
    func end(_ process: pid_t) { ended.insert(process) }
    func addOrphans(_ processes: [pid_t]) { left += processes }

    func killGroup(of child: StartedChild) { killedGroups.append(child.process) }
    func kill(_ process: pid_t) { if !killed.contains(process) { killed.append(process) } }

    func reap(_ child: StartedChild) -> ChildResult.Ending? { reap(child.process) ? .exited(0) : nil }

    func reap(_ process: pid_t) -> Bool {
        guard ended.remove(process) != nil else { return false }
        left.removeAll { $0 == process }
        reaped.append(process)
        return true
    }

    func orphans(sparing running: Set<pid_t>) -> [pid_t] {
        asked.append(running)
        return left
    }

    func open(_ process: pid_t) -> Int32? {
        guard hasDescriptors else { return nil }
        open.insert(process + 1000)
        return process + 1000
    }

    func close(_ descriptor: Int32) { #expect(open.remove(descriptor) != nil) }
}
