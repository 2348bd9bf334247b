import Core
import Foundation
import GatewayAPI
import Glibc
import HTTP
import IO
import Settings
import Testing

@testable import Gateway

@Suite struct LogSinkTests {
    private let directory: String

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path(
            percentEncoded: false)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    private func event(_ message: String, _ level: LogLevel = .info) -> LogEvent {
        LogEvent(time: Timestamp(milliseconds: 0), level, message)
    }

    private func lines(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    @Test func linesReachTheFileInOrder() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/log"
        try Data("old\n".utf8).write(to: URL(filePath: path))
        let sink = try LogSink(path: path, format: .text, threshold: .info)
        for number in 0..<1000 { sink.log(event("line-\(number)")) }
        sink.log(event("hidden", .debug))
        #expect(sink.flush())
        let found = try lines(path)
        #expect(found.count == 1001)
        #expect(found[0] == "old")
        #expect(found[1] == "1970-01-01T00:00:00.000Z info line-0")
        #expect(found[1000].hasSuffix("line-999"))
    }

    @Test func aFileThatCannotBeOpenedSaysWhy() {
        let error = #expect(throws: LogFileError.self) {
            try LogSink(path: directory + "/none/log", format: .text, threshold: .info)
        }
        #expect(error?.cause.contains("No such file") == true)
        try? FileManager.default.removeItem(atPath: directory)
    }

    @Test func reopeningFollowsARotation() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/log"
        let sink = try LogSink(path: path, format: .text, threshold: .info)
        sink.log(event("before"))
        sink.flush()
        #expect(rename(path, path + ".1") == 0)
        sink.log(event("between"))
        sink.reopen(at: Timestamp(milliseconds: 0))
        sink.flush()
        sink.log(event("after"))
        sink.flush()
        #expect(try lines(path + ".1").map { $0.split(separator: " ").last } == ["before", "between"])
        #expect(try lines(path).map { $0.split(separator: " ").last } == ["after"])
    }

    /// A pipe that nobody reads blocks the writer; callers go on, what does not fit is counted, and the count comes out.
    @Test func aStuckWriterDropsAndReports() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let sink = LogSink(descriptor: ends[1], format: .text, threshold: .info)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 65535) + [0x0a]
        // 64 KiB fill the pipe, so the writer holds the first batch or waits; 4 MiB may wait behind it.
        let sent = 200
        for _ in 0..<sent { sink.submit(line, lines: 1) }
        #expect(!sink.flush(seconds: 0.01))
        // A thread of its own: one of the pool may wait for other tests.
        let reader = DispatchQueue(label: "reader")
        nonisolated(unsafe) var all: [UInt8] = []
        reader.async { [end = ends[0]] in
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(end, &chunk, chunk.count)
                if count <= 0 { return }
                all.append(contentsOf: chunk[..<count])
            }
        }
        #expect(sink.flush(seconds: 30))
        close(ends[1])
        reader.sync {}
        let text = String(decoding: all, as: UTF8.self)
        close(ends[0])
        let found = text.split(separator: "\n")
        let kept = found.count { $0.first == "x" }
        let dropped = found.filter { $0.contains("Log lines were dropped") }
            .compactMap { $0.split(separator: "lines=").last.flatMap { Int($0) } }.reduce(0, +)
        #expect(dropped > 0)
        #expect(kept + dropped == sent)
    }

    @Test func aBrokenOutputDoesNotStopAnything() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        let sink = LogSink(descriptor: descriptor, format: .text, threshold: .info)
        sink.log(event("lost"))
        #expect(sink.flush())
    }

    @Test func aLoopHandsOverBatches() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/log"
        let sink = try LogSink(path: path, format: .json, threshold: .info)
        var timers: [() -> Void] = []
        let log = LoopLog(sink) { timers.append($0) }
        #expect(!log.isEnabled(.debug) && log.isEnabled(.info))
        log.log(event("unseen", .debug))
        #expect(timers.isEmpty)

        log.log(event("first"))
        log.log(event("second"))
        #expect(timers.count == 1)
        sink.flush()
        #expect(try lines(path).isEmpty)
        timers[0]()
        sink.flush()
        #expect(try lines(path).count == 2)

        let record = RequestRecord(
            time: Timestamp(milliseconds: 0), requestID: "r", method: .get, route: "/health", status: 200,
            durationNanoseconds: 1, bytes: 1)
        for _ in 0..<600 { log.log(record) }
        sink.flush()
        let early = try lines(path).count
        #expect(early > 200 && early < 602)
        #expect(timers.count == 2)
        log.flush()
        sink.flush()
        #expect(try lines(path).count == 602)
        timers[1]()
        log.flush()
        sink.flush()
        #expect(try lines(path).count == 602)
    }

    /// Who watches a terminal sees the lines of all loops in their order, and not a batch of each.
    @Test func aTerminalGetsEachLineAtOnce() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let sink = LogSink(descriptor: ends[1], format: .text, threshold: .info, isTerminal: true)
        var timers: [() -> Void] = []
        let logs = [LoopLog(sink) { timers.append($0) }, LoopLog(sink) { timers.append($0) }]
        for (index, word) in ["one", "two", "three"].enumerated() { logs[index % 2].log(event(word)) }
        let isWritten = sink.flush(seconds: 30)
        #expect(isWritten && timers.isEmpty)
        close(ends[1])
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = read(ends[0], &chunk, chunk.count)
        close(ends[0])
        let text = String(decoding: chunk[..<max(0, count)], as: UTF8.self)
        #expect(text.split(separator: "\n").map { $0.split(separator: " ").last } == ["one", "two", "three"])
    }

    /// On a real loop a single line is on its way without anybody asking for it.
    @Test func aQuietLoopHandsOverByItself() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/log"
        let sink = try LogSink(path: path, format: .text, threshold: .info)
        let loop = try Loop(label: "log.test")
        loop.start()
        let event = event("alone")
        await loop.perform { LoopLog(sink, on: $0.reactor).log(event) }
        let deadline = ContinuousClock.now + .seconds(20)
        while try lines(path).isEmpty, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try lines(path).count == 1)
        await loop.stop()
    }
}
