import Core
import IO
import ToolHost
import ToolSources

/// What is told of forwarded services, in `/status` and by `doctor`.
struct ForwarderReport {
    /// Lines of one kind that are told of a document; what comes after them is in its check.
    static let maxLines = 20

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
            "problems": .array(snapshot.problems.map { .string($0) }),
        ]
    }

    private func entry(_ document: ForwarderDocumentState, _ now: MonotonicTime) -> JSON {
        let reading = document.reading
        let service = snapshot.services.first { $0.name == reading.name && document.isOffered }
        var object: JSONObject = ["name": reading.name.map { .string($0) } ?? .null]
        object["document"] = .string(document.place)
        object["state"] = .string(document.state.rawValue)
        object["reason"] = document.reason.map { .string($0) } ?? .null
        object["tools"] = .array((service == nil ? [] : reading.definitions).map { .string($0.name) })
        object["refused"] = .array(
            reading.refused.map { ["name": .string($0.name), "reason": .string($0.reason)] })
        object["not_configured"] = .array(document.notConfigured.map { .string($0) })
        object["warnings"] = .array(reading.warnings.prefix(Self.maxLines).map { .string($0.line) })
        object["held_back"] = .bool(service?.isHeldBack(now: now) ?? false)
        let counts = service.flatMap { slots?.counts($0.name) } ?? CallSlots.Counts()
        object["running"] = .number(JSONNumber(counts.running))
        object["waiting"] = .number(JSONNumber(counts.waiting))
        object["calls"] = .number(JSONNumber(Int(clamping: counts.calls)))
        object["failures"] = .number(JSONNumber(Int(clamping: counts.failures)))
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
