import Core

/// What a forwarder's document gave: the service with its tools, and everything that its author should know.
public struct ForwarderReading: Sendable {
    /// The service's name; nil when even that is missing.
    public let name: String?
    /// Nil when something is wrong outside of the tools, or settings that it needs are not set.
    public let forwarder: Forwarder?
    /// Tools that are not offered, each with what is wrong with it; the others are.
    public let refused: [RefusedDefinition]
    /// Everything that is wrong, with its place.
    public let problems: [DocumentProblem]
    /// Problems beyond those that one reading lists.
    public let moreProblems: Int
    /// What is not wrong and probably not meant.
    public let warnings: [DocumentProblem]
    /// The settings of `needs` that are not set: the service is off until they are.
    public let unset: [String]

    /// The definitions of the tools that are offered.
    public var definitions: [ToolDefinition] { forwarder?.tools.map(\.definition) ?? [] }
}

/// The document of one service, whose operations become tools: JSON, read strictly.
///
/// ```
/// {"format": 1, "name": "notes", "upstream": {"base": "https://notes.example"},
///  "tools": [{"name": "add_note", "input": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
///             "request": {"method": "POST", "path": "/notes", "json": {"text": {"$arg": "text"}}}}]}
/// ```
///
/// A member that is not known is an error, with its place, and so is everything else that is not as it should be; all of
/// them are listed. What is wrong within a tool costs that tool, what is wrong elsewhere costs the document.
public enum ForwarderDocument {
    /// The version of the format.
    static let format = 1
    /// Octets of a document, at most.
    public static let longest = 1 << 20
    static let maxTools = 200
    private static let limits = JSONLimits(maxDepth: 64, maxBytes: longest, maxValues: 50_000)

    /// Reads a document.
    public static func read(_ bytes: [UInt8], lookup: ForwarderLookup) -> ForwarderReading {
        let context = DocumentContext(lookup)
        let place = Place(context: context, pointer: "")
        let json: JSON
        do throws(DocumentProblems) {
            json = try DocumentReader.parse(bytes, limits: limits)
        } catch {
            for problem in error.problems { context.report(problem.pointer, problem.text) }
            return reading(nil, context)
        }
        LooseSecrets.look(json, at: place)
        guard var members = Members(json, at: place) else { return reading(nil, context) }
        if members.number("format", format...format) == nil, !members.has("format") { members.missing("format") }
        let name = members.text("name", max: 128)
        if let name, !isName(name) {
            place.child("name").report(
                "must be a lower-case letter followed by at most 23 lower-case letters, digits or underscores")
        } else if !members.has("name") {
            members.missing("name")
        }
        let description = members.text("description")
        let needs = needs(&members, at: place)
        let upstream = UpstreamReader.read(members.take("upstream"), at: place.child("upstream"))
        let prefix = prefix(members.text("prefix", max: 24), at: place.child("prefix"))
        let defaults = members.object("defaults") ?? [:]
        for name in ["name", "title", "enabled"] where defaults[name] != nil {
            place.child("defaults").child(name).report("belongs to each tool, not to the defaults")
        }
        let given = members.array("tools", 1...maxTools)
        if !members.has("tools") { members.missing("tools") }
        members.finish()
        // From here on what is wrong costs one tool.
        let isWhole = context.reports == 0
        let reader = ToolReader(prefix: prefix, fields: upstream?.fields ?? [])
        let (tools, refused) = tools(given ?? [], defaults, reader, at: place)
        guard isWhole, needs.isEmpty, let name, let upstream else {
            return reading(name, context, refused: refused, unset: needs)
        }
        let forwarder = Forwarder(
            name: name, description: description ?? "", base: upstream.base, allow: upstream.allow,
            limits: upstream.limits, retry: upstream.retry, breaker: upstream.breaker, auth: upstream.auth,
            missing: upstream.missing, tools: tools, fields: upstream.fields, mask: Redactor(context.secrets))
        return reading(name, context, forwarder: forwarder, refused: refused)
    }

