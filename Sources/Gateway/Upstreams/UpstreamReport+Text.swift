import Core
import ToolHost
import ToolSources

extension UpstreamReport {
    /// All that is switched on is offered, and nothing of it is refused.
    var isComplete: Bool {
        snapshot.problems.isEmpty
            && snapshot.upstreams.allSatisfy { state in
                state.phase == .off || state.phase == .on && state.reason == nil && state.offered.refused.isEmpty
            }
    }

    /// For a person.
    /// - Parameter withTools: tells each tool in full.
    func text(withTools: Bool) -> String {
        var lines = snapshot.problems.map { "problem: \($0)" }
        for state in snapshot.upstreams {
            lines.append(Self.line(state))
            for tool in state.offered.tools {
                lines += withTools ? ToolSourceReport.lines(tool.definition) : ["  \(tool.definition.name)"]
            }
            lines += state.offered.refused.map { "  not offered: \($0.name): \($0.reason)" }
            lines += state.offered.notes.map { "  note: \($0)" }
        }
        if lines.isEmpty { lines.append("There are no other MCP servers.") }
        return lines.joined(separator: "\n")
    }

    private static func line(_ state: UpstreamState) -> String {
        let about = [state.transport, state.server, state.revision].compactMap(\.self).joined(separator: ", ")
        return state.name + (about.isEmpty ? "" : " (\(about))") + ": " + state.phase.rawValue
            + (state.isStale ? ", stale" : "")
            + (state.reason.map { ": " + $0 } ?? "")
    }
}
