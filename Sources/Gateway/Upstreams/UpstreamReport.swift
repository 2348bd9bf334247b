import Core
import ToolHost
import ToolSources

/// What is told of upstream MCP servers, in `/status` and by the command `upstreams list`.
struct UpstreamReport {
    /// Lines of one kind that are told of a server.
    private static let maxLines = 20

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
            "problems": .array(snapshot.problems.map { .string($0) }),
        ]
    }

    private func entry(_ state: UpstreamState) -> JSON {
        let counts = slots?.counts(state.name) ?? CallSlots.Counts()
        var object: JSONObject = ["name": .string(state.name)]
        object["transport"] = state.transport.map { .string($0) } ?? .null
        object["state"] = .string(state.phase.rawValue)
        object["reason"] = state.reason.map { .string($0) } ?? .null
        object["server"] = state.server.map { .string($0) } ?? .null
        object["revision"] = state.revision.map { .string($0) } ?? .null
        object["stale"] = .bool(state.isStale)
        object["tools"] = .array(state.offered.tools.map { .string($0.definition.name) })
        object["refused"] = .array(
            state.offered.refused.prefix(Self.maxLines).map {
                ["name": .string($0.name), "reason": .string($0.reason)]
            })
        object["notes"] = .array(state.offered.notes.prefix(Self.maxLines).map { .string($0) })
        object["running"] = .number(JSONNumber(counts.running))
        object["waiting"] = .number(JSONNumber(counts.waiting))
        object["calls"] = .number(JSONNumber(Int(clamping: counts.calls)))
        object["failures"] = .number(JSONNumber(Int(clamping: counts.failures)))
        return .object(object)
    }
}
