public import Core
import MCP

/// How the conversation begins, and what both agree on.
extension UpstreamClient {
    /// Begins the conversation; nothing when it has begun.
    public mutating func connect(now: MonotonicTime) -> [Action] {
        guard isIdle else { return [] }
        return era == .legacy ? initialize(now: now) : discover(now: now)
    }

    private mutating func discover(now: MonotonicTime) -> [Action] {
        let id = next()
        state = .discovering(id)
        // A server that knows nothing of it may say nothing: then there is time left for the other way.
        let seconds = era == .auto ? connectSeconds / 2 : connectSeconds
        let message = UpstreamMessage.request(
            id, "server/discover", UpstreamMessage.modern([:], token: nil), name: nil, revision: .july2026,
            isFirst: true)
        return [.send(message, deadline: now.advanced(seconds: seconds))]
    }

    mutating func initialize(now: MonotonicTime) -> [Action] {
        let id = next()
        state = .initializing(id)
        session += 1
        let params: JSONObject = [
            "protocolVersion": .string(Revision.november2025.rawValue), "capabilities": ["elicitation": [:]],
            "clientInfo": UpstreamMessage.clientInfo,
        ]
        let message = UpstreamMessage.request(
            id, "initialize", params, name: nil, revision: .november2025, isFirst: true)
        return [.send(message, deadline: now.advanced(seconds: connectSeconds))]
    }

    mutating func discovered(_ result: Result<JSONObject, Failure>, now: MonotonicTime) -> [Action] {
        switch result {
        case .success(let result):
            let versions = result["supportedVersions"]?.arrayValue?.compactMap(\.stringValue) ?? []
            if versions.contains(Revision.july2026.rawValue), let capabilities = result["capabilities"]?.objectValue {
                let server = result["_meta"]?["io.modelcontextprotocol/serverInfo"]
                return agreed(on: .july2026, capabilities, server, result["instructions"], now: now)
            }
        case .failure(.fault(let fault)):
            if fault.kind == .unreachable || fault.kind == .auth || fault.kind == .ended { return lose(fault) }
        case .failure(.error): break
        }
        guard era == .auto else {
            return lose(UpstreamFault(.version, mayHaveRun: false, "it does not speak the revision 2026-07-28"))
        }
        return initialize(now: now)
    }

    mutating func initialized(_ result: Result<JSONObject, Failure>, now: MonotonicTime) -> [Action] {
        switch result {
        case .success(let result):
            guard let version = result["protocolVersion"]?.stringValue, let revision = Revision(rawValue: version),
                revision.era == .legacy
            else {
                return lose(
                    UpstreamFault(.version, mayHaveRun: false, "it speaks no revision of MCP that is spoken here"))
            }
            return agreed(
                on: revision, result["capabilities"]?.objectValue ?? [:], result["serverInfo"], result["instructions"],
                now: now)
        case .failure(.fault(let fault)): return lose(fault)
        case .failure(.error(let error)):
            return lose(
                UpstreamFault(
                    .refused, mayHaveRun: false, "it answers initialize with the error \(error.code)",
                    errorCode: error.code))
        }
    }

    /// Has the channel opened on which the server speaks unasked, once for each session of the revisions that have such a channel.
    public mutating func listen() -> [Action] {
        guard let agreement, agreement.revision.era == .legacy, listeningSession != session else { return [] }
        listeningSession = session
        return [.listen]
    }

    private mutating func agreed(
        on revision: Revision, _ capabilities: JSONObject, _ server: JSON?, _ instructions: JSON?, now: MonotonicTime
    ) -> [Action] {
        let agreement = Agreement(
            revision: revision, capabilities: capabilities, serverName: server?["name"]?.stringValue ?? "",
            serverVersion: server?["version"]?.stringValue ?? "", instructions: instructions?.stringValue ?? "")
        state = .ready(agreement)
        var actions: [Action] = []
        if revision.era == .legacy {
            let message = UpstreamMessage.notification("notifications/initialized", [:], revision: revision)
            actions.append(.send(message, deadline: now.advanced(seconds: connectSeconds)))
            if UpstreamPages.Kind.allCases.contains(where: agreement.announces) { actions += listen() }
        }
        actions.append(.connected(agreement))
        for id in pending.keys.sorted() where pending[id]?.isSent == false { actions += send(id) }
        return actions
    }
}
