import Core
import IO
import MCP

extension Worker: ToolAuditor {
    var now: MonotonicTime { clock.now }

    /// Writes the one line of a tool's call.
    func audit(_ call: ToolAudit) {
        recorder.metrics.used(call)
        recorder.event(
            .info, "Tool call",
            [
                "label": .text(call.label), "tool": .text(call.tool ?? "-"), "arguments": .text(call.argumentDigest),
                "outcome": .text(call.outcome.rawValue),
                "duration_us": .integer(Int(call.durationNanoseconds / 1000)),
            ])
    }
}
