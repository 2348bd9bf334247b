import Core
import Glibc

/// Whoever has started this program and wants to know how it is: systemd, or nobody (sd_notify(3)).
package struct Supervisor: Sendable {
    private let socket: NotifySocket?
    /// Seconds between two signs of life, half of what the supervisor waits for; nil when it does not wait.
    package let watchdogInterval: Double?

    /// - Parameter process: this program's id; the watchdog may be meant for another.
    package init(_ environment: [String: String], process: Int32) {
        socket = environment["NOTIFY_SOCKET"].flatMap(NotifySocket.init)
        let isMeant = environment["WATCHDOG_PID"].map { Int32($0) == process } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        // Below a millisecond it would be a load of its own.
        watchdogInterval = isMeant && microseconds >= 1000 ? Double(microseconds) / 2_000_000 : nil
    }

    package func ready(_ status: String) { socket?.send("READY=1\nSTATUS=\(status)") }

    /// Must be followed by `ready`.
    package func reloading() {
        socket?.send("RELOADING=1\nMONOTONIC_USEC=\(LoopClock.monotonicNow.nanoseconds / 1000)")
    }

    package func stopping() { socket?.send("STOPPING=1") }

    /// Gives a sign of life for as long as every loop answers; cancel the task to end it.
    package func startWatchdog(_ loops: [Loop]) -> Task<Void, Never>? {
        guard let socket, let interval = watchdogInterval else { return nil }
        return Task.detached {
            while !Task.isCancelled {
                for loop in loops { await loop.perform { _ in } }
                socket.send("WATCHDOG=1")
                try? await Task.sleep(for: .seconds(interval))
            }
        }
    }
}
