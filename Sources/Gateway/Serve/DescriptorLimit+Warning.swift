import IO

extension DescriptorLimit {
    /// What is left for other things than connections: files, epoll sets, libraries.
    static let reserve = 64

    /// What to tell somebody whose settings need more than the system allows; nil when they do not. A connection needs
    /// a descriptor, a call to Luma another.
    static func warning(limit: Int, connections: Int, calls: Int) -> String? {
        let room = limit - calls - reserve
        guard connections > room else { return nil }
        return "LUMA_MAX_CONNECTIONS is \(connections), but the limit of open files (ulimit -n) is \(limit), which is "
            + "enough for \(max(0, room)); more have to wait."
    }
}
