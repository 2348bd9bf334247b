import Core
import HTTP
import MCP

/// Reads one tool of a document, after the defaults were put under it.
struct ToolReader {
    /// What the names of all tools begin with; nothing, or a text that ends with two underscores.
    let prefix: String
    /// Fields of every request of the service.
    let fields: [FieldTemplate]

    /// The tool; nil when something is wrong with it, which is reported.
    func read(_ given: JSON, at place: Place) -> ForwarderTool? {
        let before = place.context.reports
        guard var members = Members(given, at: place) else { return nil }
        let name = members.text("name", max: 128).map { prefix + $0 }
        if let name {
            if !Self.isName(name) {
                place.child("name").report(
                    "must be a letter followed by letters, digits, _ or -, with the prefix at most \(ToolNames.maxBytes) characters"
                )
            }
        } else if !members.has("name") {
            members.missing("name")
        }
        let title = members.text("title", max: 128)
        let description = members.text("description")
        let label = members.text("label", max: 128)
        let schema = InputSchema.read(members.object("input"), at: place.child("input"))
        let output = InputSchema.output(members.object("output"), at: place.child("output"))
        let trim = members.texts("trim") ?? []
        for name in trim where !schema.names.contains(name) {
            place.child("trim").report("names \(Neutral.quoted(name)), which is not in the tool's input")
        }
        let steps = steps(&members, arguments: schema.names, at: place)
        let ids = steps.map(\.id)
        let answers = ResponseReader(steps: ids.filter { !$0.isEmpty })
        let (response, accept) = answers.response(members.members("response"))
        let errors = answers.errors(members.members("errors"))
        let fallback = answers.fallback(members.members("fallback"))
        let pages = answers.pages(members.members("pages"), response)
        if pages != nil, let last = steps.last, last.request.method != .get {
            place.child("pages").report("need a request with GET")
        }
        let stream = members.word("stream", of: StreamKind.allCases.map(\.rawValue)).flatMap {
            StreamKind(rawValue: $0)
        }
        let seconds = members.number("timeout_seconds", 1...900)
        let methods = steps.map(\.request.method)
        let hints = hints(members.members("hints"), methods)
        let scope = scope(members.word("scope", of: AccessScope.allCases.map(\.rawValue)), methods)
        _ = members.take("enabled")
        members.finish()
        guard place.context.reports == before, let name else { return nil }
        let shown = title ?? name
        return ForwarderTool(
            definition: ToolDefinition(
                name: name, title: OutsideText.line(shown, max: 128),
                description: OutsideText.text(description ?? shown), input: schema.published, output: output,
                hints: hints, scope: scope),
            label: label ?? shown, trim: trim, isClosed: schema.isClosed, isRepeatable: hints.idempotent,
            timeoutSeconds: seconds, steps: Self.accepting(accept, steps), response: response, errors: errors,
            fallback: fallback, stream: stream, pages: pages, missing: missing(steps))
    }

    /// A letter, then letters, digits, `_` and `-`.
    static func isName(_ name: String) -> Bool {
        (1...ToolNames.maxBytes).contains(name.utf8.count)
            && name.utf8.first.map { (0x61...0x7a).contains($0 | 0x20) } ?? false
            && name.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == 0x5f || $0 == 0x2d }
    }

    // MARK: Requests

    private func steps(_ members: inout Members, arguments: [String], at place: Place) -> [StepTemplate] {
        guard members.has("steps") else {
            let reader = RequestReader(arguments: arguments, steps: [])
            let request = reader.read(members.take("request"), at: place.child("request"))
            return request.map { [StepTemplate(id: "", request: $0, accept: .success)] } ?? []
        }
        if members.has("request") {
            _ = members.take("request")
            place.report("has both \"request\" and \"steps\"; choose one")
        }
        var steps: [StepTemplate] = []
        for (index, given) in (members.array("steps", 2...4) ?? []).enumerated() {
            let place = place.child("steps").child(String(index))
            guard var members = Members(given, at: place) else { continue }
            let id = members.text("id", max: 32) ?? ""
            if id.isEmpty || !Self.isName(id) || steps.contains(where: { $0.id == id }) {
                place.child("id").report("must be a name that no other step of the tool has")
            }
            let reader = RequestReader(arguments: arguments, steps: steps.map(\.id))
            let request = reader.read(members.take("request"), at: place.child("request"))
            let accept = StatusReader.set(members.array("accept", 1...16), at: place.child("accept"))
            members.finish()
            if let request { steps.append(StepTemplate(id: id, request: request, accept: accept ?? .success)) }
        }
        return steps
    }

    /// What the response accepts counts for the last step.
    private static func accepting(_ accept: StatusSet?, _ steps: [StepTemplate]) -> [StepTemplate] {
        guard let accept, let last = steps.last else { return steps }
        return steps.dropLast() + [StepTemplate(id: last.id, request: last.request, accept: accept)]
    }

    /// The settings of secrets that are not set.
    private func missing(_ steps: [StepTemplate]) -> [String] {
        var names: [String] = []
        func look(_ value: ValueTemplate) {
            if case .secret(let named) = value, named.secret == nil, !names.contains(named.name) {
                names.append(named.name)
            }
        }
        for field in fields { field.value.walk(look) }
        for step in steps { step.request.forEachValue(look) }
        return names
    }

    // MARK: What it may do

    private func hints(_ members: Members?, _ methods: [OutboundRequest.Method]) -> Tool.Hints {
        let isReading = !methods.isEmpty && methods.allSatisfy { $0 == .get }
        let isReplacing = methods.count == 1 && (methods[0] == .put || methods[0] == .delete)
        var hints = Tool.Hints(
            readOnly: isReading, destructive: !isReading, idempotent: isReading || isReplacing, openWorld: true)
        guard var members else { return hints }
        defer { members.finish() }
        hints.readOnly = members.flag("read_only") ?? hints.readOnly
        hints.destructive = members.flag("destructive") ?? (hints.readOnly ? false : hints.destructive)
        hints.idempotent = members.flag("idempotent") ?? hints.idempotent
        hints.openWorld = members.flag("open_world") ?? hints.openWorld
        return hints
    }

    private func scope(_ word: String?, _ methods: [OutboundRequest.Method]) -> Principal.Scopes {
        let scope = word.flatMap { AccessScope(rawValue: $0) }
        return (scope ?? (methods.allSatisfy { $0 == .get } ? .read : .write)).ofTool
    }
}
