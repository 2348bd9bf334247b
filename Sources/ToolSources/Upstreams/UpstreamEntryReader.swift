import Core

/// Reads one entry of the operator's file of MCP servers. Problems go to the context.
struct UpstreamEntryReader {
    private static let transports = ["http", "stdio"]
    private static let maxRules = 500
    /// Words of a command, and octets of one.
    private static let maxWords = 64
    private static let maxWordBytes = 16 << 10

    let context: DocumentContext

    /// - Returns: the entry as far as it could be read, and the settings without which it is off.
    func read(_ json: JSON, at place: Place) -> (UpstreamEntry?, unset: [String]) {
        guard var members = Members(json, at: place) else { return (nil, []) }
        defer { members.finish() }
        _ = members.flag("enabled")
        let name = members.text("name", max: 128)
        if let name {
            if !Self.isName(name) {
                place.child("name").report("must be a small letter and then at most 15 small letters or digits")
            }
        } else if !members.has("name") {
            members.missing("name")
        }
        let (way, unset) = way(&members, at: place)
        guard let way else { return (nil, unset) }
        var entry = UpstreamEntry(name: name ?? "", way: way)
        if let era = members.word("era", of: UpstreamEntry.Era.allCases.map(\.rawValue)) {
            entry.era = UpstreamEntry.Era(rawValue: era) ?? .auto
        }
        if let pin = members.word("pin", of: UpstreamEntry.Pin.allCases.map(\.rawValue)) {
            entry.pin = UpstreamEntry.Pin(rawValue: pin) ?? .warn
        }
        entry.approvesFirst = members.flag("approve_first") ?? false
        if entry.approvesFirst, entry.pin != .block {
            place.child("approve_first").report("needs \"pin\": \"block\": nothing else hides what is not approved")
        }
        entry.scope = scope(&members) ?? .write
        entry.trustsHints = members.flag("trust_hints") ?? false
        entry.offersResources = members.flag("resources") ?? true
        entry.tools = filter(members.members("tools"))
        entry.prompts = filter(members.members("prompts"))
        entry.limits = limits(members.members("limits"))
        entry.rules = rules(&members)
        return (entry, unset)
    }

