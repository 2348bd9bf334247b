import Core
import Foundation
import Synchronization
import Testing

@testable import IO

/// A loop on which programs run, and the folder in which they get theirs.
struct ChildBench {
    let loop: Loop
    /// For folders of calls alone.
    let folder: String
    /// For what a test puts beside them; no program may see it without a grant.
    let outside: String
    private let root: String

    private init() throws {
        loop = try Loop(label: "test")
        loop.start()
        let place = FileManager.default.temporaryDirectory.appending(path: "luma-" + UUID().uuidString)
        root = place.path(percentEncoded: false)
        (folder, outside) = (root + "/calls", root + "/outside")
        for path in [folder, outside] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
    }

    /// What was run in `body` must have left no folder.
    static func with(_ body: (ChildBench) async throws -> Void) async throws {
        let bench = try ChildBench()
        defer { try? FileManager.default.removeItem(atPath: bench.root) }
        try await body(bench)
        // But for empty ones that are kept for calls to come.
        let left = try FileManager.default.subpathsOfDirectory(atPath: bench.folder)
        #expect(left.count <= 16 && left.allSatisfy { $0.hasPrefix("call-") && !$0.contains("/") })
        await bench.loop.stop()
    }

    /// What nobody waits for: far longer than any test takes.
    static var farDeadline: MonotonicTime { LoopClock.monotonicNow.advanced(seconds: 300) }

    func program(_ path: String, _ arguments: [String] = []) -> ChildProcess {
        ChildProcess(
            path, arguments, environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"],
            in: .own(below: folder), deadline: Self.farDeadline)
    }

    func shell(_ script: String) -> ChildProcess { program("/bin/sh", ["-c", script]) }

    func python(_ script: String) -> ChildProcess { program("/usr/bin/env", ["python3", "-c", script]) }

    func run(_ child: ChildProcess) async throws -> ChildResult { try await loop.run(child) }

    /// Runs a program and cancels the call once it has said `ready` and a newline. What it has said by then is given to `then`.
    func run(
        _ child: ChildProcess, cancelledAfter then: @escaping @Sendable (String) async -> Void
    ) async throws -> ChildResult {
        let heard = Heard()
        let call = Task {
            defer { heard.end() }
            return try await loop.run(child) { heard.append($0) }
        }
        while !heard.text.contains("ready\n"), !heard.isOver { try await Task.sleep(for: .milliseconds(5)) }
        await then(heard.text)
        call.cancel()
        return try await call.value
    }
}

/// What came from a program so far; any thread.
private final class Heard: Sendable {
    private let octets = Mutex<(bytes: [UInt8], isOver: Bool)>(([], false))

    var text: String { octets.withLock { String(decoding: $0.bytes, as: UTF8.self) } }
    var isOver: Bool { octets.withLock { $0.isOver } }

    func append(_ more: UnsafeRawBufferPointer) {
        let more = Array(more)
        octets.withLock { $0.bytes += more }
    }
    func end() { octets.withLock { $0.isOver = true } }
}

extension Loop {
    func run(
        _ child: ChildProcess, hearing: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil
    ) async throws -> ChildResult {
        let result = try await Spawner.shared().run(child, on: reactor, hearing: hearing)
        #expect(executor.isCurrent)
        return result
    }
}

extension ChildResult {
    var text: String { String(decoding: output.bytes, as: UTF8.self) }
    var words: String { String(decoding: errors.bytes, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map(String.init) }
}

/// True when no process has this number, not even one that waits to be reaped.
func isGone(_ process: String?) -> Bool {
    guard let process, let number = pid_t(process) else { return false }
    return kill(number, 0) == -1 && errno == ESRCH
}
