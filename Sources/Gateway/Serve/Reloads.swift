import Dispatch

/// What is read again on SIGHUP: one after another, and never in the way of an end.
///
/// To read a file may take for ever, on a file system whose server is gone. So it is not done where signals are heard, and
/// what comes meanwhile is done once, afterwards.
final class Reloads: Sendable {
    private let wishes: AsyncStream<Void>.Continuation
    private let work: Task<Void, Never>

    /// - Parameter reload: its task is cancelled when nothing more is to be said of it.
    init(_ reload: @escaping @Sendable () async -> Void) {
        let (stream, wishes) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.wishes = wishes
        work = Task.detached { for await _ in stream { await reload() } }
    }

    func wish() { wishes.yield() }

    /// Nothing more is read again, as the program ends.
    func end() {
        wishes.finish()
        work.cancel()
    }

    deinit { wishes.finish() }

    /// Does what may wait for a file on a thread of its own: the others are as many as there are cores, and all are needed.
    static func read<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withUnsafeContinuation { continuation in
            DispatchQueue(label: "luma-mcp.reload").async { continuation.resume(returning: body()) }
        }
    }
}
