public import Core
import Dispatch
import Glibc
import HTTP
import IO
public import Settings
import Synchronization

/// Where log lines end: a file or standard error, written by one background queue.
///
/// Threads hand over whole batches of lines; a lock is held for the length of an append to a list. What waits is
/// bounded: when the disk or the terminal is slower than the log, lines are dropped, counted, and the count is
/// reported as soon as there is room. No caller ever waits for a write.
public final class LogSink: Sendable {
    /// Bytes that may wait to be written.
    static let bound = 4 << 20

    private struct Waiting {
        var batches: [[UInt8]] = []
        var bytes = 0
        var dropped = 0
        /// The queue has been told and has not yet looked.
        var isScheduled = false
    }
    private struct Output {
        var descriptor: Int32
        var encoder: LogEncoder
        /// The last write failed, and standard error was told.
        var isFailing = false
    }

    public let format: Configuration.LogFormat
    /// The least level that is written.
    public let threshold: LogLevel
    private let path: String?
    /// A person watches it.
    let isTerminal: Bool
    private let waiting = Mutex(Waiting())
    /// Held while writing, so only ever by the background queue.
    private let output: Mutex<Output>
    private let queue = DispatchQueue(label: "luma.log", qos: .utility)

    /// - Parameter path: the file to append to, made with mode 0640 when missing; nil for standard error.
    /// - Throws: `LogFileError` when the file cannot be opened.
    public init(path: String?, format: Configuration.LogFormat, threshold: LogLevel) throws(LogFileError) {
        self.path = path
        self.format = format
        self.threshold = threshold
        let descriptor = try Self.open(path)
        isTerminal = isatty(descriptor) == 1
        output = Mutex(Output(descriptor: descriptor, encoder: LogEncoder(format)))
    }

    /// For a descriptor that the caller owns and keeps open.
    init(descriptor: Int32, format: Configuration.LogFormat, threshold: LogLevel, isTerminal: Bool? = nil) {
        path = nil
        self.format = format
        self.threshold = threshold
        self.isTerminal = isTerminal ?? (isatty(descriptor) == 1)
        output = Mutex(Output(descriptor: descriptor, encoder: LogEncoder(format)))
    }

    deinit {
        if path != nil { _ = close(output.withLock { $0.descriptor }) }
    }

    private static func open(_ path: String?) throws(LogFileError) -> Int32 {
        guard let path else { return STDERR_FILENO }
        // Without O_NONBLOCK a pipe would hold the start up until somebody reads from it.
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else {
            let error = SystemError("open")
            let cause = error.code == ENXIO ? "it is a pipe without a reader" : error.description
            throw LogFileError(path: path, cause: cause)
        }
        return descriptor
    }

    /// Logs one event at once; for code that is not on a loop. A loop uses its `LoopLog`.
    public func log(_ event: LogEvent) {
        guard event.level >= threshold else { return }
        var encoder = LogEncoder(format)
        var line = ByteBuffer()
        encoder.append(event, to: &line)
        submit(Array(line.bytes), lines: 1)
    }

    /// Takes whole lines. Drops and counts them when too much waits already.
    func submit(_ batch: [UInt8], lines: Int) {
        let mustSchedule = waiting.withLock { waiting in
            guard waiting.bytes + batch.count <= Self.bound else {
                waiting.dropped += lines
                return false
            }
            waiting.batches.append(batch)
            waiting.bytes += batch.count
            defer { waiting.isScheduled = true }
            return !waiting.isScheduled
        }
        if mustSchedule { queue.async { self.drain() } }
    }

    /// Opens the file again, after it was moved away; keeps the old one when that fails, and says so in it.
    public func reopen(at time: Timestamp) {
        guard let path else { return }
        queue.async { [self] in
            drain()
            do throws(LogFileError) {
                let fresh = try Self.open(path)
                output.withLock { output in
                    close(output.descriptor)
                    output.descriptor = fresh
                }
            } catch {
                log(LogEvent(time: time, .error, "The log file cannot be reopened", ["cause": .text(error.cause)]))
            }
        }
    }

    /// Waits until what was handed over so far is written, at most this long; false when it was not.
    @discardableResult
    public func flush(seconds: Double = 2) -> Bool {
        let done = DispatchSemaphore(value: 0)
        queue.async { [self] in
            drain()
            done.signal()
        }
        return done.wait(timeout: .now() + seconds) == .success
    }

    /// On the queue: writes what waits until nothing does.
    private func drain() {
        while true {
            let (batches, dropped) = waiting.withLock { waiting in
                let taken = (waiting.batches, waiting.dropped)
                waiting = Waiting()
                return taken
            }
            if batches.isEmpty, dropped == 0 { return }
            output.withLock { output in
                for batch in batches { write(batch, to: &output) }
                guard dropped > 0 else { return }
                var line = ByteBuffer()
                Self.report(dropped, &output.encoder, &line)
                write(Array(line.bytes), to: &output)
            }
        }
    }

    private static func report(_ dropped: Int, _ encoder: inout LogEncoder, _ line: inout ByteBuffer) {
        let event = LogEvent(
            time: WallClock.now, .warning, "Log lines were dropped because writing them took too long",
            ["lines": .integer(dropped)])
        encoder.append(event, to: &line)
    }

    /// Writes all bytes, or gives up: a log that cannot be written must not stop what is logged. That a file begins to
    /// fail is told on standard error.
    private func write(_ bytes: [UInt8], to output: inout Output) {
        let failure = Self.write(bytes, to: output.descriptor)
        if let failure, let path, !output.isFailing {
            StandardError.write("luma-mcp: the log cannot be written to \(path), lines are lost: \(failure)")
        }
        output.isFailing = failure != nil
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> SystemError? {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while let base = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
                let count = Glibc.write(descriptor, base, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    // Standard error may share its non-blocking mode with another program's terminal.
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, 1000)
                } else if errno != EINTR {
                    return SystemError("write")
                }
            }
            return nil
        }
    }
}

/// The log file cannot be opened.
public struct LogFileError: Error, Sendable, Equatable, CustomStringConvertible {
    public let path: String
    public let cause: String

    public var description: String { "\(path): \(cause)" }
}
