import CLinux

/// How many files and sockets this process may have open (setrlimit(2), RLIMIT_NOFILE).
public enum DescriptorLimit {
    /// Raises the soft limit, which is often 1024, to what the system allows this process.
    /// - Returns: the limit that holds now; nil when the system does not tell.
    @discardableResult
    public static func raise() -> Int? {
        let limit = Int(clamping: lm_raise_descriptor_limit())
        return limit > 0 ? limit : nil
    }
}
