import Core
import IO

/// The requests of one loop that change something at Luma and are not yet at their end, whether or not their client is
/// still there. On the loop only.
final class RunningWrites {
    private let reactor: Reactor
    /// The ids of the requests, by number.
    private var running: [Int: String] = [:]
    private var last = 0
    private var waiter: CheckedContinuation<Void, Never>?

    init(_ reactor: Reactor) { self.reactor = reactor }

    /// Runs `write` as a task of the loop that nothing cancels.
    func start(_ requestID: String, _ write: @escaping () async -> Void) {
        last += 1
        let number = last
        running[number] = requestID
        _ = reactor.start { [self] in
            await write()
            running[number] = nil
            if running.isEmpty { wake() }
        }
    }

    /// Returns when all have ended, or at `deadline`; then the ids of the requests that are cut off are given.
    /// One call at a time.
    func finish(by deadline: MonotonicTime) async -> [String] {
        if running.isEmpty { return [] }
        let timer = reactor.schedule(at: deadline) { [self] in wake() }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            if running.isEmpty { continuation.resume() } else { waiter = continuation }
        }
        reactor.cancel(timer)
        return running.sorted { $0.key < $1.key }.map(\.value)
    }

    private func wake() {
        waiter?.resume()
        waiter = nil
    }
}
