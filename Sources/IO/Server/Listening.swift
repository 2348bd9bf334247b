package import Core
import Glibc

/// Opens the listening sockets, with a failure that says what to do.
package enum Listening {
    /// Sockets of one's own: for each loop one per address.
    /// - Parameter joins: other processes may listen at the same port (`SO_REUSEPORT`).
    package static func open(
        host: HostName, port: UInt16, loops: Int, joins: Bool = false
    ) throws(StartFailure) -> [[BoundSocket]] {
        do throws(SystemError) {
            return try ListenSocket.open(host: host.text, port: Int(port), loops: loops, joins: joins)
        } catch {
            let place = "\(host.urlText):\(port)"
            let words =
                switch error.code {
                case EADDRINUSE:
                    "\(place) is in use by another program. Stop it, or choose another port (0 picks a free one)."
                case EACCES: "\(place) may not be used by this user. Ports below 1024 need a privilege."
                case EADDRNOTAVAIL: "\(host.text) is not an address of this machine."
                default: "\(place) cannot be listened on: \(error)."
                }
            throw StartFailure(.unavailable, words, isInUse: error.code == EADDRINUSE)
        }
    }

    /// The URL at which clients reach what listens there.
    package static func url(isSecure: Bool, host: HostName, _ addresses: [ListenAddress]) -> String {
        let name = host.isWildcard ? "localhost" : host.urlText
        return "\(isSecure ? "https" : "http")://\(name):\(addresses.first?.port ?? 0)"
    }
}