    private static func reading(
        _ name: String?, _ context: DocumentContext, forwarder: Forwarder? = nil, refused: [RefusedDefinition] = [],
        unset: [String] = []
    ) -> ForwarderReading {
        ForwarderReading(
            name: name.map { Neutral.echo($0) }, forwarder: forwarder, refused: refused, problems: context.problems,
            moreProblems: context.moreProblems, warnings: context.warnings, unset: unset)
    }

    private static func isName(_ name: String) -> Bool {
        (1...24).contains(name.utf8.count)
            && name.utf8.first.map { (0x61...0x7a).contains($0) } ?? false
            && name.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
    }

    /// The settings that are not set.
    private static func needs(_ members: inout Members, at place: Place) -> [String] {
        var unset: [String] = []
        for (index, item) in (members.array("needs", 0...16) ?? []).enumerated() {
            guard let name = place.child("needs").child(String(index)).variable(item) else { continue }
            if !place.context.lookup.isSet(name), !unset.contains(name) { unset.append(name) }
        }
        return unset
    }

    private static func prefix(_ text: String?, at place: Place) -> String {
        guard let text, !text.isEmpty else { return "" }
        if !ToolReader.isName(text) || text.contains("__") {
            place.report("must be a letter followed by letters, digits, - or single underscores")
        }
        return text + "__"
    }

    private static func tools(
        _ given: [JSON], _ defaults: JSONObject, _ reader: ToolReader, at place: Place
    ) -> (tools: [ForwarderTool], refused: [RefusedDefinition]) {
        let context = place.context
        var tools: [ForwarderTool] = []
        var refused: [RefusedDefinition] = []
        var names: [String] = []
        for (index, item) in given.enumerated() {
            let place = place.child("tools").child(String(index))
            guard let object = item.objectValue else {
                place.report("must be an object")
                continue
            }
            let name = object["name"]?.stringValue ?? ""
            if object["enabled"]?.boolValue == false { continue }
            if let enabled = object["enabled"], enabled.boolValue == nil {
                place.child("enabled").report("must be true or false")
            }
            let (start, before) = (context.problems.count, context.reports)
            context.origin = { origin(of: $0, in: object, defaults, at: place.pointer) }
            if names.contains(name) { place.child("name").report("is the name of another tool of this document") }
            names.append(name)
            let tool = reader.read(.object(DocumentDefaults.merge(defaults, under: object)), at: place)
            for hint in tool.map({ SuspiciousText.hints(in: $0.definition) }) ?? [] {
                context.warn(place.pointer, hint)
            }
            context.origin = { $0 }
            if let tool, context.reports == before {
                tools.append(tool)
            } else {
                refused.append(
                    RefusedDefinition(
                        name: name.isEmpty ? "(without a name)" : Neutral.echo(name, max: 64),
                        reason: reason(context, from: start)))
            }
        }
        return (tools, refused)
    }

    private static func reason(_ context: DocumentContext, from start: Int) -> String {
        let own = context.problems[start...]
        // What all tools have from the defaults stands with the first of them.
        guard let first = own.first else { return "the defaults are wrong; see the problems of the document" }
        let more = own.count - 1
        let rest = more > 0 ? "; and " + Plural.count(more, "more problem") : ""
        return "\(first.pointer) \(first.text)\(rest)"
    }

    /// Where something of a merged tool really stands.
    private static func origin(
        of pointer: String, in tool: JSONObject, _ defaults: JSONObject, at place: String
    ) -> String {
        guard pointer.hasPrefix(place), let inner = ValuePointer(String(pointer.dropFirst(place.count))),
            inner.value(in: .object(tool)) == nil, inner.value(in: .object(defaults)) != nil
        else { return pointer }
        return "/defaults" + inner.text
    }
}
