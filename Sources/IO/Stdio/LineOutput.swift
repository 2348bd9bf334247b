import Dispatch
import Glibc
import Synchronization

/// Writes lines to a descriptor: one writer, whole lines, in the order in which they were given. Nobody waits for it.
public final class LineOutput: Sendable {
    /// Bytes that may wait for a reader that does not read; beyond it the output counts as broken.
    static let mostWaiting = 64 << 20

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
            return waiting > Self.mostWaiting
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
