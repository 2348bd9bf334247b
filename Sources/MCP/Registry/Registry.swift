import Core

/// What a server offers: tools, prompts and resources in the order in which clients list them.
///
/// Belongs to one loop, as its handlers do. What is built in comes first and is added once: two of the same name stop the
/// program. Tools of sources that come and go follow, by their sources' names and their own.
public struct Registry {
    /// A name that cannot be told apart, so that the tools of these sources do not have it.
    public struct NameConflict: Sendable, Hashable {
        public let name: String
        /// Those that want the name, in order; one alone wants it twice, or a built-in tool has it.
        public let sources: [String]
        /// A built-in tool has the name, and keeps it.
        public let isBuiltIn: Bool

        /// The sources that want a name which another tool has.
        public init(name: String, sources: [String], isBuiltIn: Bool) {
            self.name = name
            self.sources = sources
            self.isBuiltIn = isBuiltIn
        }
    }

    /// All that are offered, in the order of the list.
    public private(set) var tools: [Tool] = []
    /// In the order in which they were added; the same of resources and templates.
    public private(set) var prompts: [Prompt] = []
    public private(set) var resources: [Resource] = []
    public private(set) var templates: [ResourceTemplate] = []
    /// The lists may change while clients are there, who then hear of it.
    public var listsChange = false
    /// The same of the list of tools alone.
    public var toolsChange = false
    /// The same of the lists of prompts and resources.
    public var othersChange = false
    /// Grows whenever a definition of a tool is another one, or is there or not.
    public private(set) var generation: UInt64 = 0
    /// Grows whenever the tools are put together anew: what was made of the same ones can be given again.
    public private(set) var arrangement: UInt64 = 0
    /// What sources want and do not get, by name.
    public private(set) var conflicts: [NameConflict] = []

    private var builtIn: [Tool] = []
    private var builtInOthers = SourceOthers()
    private var others: [String: SourceOthers] = [:]
    private var dynamic: [String: [Tool]] = [:]
    /// Places in `tools`.
    private var places: [String: Int] = [:]
    /// The same by other spellings, for tools of sources; nil where there are two.
    private var spellings: [String: Int?] = [:]

    /// Offers nothing yet.
    public init() {}

    /// Adds a built-in tool, whose name nothing else may have. Before the first conversation.
    public mutating func add(_ tool: Tool) {
        precondition(places[tool.name] == nil, "two tools are called \(tool.name)")
        generation += 1
        arrangement += 1
        builtIn.append(tool)
        guard dynamic.isEmpty else { return arrange() }
        places[tool.name] = tools.count
        tools.append(tool)
    }

    /// Adds a prompt, whose name no other may have.
    public mutating func add(_ prompt: Prompt) {
        precondition(!prompts.contains { $0.name == prompt.name }, "two prompts are called \(prompt.name)")
        builtInOthers.prompts.append(prompt)
        arrangeOthers()
    }

    /// Adds a resource, whose URI no other may have.
    public mutating func add(_ resource: Resource) {
        precondition(!resources.contains { $0.uri == resource.uri }, "two resources are at \(resource.uri)")
        builtInOthers.resources.append(resource)
        arrangeOthers()
    }

    /// Adds a template of resources, which no other may equal.
    public mutating func add(_ template: ResourceTemplate) {
        precondition(!templates.contains { $0.template == template.template }, "a template is there twice")
        builtInOthers.templates.append(template)
        arrangeOthers()
    }

    var capabilities: ServerCapabilities {
        let hasResources = !resources.isEmpty || !templates.isEmpty
        return ServerCapabilities(
            tools: !tools.isEmpty, prompts: !prompts.isEmpty, resources: hasResources,
            completions: !prompts.isEmpty || !templates.isEmpty, listsChange: listsChange,
            toolListChanges: toolsChange, otherListsChange: othersChange, subscribe: hasResources, logging: true)
    }

    /// Whether a URI is that of a resource which is seen.
    func knows(_ uri: String, for visibility: Visibility) -> Bool {
        resources.contains { $0.uri == uri && visibility.shows($0) }
            || templates.contains { visibility.shows($0) && $0.template.match(uri) != nil }
    }
}

// MARK: Sources that come and go

extension Registry {
    /// Offers these tools of a source from now on, and no others of it: none takes the source away.
    ///
    /// A name that two sources want, or one source twice, belongs to none of them; a built-in tool keeps its own.
    /// - Returns: whether anything is visible that was not, or otherwise than it was.
    @discardableResult public mutating func replace(source: String, with new: [Tool]) -> Bool {
        replace([source: new])
    }

    /// The same for several sources at once.
    @discardableResult public mutating func replace(_ offers: [String: [Tool]]) -> Bool {
        let before = seen
        for (source, new) in offers {
            dynamic[source] =
                new.isEmpty
                ? nil
                : new.map { tool in
                    var tool = tool
                    tool.source = source
                    tool.fingerprint = tool.hashOfDefinition
                    return tool
                }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        }
        arrange()
        guard seen != before else { return false }
        generation += 1
        return true
    }

