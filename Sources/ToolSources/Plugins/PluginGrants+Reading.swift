import Core

extension PluginGrants {
    /// Octets of the file.
    public static let maxBytes = 1 << 20

    private static let commandMembers = ["enabled", "scope", "hints", "timeout_seconds"]
    private static let defaultMembers =
        commandMembers + ["memory_bytes", "output_bytes", "concurrency", "queue", "network", "sandbox"]
    private static let pluginMembers = defaultMembers + ["env", "fetch", "paths", "pin", "commands"]

    /// The file's text.
    /// - Throws: every problem with its JSON Pointer.
    public static func read(_ octets: [UInt8]) throws(DocumentProblems) -> PluginGrants {
        let document = try DocumentReader.parse(octets, limits: JSONLimits(maxDepth: 16, maxBytes: maxBytes))
        var reader = DocumentReader()
        var grants = PluginGrants()
        if let object = reader.object(document, at: "", known: ["format", "default", "plugins"]) {
            if object["format"] != 1 { reader.report("/format", "must be 1, the only supported format") }
            if let given = object["default"] {
                grants.standard = entry(given, at: "/default", known: defaultMembers, &reader)
            }
            if let given = object["plugins"], let plugins = reader.object(given, at: "/plugins") {
                for (name, value) in plugins.members {
                    let place = JSONPointer.member(name, of: "/plugins")
                    guard ToolNames.isPlugin(name) else {
                        reader.report(
                            place, "is not the name of a plugin: 1 to 32 letters, digits, _ and -, without __")
                        continue
                    }
                    grants.plugins[name] = entry(value, at: place, known: pluginMembers, &reader)
                }
            }
        }
        try reader.finish()
        return grants
    }

    private static func entry(
        _ json: JSON, at place: String, known: [String], _ reader: inout DocumentReader
    ) -> Entry {
        guard let object = reader.object(json, at: place, known: known) else { return Entry() }
        var entry = Entry()
        entry.command = command(object, at: place, &reader)
        entry.memoryBytes = reader.integer("memory_bytes", in: object, at: place, (16 << 20)...(1 << 40))
        entry.outputBytes = reader.integer("output_bytes", in: object, at: place, 1024...PluginLimits.maxOutputBytes)
        entry.concurrency = reader.integer("concurrency", in: object, at: place, 1...PluginLimits.maxConcurrency)
        entry.queue = reader.integer("queue", in: object, at: place, 0...PluginLimits.maxQueue)
        entry.network = reader.boolean("network", in: object, at: place)
        entry.sandbox = reader.choice("sandbox", in: object, at: place, Sandbox.self)
        guard known.contains("env") else { return entry }
        if let given = object["env"] { entry.variables = variables(given, at: place + "/env", &reader) }
        if let given = object["fetch"] { entry.fetch = fetch(given, at: place + "/fetch", &reader) }
        if let given = object["paths"] { entry.paths = paths(given, at: place + "/paths", &reader) }
        if let given = object["pin"] {
            entry.pin = PluginPin(given.stringValue ?? "")
            if entry.pin == nil {
                reader.report(
                    place + "/pin", "must be sha256: and 64 digits, as luma-mcp plugins check shows it")
            }
        }
        if let given = object["commands"], let commands = reader.object(given, at: place + "/commands") {
            for (name, value) in commands.members {
                let place = JSONPointer.member(name, of: place + "/commands")
                guard ToolNames.isCommand(name) else {
                    reader.report(place, "is not the name of a command: letters, digits, _ and -")
                    continue
                }
                guard let object = reader.object(value, at: place, known: commandMembers) else { continue }
                entry.commands[name] = command(object, at: place, &reader)
            }
        }
        return entry
    }

