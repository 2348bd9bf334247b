import Glibc

/// How many files and sockets this process may have open (setrlimit(2), RLIMIT_NOFILE).
enum DescriptorLimit {
    /// What is left for other things than connections: files, epoll sets, libraries.
    static let reserve = 64

    /// Raises the soft limit, which is often 1024, to what the system allows this process.
    /// - Returns: the limit that holds now; nil when the system does not tell.
    @discardableResult
    static func raise() -> Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// What to tell somebody whose settings need more than the system allows; nil when they do not. A connection needs
    /// a descriptor, a call to Luma another.
    static func warning(limit: Int, connections: Int, calls: Int) -> String? {
        let room = limit - calls - reserve
        guard connections > room else { return nil }
        return "LUMA_MAX_CONNECTIONS is \(connections), but the limit of open files (ulimit -n) is \(limit), which is "
            + "enough for \(max(0, room)); more have to wait."
    }
}