    /// Offers these prompts and resources of a source from now on, and no others of it; nil for none. A built-in one keeps its name or
    /// URI, and of two sources the first has it.
    public mutating func replaceOthers(source: String, with new: SourceOthers?) {
        others[source] = new
        arrangeOthers()
    }

    private mutating func arrangeOthers() {
        (prompts, resources, templates) = (builtInOthers.prompts, builtInOthers.resources, builtInOthers.templates)
        if others.isEmpty { return }
        var (names, uris) = (Set(prompts.map(\.name)), Set(resources.map(\.uri)))
        var forms = Set(templates.map(\.template.text))
        for (_, other) in others.sorted(by: { ($0.value.order, $0.key) < ($1.value.order, $1.key) }) {
            prompts += other.prompts.filter { names.insert($0.name).inserted }
            resources += other.resources.filter { uris.insert($0.uri).inserted }
            templates += other.templates.filter { forms.insert($0.template.text).inserted }
        }
    }

    /// The names and definitions of what sources give.
    private var seen: [String: Int] {
        Dictionary(tools.dropFirst(builtIn.count).map { ($0.name, $0.fingerprint) }) { first, _ in first }
    }

    /// Lists again what is offered.
    private mutating func arrange() {
        arrangement += 1
        conflicts = Self.conflicts(of: dynamic.mapValues { $0.map(\.name) }, builtIn: Set(builtIn.map(\.name)))
        let nobodys = Set(conflicts.map(\.name))
        tools = builtIn
        for source in dynamic.keys.sorted() {
            tools += (dynamic[source] ?? []).filter { !nobodys.contains($0.name) }
        }
        places = Dictionary(uniqueKeysWithValues: tools.enumerated().map { ($1.name, $0) })
        spellings = [:]
        for (place, tool) in tools.enumerated() {
            let isFirst = spellings.updateValue(place, forKey: Self.spelling(tool.name)) == nil
            if !isFirst { spellings[Self.spelling(tool.name)] = .some(nil) }
        }
    }

    /// The names that more than one tool would have, in order.
    /// - Parameters:
    ///   - wanted: the names that each source wants.
    ///   - builtIn: those that no source can have.
    public static func conflicts(of wanted: [String: [String]], builtIn: Set<String>) -> [NameConflict] {
        var sources: [String: [String]] = [:]
        for (source, names) in wanted { for name in names { sources[name, default: []].append(source) } }
        return sources.filter { $0.value.count > 1 || builtIn.contains($0.key) }
            .map { name, sources in
                NameConflict(name: name, sources: Set(sources).sorted(), isBuiltIn: builtIn.contains(name))
            }.sorted { $0.name < $1.name }
    }

    /// What names have in common that differ in their punctuation alone: clients write a dot for what parts a plugin's name
    /// from its command's, and hyphens for underscores.
    private static func spelling(_ name: String) -> String {
        // To look for texts costs more than all else here, and hardly a name has one of them.
        guard name.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }) else { return name }
        return name.replacing(".", with: "__").replacing("-", with: "_")
    }

    /// The tool of a name, if it is seen. One that is hidden is as one that is not there.
    ///
    /// A tool of a source is also found by another spelling, where that can mean no other tool.
    public func tool(_ name: String, for visibility: Visibility) -> Tool? {
        var place = places[name]
        if place == nil, tools.count > builtIn.count { place = spellings[Self.spelling(name)] ?? nil }
        guard let place, place >= builtIn.count || tools[place].name == name, visibility.shows(tools[place]) else {
            return nil
        }
        return tools[place]
    }

    /// The fingerprint of each list, by the change that it undergoes.
    public func fingerprints(for visibility: Visibility) -> [Change: Int] {
        let prompts = prompts.filter { visibility.shows($0) }.map { $0.json(in: .july2026) }
        let resources = resources.filter { visibility.shows($0) }.map { $0.json(in: .july2026) }
        let templates = templates.filter { visibility.shows($0) }.map { $0.json(in: .july2026) }
        return [
            .toolsListed: fingerprint(for: visibility), .promptsListed: Self.hash(.array(prompts)),
            .resourcesListed: Self.hash([.array(resources), .array(templates)]),
        ]
    }

    private static func hash(_ json: JSON) -> Int {
        var hasher = Hasher()
        hasher.combine(json.encoded)
        return hasher.finalize()
    }

    /// Tells lists apart that show different tools, or the same tools otherwise. In this process only.
    public func fingerprint(for visibility: Visibility) -> Int {
        var hasher = Hasher()
        for tool in tools where visibility.shows(tool) {
            hasher.combine(tool.name)
            hasher.combine(tool.fingerprint)
        }
        return hasher.finalize()
    }
}
