import Dispatch
import Glibc
import Synchronization

/// Lines for a person on standard error, outside the log.
package enum StandardError {
    /// Writes lines, the last one with its line end.
    package static func write(_ text: String) { writeLine(text, to: STDERR_FILENO) }

    /// A question, whose answer follows on the same line.
    package static func prompt(_ text: String) { writeWhole(text, to: STDERR_FILENO) }
}

/// What a command prints for a person or a script. Unbuffered, so that a reader of a pipe sees it at once.
package enum StandardOutput {
    /// Writes lines, the last one with its line end.
    package static func write(_ text: String) { writeLine(text, to: STDOUT_FILENO) }
}

/// Writes the text, and a line end unless it has one.
private func writeLine(_ text: String, to descriptor: Int32) {
    writeWhole(text.hasSuffix("\n") ? text : text + "\n", to: descriptor)
}

/// A reader that has gone away is no reason to fail.
private func writeWhole(_ text: String, to descriptor: Int32) { try? WholeFile.write(Array(text.utf8), to: descriptor) }

/// Reads lines from a descriptor on a thread of its own: a terminal, a pipe or a file, which epoll cannot all watch.
public final class LineInput: Sendable {
    /// What was read.
    public enum Item: Sendable, Equatable {
        /// Without its line end.
        case line([UInt8])
        /// A line longer than the limit was passed over.
        case tooLong
        /// The end, or an error that ends the input.
        case end
    }

    private static let pieceSize = 64 << 10
    private let descriptor: Int32
    private let maxBytes: Int

    /// - Parameter maxBytes: the longest line that is delivered.
    public init(descriptor: Int32 = 0, maxBytes: Int) {
        self.descriptor = descriptor
        self.maxBytes = maxBytes
    }

    /// Starts to read; `deliver` is called on the reading thread, in order, `end` last.
    public func start(_ deliver: @escaping @Sendable (Item) -> Void) {
        DispatchQueue(label: "luma-mcp.stdin").async { [self] in
            run(deliver)
            deliver(.end)
        }
    }

    private func run(_ deliver: (Item) -> Void) {
        var lines = LineSplitter(maxBytes: maxBytes)
        func tell(_ item: LineSplitter.Item) {
            switch item {
            case .line(let line): deliver(.line(line))
            case .tooLong: deliver(.tooLong)
            }
        }
        var piece = [UInt8](repeating: 0, count: Self.pieceSize)
        while true {
            let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                // Whoever started us may have left the descriptor non-blocking.
                var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                poll(&ready, 1, -1)
                continue
            }
            guard count > 0 else { break }
            piece.withUnsafeBytes { lines.take(UnsafeRawBufferPointer(rebasing: $0[..<count]), tell) }
        }
        lines.end(tell)
    }
}

/// Writes lines to a descriptor: one writer, whole lines, in the order in which they were given. Nobody waits for it.
public final class LineOutput: Sendable {
    /// Bytes that may wait for a reader that does not read; beyond it the output counts as broken.
    static let maxWaiting = 64 << 20

    private let descriptor: Int32
    private let queue = DispatchQueue(label: "luma-mcp.stdout")
    private let waiting = Mutex(0)
    private let broken = Atomic<Bool>(false)

    public init(descriptor: Int32 = 1) { self.descriptor = descriptor }

    /// The reader has gone away, or reads nothing.
    public var isBroken: Bool { broken.load(ordering: .relaxed) }

    /// Writes a line, to which this adds the end. Any thread.
    public func write(_ line: [UInt8]) {
        let tooMuch = waiting.withLock { waiting in
            waiting += line.count
            return waiting > Self.maxWaiting
        }
        if tooMuch { broken.store(true, ordering: .relaxed) }
        guard !isBroken else { return }
        queue.async { [self] in
            put(line + [0x0a])
            waiting.withLock { $0 -= line.count }
        }
    }

    /// Returns when everything is written that was given so far, at most after this many seconds. Never on a loop.
    public func flush(seconds: Double) {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + seconds)
    }

    private func put(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty, !isBroken {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, 1000)
            } else if errno != EINTR {
                broken.store(true, ordering: .relaxed)
            }
        }
    }
}
