import Core
import Glibc
import IO
import Settings

extension Listening {
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
            throw StartFailure(
                .configuration, "LISTEN_FDS contains a descriptor that is not a listening TCP socket: \(error).")
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
}
