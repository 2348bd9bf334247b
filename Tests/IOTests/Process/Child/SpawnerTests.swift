import Core
import Foundation
import Testing

@testable import IO

@Suite struct SpawnerTests {
    /// Each waits for all the others.
    @Test func sixteenRunAtOnce() async throws {
        try await ChildBench.with { bench in
            var child = bench.shell(
                "touch \(bench.outside)/$$; until [ $(ls \(bench.outside) | wc -l) -ge 16 ]; do sleep 0.02; done; echo all"
            )
            child.sandbox.writable = [bench.outside]
            let wanted = child
            let other = try Loop(label: "other")
            other.start()
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        var child = wanted
                        child.directory = .own(below: bench.folder)
                        return try await (number % 2 == 0 ? bench.loop : other).run(child).text
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == [String](repeating: "all\n", count: 16))
            await other.stop()
        }
    }

    /// It was told to end, and does so only once others were started and have ended.
    @Test func whoIsDeafToItsEndDelaysNoStart() async throws {
        try await ChildBench.with { bench in
            var deaf = bench.shell(
                """
                trap '' TERM
                sleep 1000 &
                echo $!
                touch \(bench.outside)/ready
                until [ -e \(bench.outside)/go ]; do sleep 0.02; done
                echo bye
                """)
            deaf.sandbox.writable = [bench.outside]
            // Far longer than this takes.
            deaf.patience = 1000
            let wanted = deaf
            let call = Task { try await bench.run(wanted) }
            while !FileManager.default.fileExists(atPath: bench.outside + "/ready") {
                try await Task.sleep(for: .milliseconds(5))
            }
            call.cancel()
            for _ in 0..<5 {
                let other = try await bench.run(bench.shell("setsid sleep 1000 & echo $!"))
                #expect(other.ending == .exited(0) && isGone(other.lines.first))
            }
            #expect(FileManager.default.createFile(atPath: bench.outside + "/go", contents: nil))
            let result = try await call.value
            #expect(result.stopped == .cancelled && result.ending == .exited(0))
            #expect(result.lines.count == 2 && result.lines.last == "bye" && isGone(result.lines.first))
        }
    }

    /// Other tests work in this process meanwhile, so a few more or less say nothing.
    @Test func aThousandCallsLeaveNothing() async throws {
        try await ChildBench.with { bench in
            let kinds: [@Sendable () -> ChildProcess] = [
                { bench.program("/bin/true") },
                { bench.program(bench.outside + "/none") },
                {
                    var child = bench.shell("exec yes")
                    child.outputLimit = 10
                    return child
                },
                { bench.shell("sleep 1000 >/dev/null 2>&1 & echo x > file; exit 3") },
                {
                    var child = bench.shell("setsid sleep 1000 >/dev/null 2>&1 & exit 3")
                    child.drain = 0
                    return child
                },
            ]
            _ = try await bench.run(kinds[0]())
            let before = try Belongings()
            let outcomes = await withTaskGroup(of: [String].self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        var outcomes: [String] = []
                        for number in 0..<125 {
                            do {
                                let result = try await bench.run(kinds[(worker + number) % kinds.count]())
                                outcomes.append("\(result.ending) \(result.stopped.map { "\($0)" } ?? "-")")
                            } catch {
                                outcomes.append("\(error as? ChildFailure == .notStarted(Self.notThere))")
                            }
                        }
                        return outcomes
                    }
                }
                return await group.reduce(into: [String: Int]()) { counts, outcomes in
                    for outcome in outcomes { counts[outcome, default: 0] += 1 }
                }
            }
            // What is stopped for its output may hear of it by the closed pipe before the signal.
            let stopped = outcomes.filter { $0.key.hasSuffix("overflow") }.values.reduce(0, +)
            #expect(outcomes["exited(0) -"] == 200 && outcomes["true"] == 200 && outcomes["exited(3) -"] == 400)
            #expect(stopped == 200)
            let after = try Belongings()
            #expect(after.descriptors - before.descriptors < 100)
            #expect(after.children - before.children < 100)
        }
    }

    private static let notThere = SpawnFailure(stage: .exec, code: ENOENT)

    /// What this process has.
    private struct Belongings {
        let descriptors: Int
        /// Zombies too.
        let children: Int

        init() throws {
            descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            children = Orphans.scanned().count
        }
    }
}
