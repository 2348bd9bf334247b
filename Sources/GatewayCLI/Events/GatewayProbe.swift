package import Core
import IO

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
