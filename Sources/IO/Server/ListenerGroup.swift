import CLinux
import Synchronization

/// The listening sockets of one process that share an address and a port, one for each loop, and their common end.
///
/// With SO_REUSEPORT each socket has a queue of its own, and whoever stands in the queue of a socket that is closed is
/// reset, as is whoever is in the middle of a handshake with it. To lose nobody when another process has joined the port,
/// the kernel is first told to give new handshakes to a socket of that process (`steerAway`), while those that
/// have begun come to their end and are accepted; then all sockets of this process are closed in one moment, by the
/// last loop that lets go of its own.
///
/// Any thread.
final class ListenerGroup: Sendable {
    private let size: Int
    private let left = Mutex<[Int32]>([])

    init(size: Int) { self.size = size }

    /// Lets new handshakes go to who has joined the port behind this process. The kernel keeps the sockets of a port in a
    /// list: the program gives the first place behind ours, and where there is none the kernel picks by hash as before.
    /// False when it could not be done.
    func steerAway(_ descriptor: Int32) -> Bool { lm_steer_to(descriptor, UInt32(size)) == 0 }

    static func stopSteering(_ descriptor: Int32) { _ = lm_stop_steering(descriptor) }

    /// Takes over a socket from a loop that watches it no more.
    ///
    /// - Returns: every socket of the group, to be emptied and closed at once, when this was the last; else none.
    func letGo(_ descriptor: Int32) -> [Int32] {
        left.withLock { left in
            left.append(descriptor)
            return left.count == size ? left : []
        }
    }
}
