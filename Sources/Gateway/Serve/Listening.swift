import Core
import Glibc
import IO

/// Opens the listening sockets, with a failure that says what to do.
enum Listening {
    /// The sockets that a supervisor has handed over, or else new ones: for each loop one per address.
    static func open(
        _ configuration: Configuration, _ environment: [String: String]
    ) throws(StartFailure) -> [[BoundSocket]] {
        guard let descriptors = try SocketActivation.descriptors(environment, process: getpid()) else {
            return try open(
                host: configuration.host, port: configuration.port, loops: configuration.workers,
                joins: configuration.sharesPort)
        }
        let sockets: [[BoundSocket]]
        do throws(SystemError) {
            sockets = try InheritedSockets.adopt(descriptors, loops: configuration.workers)
        } catch {
            throw StartFailure(.configuration, "LISTEN_FDS hands over what is no listening TCP socket: \(error).")
        }
        for address in sockets[0].map(\.address) where !configuration.allowsExternal {
            guard HostName(address.host)?.isLoopback != true else { continue }
            throw StartFailure(
                .configuration,
                "LISTEN_FDS hands over \(address): other machines could reach it, and nothing would ask them for a "
                    + "password. Set LUMA_AUTH_TOKENS, or LUMA_ALLOW_EXTERNAL=true when something in front of it does.")
        }
        return sockets
    }

    static func open(
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
}
