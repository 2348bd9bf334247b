import ToolHost
import ToolSources

extension DoctorReport {
    /// What upstream MCP servers offer.
    mutating func addUpstreams(_ snapshot: UpstreamSnapshot) {
        for problem in snapshot.problems {
            add("upstreams", .failed, problem, advice: "Correct it and send SIGHUP to the gateway.")
        }
        for state in snapshot.upstreams {
            switch state.phase {
            case .off: add("upstreams", .ok, "\(state.name) is off: \(state.reason ?? "")")
            case .refused:
                add(
                    "upstreams", .warning, "\(state.name) is not offered: \(state.reason ?? "")",
                    advice: "Correct it and send SIGHUP to the gateway.")
            case .down, .held, .connecting:
                add(
                    "upstreams", .warning,
                    "\(state.name) does not answer: \(state.reason ?? "it has said nothing yet")",
                    advice: "The gateway goes on trying; its tools are there as soon as it answers.")
            case .on:
                let tools = state.offered.tools.map(\.definition.name).joined(separator: ", ")
                add(
                    "upstreams", .ok,
                    "\(state.name) (\(state.server ?? ""), \(state.revision ?? "")) offers "
                        + (tools.isEmpty ? "nothing" : tools))
                if let reason = state.reason { add("upstreams", .warning, "\(state.name): \(reason)") }
            }
            for refused in state.offered.refused {
                add("upstreams", .warning, "\(state.name): \(refused.name) is not offered: \(refused.reason)")
            }
            for note in state.offered.notes { add("upstreams", .warning, "\(state.name): \(note)") }
        }
    }
}
