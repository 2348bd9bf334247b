import Dispatch

/// What is read again on SIGHUP: one after another, and never in the way of an end.
///
/// To read a file may take for ever, on a file system whose server is gone. So it is not done where signals are heard, and
/// what comes meanwhile is done once, afterwards.
final class Reloads: Sendable {
    private let wishes: AsyncStream<Void>.Continuation

    init(_ reload: @escaping @Sendable () async -> Void) {
        let (stream, wishes) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.wishes = wishes
        Task.detached { for await _ in stream { await reload() } }
    }

    func wish() { wishes.yield() }

    deinit { wishes.finish() }

    /// Does what may wait for a file on a thread of its own: the others are as many as there are cores, and all are needed.
    static func read<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withUnsafeContinuation { continuation in
            DispatchQueue(label: "luma-mcp.reload").async { continuation.resume(returning: body()) }
        }
    }
}
