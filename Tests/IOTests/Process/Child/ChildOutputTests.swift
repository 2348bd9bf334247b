import Core
import Foundation
import Testing

@testable import IO

@Suite struct ChildOutputTests {
    private static let flood = "printf begin; head -c 3000000 /dev/zero | tr '\\0' a; printf end"

    @Test func whatIsTooLongStopsIt() async throws {
        try await ChildBench.with { bench in
            let result = try await bench.run(bench.shell(Self.flood + "; exec sleep 1000"))
            #expect(result.stopped == .overflow)
            #expect(result.output.isCut)
            #expect(result.output.bytes.count == 1 << 20)
            #expect(result.text.hasPrefix("beginaaa"))
        }
    }

    @Test func theFirstOctetsAreKept() async throws {
        try await ChildBench.with { bench in
            var child = bench.shell(Self.flood + "; exit 4")
            (child.overflow, child.outputLimit) = (.head, 100)
            let result = try await bench.run(child)
            #expect(result.ending == .exited(4) && result.stopped == nil)
            #expect(result.output.total == 3_000_008 && result.output.isCut)
            #expect(result.text == "begin" + String(repeating: "a", count: 95))
        }
    }

    @Test func theLastOctetsAreKept() async throws {
        try await ChildBench.with { bench in
            var child = bench.shell(Self.flood + "; exit 4")
            (child.overflow, child.outputLimit) = (.tail, 100)
            let result = try await bench.run(child)
            #expect(result.ending == .exited(4) && result.stopped == nil)
            #expect(result.output.total == 3_000_008 && result.output.isCut)
            #expect(result.text == String(repeating: "a", count: 97) + "end")
        }
    }

    /// All that it may write, and not one octet more.
    @Test(arguments: [(1000, nil), (1001, .overflow)] as [(Int, ChildResult.Stop?)])
    func theLimitIsExact(count: Int, stopped: ChildResult.Stop?) async throws {
        try await ChildBench.with { bench in
            var child = bench.shell("head -c \(count) /dev/zero")
            child.outputLimit = 1000
            let result = try await bench.run(child)
            #expect(result.stopped == stopped)
            #expect(result.output.bytes.count == 1000)
        }
    }

    @Test func outputWithoutAnEndIsStoppedAtItsLimit() async throws {
        try await ChildBench.with { bench in
            let result = try await bench.run(bench.shell("exec yes"))
            #expect(result.stopped == .overflow)
        }
    }

    @Test func outputWithoutAnEndIsStoppedByTheDeadline() async throws {
        try await ChildBench.with { bench in
            var child = bench.shell("exec yes")
            child.overflow = .tail
            child.deadline = LoopClock.monotonicNow.advanced(seconds: 0.3)
            // It may be over before the start, on a busy machine.
            do {
                let result = try await bench.run(child)
                #expect(result.stopped == .deadline && result.ending == .killed(signal: Int(SIGTERM)))
            } catch {
                #expect(error as? ChildFailure == .overdue)
            }
        }
    }

    @Test func ofErrorsTheEndIsKeptHoweverLongTheyAre() async throws {
        try await ChildBench.with { bench in
            let result = try await bench.run(
                bench.shell("head -c 100000000 /dev/zero >&2; printf last >&2; echo out; exit 5"))
            #expect(result.ending == .exited(5) && result.text == "out\n")
            #expect(result.errors.total == 100_000_004 && result.errors.isCut)
            #expect(result.errors.bytes.count == 8 << 10)
            #expect(result.words.hasSuffix("\0last"))
        }
    }

    @Test func closedStreamsAreNoEnd() async throws {
        try await ChildBench.with { bench in
            let result = try await bench.run(bench.shell("echo out; exec 1>&- 2>&-; cat /dev/zero | head -c 9; exit 6"))
            #expect(result.ending == .exited(6) && result.text == "out\n")
        }
    }

    @Test(arguments: [0, 1, 2, 5, 6, 7, 20, 1000]) func aCapKeepsOneEnd(limit: Int) {
        let octets = (0..<20).map(UInt8.init)
        for size in 1...20 {
            var first = CappedOutput(.first, limit: limit)
            var last = CappedOutput(.last, limit: limit)
            for start in stride(from: 0, to: 20, by: size) {
                octets[start..<min(start + size, 20)].withUnsafeBytes {
                    first.append($0)
                    last.append($0)
                }
            }
            #expect(first.bytes == Array(octets.prefix(limit)))
            #expect(last.bytes == Array(octets.suffix(limit)))
            #expect(first.total == 20 && last.total == 20)
            #expect(first.isCut == (limit < 20) && last.isCut == (limit < 20))
        }
    }
}
