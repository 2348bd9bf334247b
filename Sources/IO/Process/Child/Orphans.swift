import CLinux
import Glibc

/// What a program has left behind that is in its group no more: processes with a session of their own.
///
/// Each program that is started adopts its orphans as long as it lives, and this process adopts them after that. So a child of
/// this process that was not started here, is in no session of this process or of a program that still runs, and was not there
/// before, was left behind by one that has ended.
///
/// Children that were there before are those of whatever this process was in its place, such as a script that has started a
/// helper and ended with `exec luma-mcp serve`. They and all in their sessions are none of its business.
struct Orphans: Sendable {
    /// The kernel's own list of the children of this process's first thread, among which are all that it has adopted. Open as
    /// long as the process lives; -1 where the kernel keeps none (CONFIG_PROC_CHILDREN).
    private let list: Int32
    /// Processes, and sessions, that were there before.
    private let spared: Set<pid_t>

    /// Before this process adopts orphans.
    init() {
        list = open("/proc/self/task/\(getpid())/children", O_RDONLY | O_CLOEXEC)
        let children = Self.listed(list)
        spared = Set(children + children.map { getsid($0) })
    }

    /// Those that are there now, zombies too.
    /// - Parameter running: the programs that were started here and have not been reaped.
    func found(sparing running: Set<pid_t>) -> [pid_t] {
        let known = running.union(spared)
        let own = getsid(0)
        return Self.listed(list).filter { child in
            guard !known.contains(child) else { return false }
            let session = getsid(child)
            return session > 0 && session != own && !known.contains(session)
        }
    }

    /// The children in a list of the kernel's.
    private static func listed(_ list: Int32) -> [pid_t] {
        if list < 0 { return scanned() }
        // Of a longer list the rest is seen when these are gone.
        let octets = read(list, limit: 1 << 16)
        let complete = octets.lastIndex(of: 0x20).map { octets[...$0] } ?? []
        return complete.split(separator: 0x20).compactMap { pid_t(String(decoding: $0, as: UTF8.self)) }
    }

    /// By a look at every process.
    static func scanned() -> [pid_t] {
        guard let stream = opendir("/proc") else { return [] }
        defer { closedir(stream) }
        let own = getpid()
        var children: [pid_t] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let process = pid_t(name), parent(of: process) == own else { continue }
            children.append(process)
        }
        return children
    }

    /// The fourth word of proc_pid_stat(5), after a name in brackets that may hold anything.
    private static func parent(of process: pid_t) -> pid_t? {
        let descriptor = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let octets = read(descriptor, limit: 1024)
        guard let end = octets.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let words = octets[(end + 1)...].split(separator: 0x20, maxSplits: 3)
        return words.count > 1 ? pid_t(String(decoding: words[1], as: UTF8.self)) : nil
    }

    /// From its beginning on, where a file of proc is made anew.
    private static func read(_ descriptor: Int32, limit: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            while count < limit {
                let more = pread(descriptor, buffer.baseAddress! + count, limit - count, off_t(count))
                if more <= 0 { break }
                count += more
            }
        }
    }
}
