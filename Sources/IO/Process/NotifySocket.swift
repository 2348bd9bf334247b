import CLinux
import Glibc

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
