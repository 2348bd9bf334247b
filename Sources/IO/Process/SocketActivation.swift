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
            throw StartFailure(.configuration, "LISTEN_PID is set, but LISTEN_FDS is no number from 0 to \(most).")
        }
        return count == 0 ? nil : first..<(first + count)
    }
}
