import Core
import ToolHost
import ToolSources

/// What is told of upstream MCP servers, in `/status` and by the command `upstreams list`.
struct UpstreamReport {
    let snapshot: UpstreamSnapshot
    /// How their calls are; nil where none are made.
    var slots: CallSlots?

    init(_ snapshot: UpstreamSnapshot, slots: CallSlots? = nil) {
        self.snapshot = snapshot
        self.slots = slots
    }

    init(_ service: UpstreamService) { self.init(service.host.snapshot, slots: service.host.runs.slots) }

    var json: JSON {
        [
            "generation": .number(JSONNumber(Int(clamping: snapshot.generation))),
            "settling": .bool(snapshot.isSettling),
            "upstreams": .array(snapshot.upstreams.map(entry)),
            "problems": ToolSourceReport.texts(snapshot.problems),
        ]
    }

    private func entry(_ state: UpstreamState) -> JSON {
        var object: JSONObject = ["name": .string(state.name)]
        object["transport"] = state.transport.map { .string($0) } ?? .null
        object["state"] = .string(state.phase.rawValue)
        object["reason"] = state.reason.map { .string($0) } ?? .null
        object["server"] = state.server.map { .string($0) } ?? .null
        object["revision"] = state.revision.map { .string($0) } ?? .null
        object["stale"] = .bool(state.isStale)
        object["tools"] = ToolSourceReport.texts(state.offered.tools.map(\.definition.name))
        object["refused"] = ToolSourceReport.refused(state.offered.refused.prefix(ToolSourceReport.maxLines))
        object["notes"] = ToolSourceReport.texts(state.offered.notes.prefix(ToolSourceReport.maxLines))
        object.add(slots?.counts(state.name))
        return .object(object)
    }
}
