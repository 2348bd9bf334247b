package import Core
package import HTTP
import IO
import Settings

/// The gateway that a command talks to, and as whom.
package struct GatewayTarget: Sendable, Equatable {
    /// Where a gateway is when nothing is said.
    package static let standard = "http://localhost:8000"
    private static let standardPatience = 60.0
    private static let maxTokenBytes = 4096

    /// Without a slash at its end.
    package let base: String
    /// Nil for a gateway that asks for none.
    package let token: Secret?
    /// A PEM file of certificates to trust besides the system's; nil for none.
    package let caFile: String?
    /// How long a command waits for it, repeats included, in seconds.
    package let patience: Double

    /// The field that shows the token, when there is one.
    package var access: [Field] { token.map { [Field("Authorization", "Bearer " + $0.reveal())] } ?? [] }

    package init(base: String, token: Secret? = nil, caFile: String? = nil, patience: Double = standardPatience) {
        (self.base, self.token, self.caFile, self.patience) = (base, token, caFile, patience)
    }

    /// From the options and the environment, the former first.
    package static func resolve(_ arguments: CommandArguments, _ environment: [String: String]) throws(CommandFailure)
        -> GatewayTarget
    {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let text = arguments.text(EventsOptions.server) ?? variable(ClientVariable.url) ?? standard
        guard let url = BaseURL(text) else {
            let given = arguments.text(EventsOptions.server) == nil ? ClientVariable.url : "--server"
            // A word without a dot or a port is not repeated: it may be a token in the wrong place.
            let isHost = !text.contains("://") && (text.contains(".") || text.contains(":"))
            let meant = isHost ? ["http://", "https://"].lazy.compactMap { BaseURL($0 + text) }.first : nil
            throw CommandFailure(
                .usage,
                "\(given): expected \(SettingKind.baseURL.expectation): a token must not travel in the clear"
                    + NearestName.hint(meant?.text))
        }
        var token: Secret?
        if let given = arguments.text(EventsOptions.token) ?? variable(ClientVariable.token) {
            token = try Self.token(given)
        }
        let patience = try arguments.text(EventsOptions.timeout).map { text throws(CommandFailure) in
            guard case .number(let seconds)? = SettingKind.number(1...86_400).parse(text) else {
                throw CommandFailure(.usage, "--timeout: expected a number of seconds from 1 to 86400")
            }
            return seconds
        }
        return GatewayTarget(
            base: url.text, token: token, caFile: arguments.text(EventsOptions.caFile) ?? variable("LUMA_CA_FILE"),
            patience: patience ?? standardPatience)
    }

    /// A token, or the one in a file that its owner keeps closed.
    private static func token(_ given: String) throws(CommandFailure) -> Secret {
        var text = given
        if given.hasPrefix("@") {
            let path = String(given.dropFirst())
            let found: String?
            do throws(SmallFile.Failure) {
                found = try SmallFile.readPrivate(path, limit: maxTokenBytes)
            } catch {
                throw CommandFailure(.usage, "the token's file \(path) \(error)")
            }
            guard let found else { throw CommandFailure(.notFound, "the token's file does not exist: \(path)") }
            text = found
            while text.last?.isWhitespace == true { text.removeLast() }
        }
        guard case .text? = SettingKind.secret.parse(text) else {
            throw CommandFailure(.usage, "the token: expected \(SettingKind.secret.expectation)")
        }
        return Secret(text)
    }
}

/// Asks a gateway on this machine how it is.
package enum GatewayProbe {
    private static let patience = 3.0

    /// The answer of `/health`.
    /// - Parameter caFile: certificates of authorities, in PEM; nil for the system's.
    /// - Returns: nil when nothing answers, or not with JSON.
    package static func health(_ url: String, caFile: String?) async -> JSON? {
        let target = GatewayTarget(base: url, caFile: caFile, patience: patience)
        do {
            let loop = try Loop(label: "luma-mcp.doctor.gateway")
            loop.start()
            let (answers, answer) = AsyncStream<JSON>.makeStream()
            try await loop.perform { loop in
                let transport = try CurlTransport(reactor: loop.reactor, settings: CommandRun.settings(target))
                let client = GatewayClient(target, transport: transport, clock: LoopClock(loop.reactor))
                _ = loop.reactor.start {
                    let found = try? await client.answer(GatewayClient.Request(path: "/health"))
                    if let json = found?.json { answer.yield(json) }
                    answer.finish()
                    transport.shutdown()
                }
            }
            for await found in answers { return found }
        } catch {}
        return nil
    }
}
