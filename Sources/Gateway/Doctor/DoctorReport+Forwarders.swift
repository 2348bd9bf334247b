import IO
import ToolHost
import ToolSources

extension DoctorReport {
    /// What the documents of services give. Nothing is sent to any of them.
    mutating func addForwarders(_ snapshot: ForwarderSnapshot) {
        for problem in snapshot.problems {
            add("forwarders", .failed, problem, advice: "Correct it and send SIGHUP to the gateway.")
        }
        for document in snapshot.documents {
            let name = document.reading.name ?? document.place
            switch document.state {
            case .off:
                // Nobody has asked for what is a part of the program.
                if document.origin == .builtIn { continue }
                add("forwarders", .ok, "\(name) is off: \(document.reason ?? "")")
            case .refused:
                if document.origin == .builtIn, document.conflict != nil { continue }
                add(
                    "forwarders", .warning, "\(document.place) is not offered: \(document.reason ?? "")",
                    advice: "Run luma-mcp forwarders check FILE for details.")
            case .on:
                let tools = document.reading.definitions.map(\.name).joined(separator: ", ")
                add("forwarders", .ok, "\(name) offers \(tools.isEmpty ? "nothing" : tools)")
                for refused in document.reading.refused {
                    add("forwarders", .warning, "\(name): \(refused.name) is not offered: \(refused.reason)")
                }
                for warning in document.reading.warnings.prefix(ForwarderReport.maxLines) {
                    add("forwarders", .warning, "\(name): \(warning.line)")
                }
                if !document.notConfigured.isEmpty {
                    let ways = document.notConfigured.joined(separator: ", or ")
                    add("forwarders", .warning, "\(name): calls fail until \(ways) is set")
                }
            }
        }
    }
}
