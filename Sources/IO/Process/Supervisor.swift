import CLinux
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

    /// Tells systemd that the start, or a reload, is done, and what the program does now.
    package func ready(_ status: String) { socket?.send("READY=1\nSTATUS=\(status)") }

    /// Must be followed by `ready`.
    package func reloading() {
        socket?.send("RELOADING=1\nMONOTONIC_USEC=\(LoopClock.monotonicNow.nanoseconds / 1000)")
    }

    /// Tells systemd that the end has begun.
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

/// The socket on which a supervisor hears how a service is (sd_notify(3)): one datagram a message.
public struct NotifySocket: Sendable {
    private let path: String

    /// - Parameter path: `NOTIFY_SOCKET`: an absolute path, or `@` and a name in Linux' abstract namespace; else nil.
    public init?(path: String) {
        guard path.utf8.count >= 2, path.first == "/" || path.first == "@" else { return nil }
        // One octet is for the end of a path.
        guard path.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        self.path = path
    }

    /// Sends assignments such as `READY=1`, one a line. Does not wait; false when nobody has taken them.
    @discardableResult
    public func send(_ message: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(LM_SOCK_DATAGRAM_NONBLOCKING), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        // An abstract name begins with NUL, and its length is part of it (unix(7)).
        if path.first == "@" { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        let length = socklen_t(offset + name.count + (path.first == "@" ? 0 : 1))
        let bytes = Array(message.utf8)
        let sent = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, Int32(LM_MSG_NOSIGNAL), $0, length)
            }
        }
        return sent == bytes.count
    }
}

/// The listening sockets that a supervisor has opened for this program, by its environment (sd_listen_fds(3)).
package enum SocketActivation {
    /// The first descriptor that is handed over.
    private static let first: Int32 = 3
    private static let most: Int32 = 1024

    /// The descriptors, nil when there are none for this process. `LISTEN_FDNAMES` is not needed: every socket is
    /// served alike.
    /// - Throws: `StartFailure` when the environment speaks to this process but not in numbers.
    package static func descriptors(_ environment: [String: String], process: Int32) throws(StartFailure) -> Range<
        Int32
    >? {
        // A program further up may have got them, and its environment was inherited.
        guard let owner = environment["LISTEN_PID"], Int32(owner) == process else { return nil }
        guard let text = environment["LISTEN_FDS"], let count = Int32(text), (0...most).contains(count) else {
            throw StartFailure(.configuration, "LISTEN_PID is set, but LISTEN_FDS is not a number from 0 to \(most).")
        }
        return count == 0 ? nil : first..<(first + count)
    }
}