    private static func command(_ object: JSONObject, at place: String, _ reader: inout DocumentReader) -> CommandEntry
    {
        var entry = CommandEntry()
        entry.isEnabled = reader.boolean("enabled", in: object, at: place)
        entry.scope = reader.choice("scope", in: object, at: place, AccessScope.self)
        entry.timeoutSeconds = reader.number(
            "timeout_seconds", in: object, at: place, 0.1...PluginLimits.maxTimeoutSeconds)
        guard let given = object["hints"] else { return entry }
        let known = ["read_only", "destructive", "idempotent", "open_world"]
        guard let hints = reader.object(given, at: place + "/hints", known: known) else { return entry }
        entry.hints.readOnly = reader.boolean("read_only", in: hints, at: place + "/hints")
        entry.hints.destructive = reader.boolean("destructive", in: hints, at: place + "/hints")
        entry.hints.idempotent = reader.boolean("idempotent", in: hints, at: place + "/hints")
        entry.hints.openWorld = reader.boolean("open_world", in: hints, at: place + "/hints")
        if entry.hints.readOnly == true, entry.hints.destructive == true {
            reader.report(place + "/hints", "a read-only tool cannot be destructive")
        }
        return entry
    }

    // MARK: Environment

    /// Names with their values, or a list of names that are passed on from the gateway's own environment.
    static func variables(_ json: JSON, at place: String, _ reader: inout DocumentReader) -> [Variable] {
        var output: [Variable] = []
        if let items = json.arrayValue {
            for (index, item) in items.enumerated() {
                let place = JSONPointer.item(index, of: place)
                guard let name = item.stringValue, checkVariable(name, at: place, &reader) else {
                    if item.stringValue == nil { reader.report(place, "must be the name of a variable") }
                    continue
                }
                output.append(Variable(name: name, source: .environment(name, fallback: nil)))
            }
            return output
        }
        guard let object = json.objectValue else {
            reader.report(place, "must be an object of names and values, or an array of names")
            return []
        }
        for (name, value) in object.members {
            let place = JSONPointer.member(name, of: place)
            guard checkVariable(name, at: place, &reader) else { continue }
            if let source = source(value, at: place, &reader) { output.append(Variable(name: name, source: source)) }
        }
        return output
    }

    private static func checkVariable(_ name: String, at place: String, _ reader: inout DocumentReader) -> Bool {
        if !isVariable(name) {
            reader.report(place, "is not the name of a variable: letters, digits and _, not beginning with a digit")
        } else if ownVariables.contains(name) {
            reader.report(place, "is set by the gateway itself")
        } else {
            return true
        }
        return false
    }

    private static func source(_ json: JSON, at place: String, _ reader: inout DocumentReader) -> VariableSource? {
        if let text = json.stringValue {
            if text.utf8.count <= 32 << 10, !text.utf8.contains(0) { return .literal(text) }
            reader.report(place, "must be at most 32768 bytes long and without NUL characters")
            return nil
        }
        guard let object = json.objectValue, object["$secret"] != nil || object["$env"] != nil else {
            reader.report(place, "must be a string, {\"$secret\": \"NAME\"} or {\"$env\": \"NAME\"}")
            return nil
        }
        let isSecret = object["$secret"] != nil
        let word = isSecret ? "$secret" : "$env"
        let known = isSecret ? [word] : [word, "default"]
        guard reader.object(json, at: place, known: known) != nil,
            let name = reader.text(word, in: object, at: place, max: 128)
        else { return nil }
        guard isVariable(name) else {
            reader.report(JSONPointer.member(word, of: place), "must be a name of letters, digits and _")
            return nil
        }
        if isSecret { return .secret(name) }
        let fallback = object["default"]?.stringValue
        if object["default"] != nil, fallback == nil { reader.report(place + "/default", "must be a string") }
        return .environment(name, fallback: fallback)
    }

    // MARK: Paths

    static func paths(_ json: JSON, at place: String, _ reader: inout DocumentReader) -> [PluginPath] {
        guard let items = json.arrayValue, items.count <= 64 else {
            reader.report(
                place, "must be an array of at most 64 objects, such as {\"path\": \"/srv/data\", \"write\": false}")
            return []
        }
        var output: [PluginPath] = []
        for (index, item) in items.enumerated() {
            let place = JSONPointer.item(index, of: place)
            guard let object = reader.object(item, at: place, known: ["path", "write"]) else { continue }
            let isWritable = reader.boolean("write", in: object, at: place) ?? false
            if let path = PluginPath(object["path"]?.stringValue ?? "", isWritable: isWritable) {
                output.append(path)
            } else {
                reader.report(place + "/path", "must be an absolute path without ..")
            }
        }
        return output
    }
}
