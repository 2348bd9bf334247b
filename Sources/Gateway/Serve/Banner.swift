import Core
import IO
import Settings

/// What the program prints when it serves: where, against what, and a command to try.
enum Banner {
    /// Where the gateway serves; `sockets` that were inherited have addresses that no setting names.
    static func url(_ configuration: Configuration, _ sockets: [BoundSocket]) -> String {
        let inherited = sockets.first { $0.isShared }.flatMap { HostName($0.address.host) }
        return Listening.url(
            isSecure: configuration.tls != nil, host: inherited ?? configuration.host, sockets.map(\.address))
    }

    static func gateway(_ configuration: Configuration, url: String) -> String {
        var lines = ["luma-mcp \(Version.number) listening on \(url)"]
        if configuration.usesSandbox {
            lines += [
                "It uses the built-in emulator, not Luma: nothing is real, and everything is gone when it stops.",
                "Set LUMA_API_KEY to work on your calendar.",
            ]
        } else {
            lines.append("It talks to Luma at \(configuration.baseURL.text): what you change there is real.")
        }
        if configuration.host.isWildcard, configuration.allowedHosts.areLoopbackOnly {
            lines.append(
                "Other machines can reach it, but only the name localhost is accepted: set LUMA_ALLOWED_HOSTS to the names they use."
            )
        }
        lines += [
            "Open \(url)/ in a browser to see the calendar and to create, change and cancel events.",
            "From a program (all of it is at \(url)/docs):",
            "  curl '\(url)/events/?limit=3'",
        ]
        return lines.joined(separator: "\n")
    }
}