    /// `name__` always ends at the first `__`.
    private static func isName(_ name: String) -> Bool {
        (1...16).contains(name.utf8.count)
            && name.utf8.first.map { (0x61...0x7a).contains($0) } ?? false
            && name.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) }
    }

    private func scope(_ members: inout Members) -> AccessScope? {
        members.word("scope", of: AccessScope.allCases.map(\.rawValue)).flatMap { AccessScope(rawValue: $0) }
    }

    // MARK: The way to it

    private func way(_ members: inout Members, at place: Place) -> (UpstreamEntry.Way?, unset: [String]) {
        let isHTTP = members.word("transport", of: Self.transports).map { $0 == "http" } ?? true
        if isHTTP {
            let (endpoint, unset) = endpoint(&members, at: place)
            return (endpoint.map { .http($0) }, unset)
        }
        return (child(&members, at: place).map { .stdio($0) }, [])
    }

    private func endpoint(_ members: inout Members, at place: Place) -> (UpstreamEntry.Endpoint?, unset: [String]) {
        let allow = UpstreamReader.allowance(members.members("allow"))
        let auth = members.take("auth")
        guard let given = members.take("url") else {
            members.missing("url")
            return (nil, [])
        }
        let place = place.child("url")
        if let name = given["$env"]?.stringValue, ForwarderLookup.isName(name), given["default"] == nil,
            context.lookup.environment(name) == nil
        {
            return (nil, [name])
        }
        let before = context.reports
        guard case .literal(.string(let url)) = ValueReader(allowed: .environment).read(given, at: place) else {
            if context.reports == before {
                place.report("must be a URL, or {\"$env\": NAME} for one that is set elsewhere")
            }
            return (nil, [])
        }
        guard context.reports == before, let base = base(url, allow, at: place) else { return (nil, []) }
        let (rule, missing) = AuthReader(base: base, allow: allow).read(auth, at: members.place.child("auth"))
        if rule.isDynamic {
            members.place.child("auth").child("kind").report("must be none, header, query or basic for an MCP server")
        }
        return (UpstreamEntry.Endpoint(url: url, allow: allow, auth: rule), missing.first ?? [])
    }

    /// The origin of a URL; the path and the query are the server's own, and stay as they are.
    private func base(_ url: String, _ allow: ServiceBase.Allowance, at place: Place) -> ServiceBase? {
        guard url.utf8.count <= 2048, let (origin, target) = Origin.split(url) else {
            place.report("must be an absolute URL: https://host/path, with a port if need be")
            return nil
        }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard URLPath.isClean(parts.first ?? ""), parts.dropFirst().allSatisfy({ URLPath.isQuery($0) }) else {
            place.report("has a path or query with a character that must be encoded, or an empty or dotted segment")
            return nil
        }
        do throws(ReferenceError) {
            try ServiceBase.check(origin, allow)
            return try ServiceBase(String(url.prefix(url.count - target.count)), allow: allow)
        } catch {
            place.report(error.text)
            return nil
        }
    }

    private func child(_ members: inout Members, at place: Place) -> UpstreamEntry.Child? {
        let command = command(&members)
        if !members.has("command") { members.missing("command") }
        var sandbox = PluginGrants.Sandbox.standard
        if let word = members.word("sandbox", of: PluginGrants.Sandbox.allCases.map(\.rawValue)) {
            sandbox = PluginGrants.Sandbox(rawValue: word) ?? .standard
        }
        // The same words as for plugins, read by the same rules.
        var reader = DocumentReader()
        let variables = members.take("env").map {
            PluginGrants.variables($0, at: place.child("env").pointer, &reader)
        }
        let paths = members.take("paths").map { PluginGrants.paths($0, at: place.child("paths").pointer, &reader) }
        for problem in reader.problems { context.report(problem.pointer, problem.text) }
        let hasNetwork = members.flag("network") ?? false
        return command.map {
            UpstreamEntry.Child(
                command: $0, sandbox: sandbox, paths: paths ?? [], variables: variables ?? [], hasNetwork: hasNetwork)
        }
    }

    private func command(_ members: inout Members) -> [String]? {
        guard let items = members.array("command", 1...Self.maxWords) else { return nil }
        let place = members.place.child("command")
        return items.enumerated().map { index, item in
            let word = item.stringValue ?? ""
            if item.stringValue == nil || word.utf8.count > Self.maxWordBytes || word.utf8.contains(0) {
                place.child(String(index)).report(
                    "must be a string of at most \(Self.maxWordBytes) bytes without NUL characters")
            } else if index == 0, !word.hasPrefix("/") {
                place.child("0").report("must be the absolute path of a program")
            }
            return word
        }
    }

    // MARK: What is offered of it

    private func filter(_ members: Members?) -> ToolFilter {
        guard var members else { return ToolFilter(allowed: []) }
        defer { members.finish() }
        let (allowed, denied) = (patterns("allow", &members), patterns("deny", &members))
        // An empty list of what is allowed allows nothing.
        return allowed.map { $0.isEmpty ? .nothing : ToolFilter(allowed: $0, denied: denied ?? []) }
            ?? ToolFilter(allowed: [], denied: denied ?? [])
    }

    private func patterns(_ name: String, _ members: inout Members) -> [NamePattern]? {
        guard let texts = members.texts(name, 0...ToolFilter.maxPatterns) else { return nil }
        let place = members.place.child(name)
        return texts.enumerated().compactMap { index, text in
            if let pattern = NamePattern(text) { return pattern }
            place.child(String(index)).report("must be a pattern of letters, digits, _, -, . and the wildcards * and ?")
            return nil
        }
    }

    private func limits(_ members: Members?) -> UpstreamEntry.Limits {
        var limits = UpstreamEntry.Limits()
        guard var members else { return limits }
        defer { members.finish() }
        limits.connectSeconds = members.number("connect_seconds", 1...60) ?? limits.connectSeconds
        limits.listSeconds = members.number("list_seconds", 1...120) ?? limits.listSeconds
        limits.callSeconds =
            members.number("call_seconds", 1...UpstreamEntry.Limits.longestCallSeconds) ?? limits.callSeconds
        limits.concurrency = members.number("concurrency", 1...64) ?? limits.concurrency
        limits.queue = members.number("queue", 0...1024) ?? limits.queue
        limits.resultBytes = members.number("result_bytes", 1024...16 << 20) ?? limits.resultBytes
        limits.tools = members.number("tools", 1...2000) ?? limits.tools
        return limits
    }

    /// `rename`, `describe`, `hints` and `scopes` speak of single tools, by the server's own names.
    private func rules(_ members: inout Members) -> [String: UpstreamEntry.ToolRule] {
        var rules: [String: UpstreamEntry.ToolRule] = [:]
        each("rename", &members) { tool, value, place in
            guard let name = value.stringValue, ToolNames.isCommand(name), name.utf8.count <= 40 else {
                return place.report("must be a name of at most 40 letters, digits, _ and -")
            }
            rules[tool, default: .init()].name = name
        }
        each("describe", &members) { tool, value, place in
            guard let text = value.stringValue, !text.isEmpty, text.utf8.count <= 4096 else {
                return place.report("must be a text of 1 to 4096 bytes")
            }
            rules[tool, default: .init()].description = text
        }
        each("scopes", &members) { tool, value, place in
            guard let scope = value.stringValue.flatMap(AccessScope.init(rawValue:)) else {
                return place.report("must be one of " + AccessScope.allCases.map(\.rawValue).joined(separator: ", "))
            }
            rules[tool, default: .init()].scope = scope
        }
        each("hints", &members) { tool, value, place in
            guard var members = Members(value, at: place) else { return }
            var hints = PluginGrants.Hints()
            hints.readOnly = members.flag("read_only")
            hints.destructive = members.flag("destructive")
            hints.idempotent = members.flag("idempotent")
            hints.openWorld = members.flag("open_world")
            members.finish()
            if hints.readOnly == true, hints.destructive == true {
                place.report("a read-only tool cannot be destructive")
            }
            rules[tool, default: .init()].hints = hints
        }
        return rules
    }

    private func each(_ name: String, _ members: inout Members, _ body: (String, JSON, Place) -> Void) {
        guard let object = members.object(name) else { return }
        let place = members.place.child(name)
        guard object.members.count <= Self.maxRules else {
            return place.report("must name at most \(Self.maxRules) tools")
        }
        for member in object.members { body(member.name, member.value, place.child(member.name)) }
    }
}
