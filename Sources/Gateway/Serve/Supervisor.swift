import Core
import Glibc
import IO

/// Whoever has started this program and wants to know how it is: systemd, or nobody (sd_notify(3)).
struct Supervisor: Sendable {
    private let socket: NotifySocket?
    /// Seconds between two signs of life, half of what the supervisor waits for; nil when it does not wait.
    let watchdogInterval: Double?

    /// - Parameter process: this program's id; the watchdog may be meant for another.
    init(_ environment: [String: String], process: Int32) {
        socket = environment["NOTIFY_SOCKET"].flatMap(NotifySocket.init)
        let isMeant = environment["WATCHDOG_PID"].map { Int32($0) == process } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        // Below a millisecond it would be a load of its own.
        watchdogInterval = isMeant && microseconds >= 1000 ? Double(microseconds) / 2_000_000 : nil
    }

    func ready(_ status: String) { socket?.send("READY=1\nSTATUS=\(status)") }

    /// Must be followed by `ready`.
    func reloading() {
        socket?.send("RELOADING=1\nMONOTONIC_USEC=\(LoopClock.monotonicNow.nanoseconds / 1000)")
    }

    func stopping() { socket?.send("STOPPING=1") }

    /// Gives a sign of life for as long as every loop answers; cancel the task to end it.
    func startWatchdog(_ workers: [ServerNode<Application>]) -> Task<Void, Never>? {
        guard let socket, let interval = watchdogInterval else { return nil }
        return Task.detached {
            while !Task.isCancelled {
                for worker in workers { await worker.loop.perform { _ in } }
                socket.send("WATCHDOG=1")
                try? await Task.sleep(for: .seconds(interval))
            }
        }
    }
}
