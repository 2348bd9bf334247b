import Core
import IO
import ToolHost
import ToolSources

/// What is told of forwarded services, in `/status` and by `doctor`.
struct ForwarderReport {
    let snapshot: ForwarderSnapshot
    /// How their calls are; nil where none are made.
    var slots: CallSlots?

    init(_ snapshot: ForwarderSnapshot, slots: CallSlots? = nil) {
        self.snapshot = snapshot
        self.slots = slots
    }

    init(_ service: ForwarderService) { self.init(service.host.snapshot, slots: service.host.runs.slots) }

    /// For `/status`.
    /// - Parameter now: for what passes by itself.
    func json(now: MonotonicTime) -> JSON {
        [
            "generation": .number(JSONNumber(Int(clamping: snapshot.generation))),
            "documents": .array(snapshot.documents.map { entry($0, now) }),
            "problems": ToolSourceReport.texts(snapshot.problems),
        ]
    }

    private func entry(_ document: ForwarderDocumentState, _ now: MonotonicTime) -> JSON {
        let reading = document.reading
        let service = snapshot.services.first { $0.name == reading.name && document.isOffered }
        var object: JSONObject = ["name": reading.name.map { .string($0) } ?? .null]
        object["document"] = .string(document.place)
        object["state"] = .string(document.state.rawValue)
        object["reason"] = document.reason.map { .string($0) } ?? .null
        object["tools"] = ToolSourceReport.texts((service == nil ? [] : reading.definitions).map(\.name))
        object["refused"] = ToolSourceReport.refused(reading.refused)
        object["not_configured"] = ToolSourceReport.texts(document.notConfigured)
        object["warnings"] = ToolSourceReport.texts(reading.warnings.prefix(ToolSourceReport.maxLines).map(\.line))
        object["held_back"] = .bool(service?.isHeldBack(now: now) ?? false)
        object.add(service.flatMap { slots?.counts($0.name) })
        return .object(object)
    }
}

extension ForwarderDocumentState {
    enum State: String {
        /// Its tools are offered.
        case on
        /// A setting that it needs is not there.
        case off
        /// It cannot be used.
        case refused
    }

    /// For people.
    var place: String {
        switch origin {
        case .builtIn: "built in"
        case .file(let name): Neutral.echo(name)
        }
    }

    var isOffered: Bool { conflict == nil && reading.forwarder != nil }

    var state: State {
        if isOffered { return .on }
        return conflict == nil && reading.isSound && !reading.unset.isEmpty ? .off : .refused
    }

    /// Why it is not on.
    var reason: String? {
        switch state {
        case .on: return nil
        case .off: return "not set: " + reading.unset.joined(separator: ", ")
        case .refused:
            if let conflict { return conflict }
            let lines = reading.problems.map(\.line)
            let more = lines.count + reading.moreProblems - 1
            let rest = more > 0 ? "; and " + Plural.count(more, "more problem") : ""
            return (lines.first ?? "it describes no service") + rest
        }
    }

    /// The settings without which its calls fail, one way of several on each line.
    var notConfigured: [String] {
        isOffered ? reading.forwarder?.missing.map { $0.joined(separator: " and ") } ?? [] : []
    }
}
