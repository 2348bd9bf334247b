import Core

/// What is kept of an offer over a restart, so that it can be offered before the server has said it again.
extension UpstreamOffer {
    /// Octets that are kept of one server: nothing of one that says more.
    public static let maxKeptBytes = 2 << 20

    private static let format = 1
    private static let limits = JSONLimits(maxDepth: 128, maxBytes: maxKeptBytes, maxValues: 500_000)

    /// What is kept of it; nil for more than `maxKeptBytes`.
    public func kept(of entry: UpstreamEntry, _ digest: ToolNames.Digest) -> [UInt8]? {
        func items(_ list: [JSONObject]) -> JSON { .array(list.map { .object($0) }) }
        let json: JSON = [
            "format": .number(JSONNumber(Self.format)), "entry": .string(entry.fingerprint(digest)),
            "server": .string(serverName), "version": .string(serverVersion), "instructions": .string(instructions),
            "tools": items(tools), "prompts": items(prompts), "resources": items(resources),
            "templates": items(templates), "notes": .array(notes.map { .string($0) }),
        ]
        return json.isEncoded(within: Self.maxKeptBytes) ? json.encoded : nil
    }

    /// Reads what was kept; nil for what is not of this entry: it may be what another server has said.
    public init?(kept octets: [UInt8], of entry: UpstreamEntry, _ digest: ToolNames.Digest) {
        guard let json = octets.withUnsafeBytes({ try? JSON.parse($0, limits: Self.limits) }),
            json["format"]?.intValue == Self.format, json["entry"]?.stringValue == entry.fingerprint(digest),
            let server = json["server"]?.stringValue, let version = json["version"]?.stringValue,
            let instructions = json["instructions"]?.stringValue
        else { return nil }
        func items(_ name: String) -> [JSONObject] { json[name]?.arrayValue?.compactMap(\.objectValue) ?? [] }
        self.init()
        (serverName, serverVersion, self.instructions) = (server, version, instructions)
        (tools, prompts) = (items("tools"), items("prompts"))
        (resources, templates) = (items("resources"), items("templates"))
        notes = json["notes"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
}

extension UpstreamEntry {
    /// Tells apart entries that may lead to different servers, in hexadecimal. No secret goes into it; what else an entry says is
    /// heeded whenever something is offered.
    func fingerprint(_ digest: ToolNames.Digest) -> String {
        let way: JSON =
            switch self.way {
            case .http(let endpoint):
                [
                    "url": .string(endpoint.url), "auth": endpoint.auth.shape,
                    "allow": [
                        .bool(endpoint.allow.isPrivate), .bool(endpoint.allow.isLoopback),
                        .bool(endpoint.allow.isPlainHTTP),
                    ],
                ]
            case .stdio(let child):
                [
                    "command": .array(child.command.map { .string($0) }), "sandbox": .string(child.sandbox.rawValue),
                    "network": .bool(child.hasNetwork),
                    "paths": .array(child.paths.map { [.string($0.path), .bool($0.isWritable)] }),
                    "env": .array(child.variables.map { [.string($0.name), $0.source.shape] }),
                ]
            }
        let whole: JSON = ["name": .string(name), "era": .string(era.rawValue), "way": way]
        return digest(whole.encoded).hexadecimal
    }
}

extension AuthRule {
    /// What it is without its secrets.
    fileprivate var shape: JSON {
        switch self {
        case .field(let name, let prefix, _): ["field", .string(name), .string(prefix)]
        case .query(let name, _): ["query", .string(name)]
        case .basic: ["basic"]
        // An entry has no other.
        case .none, .clientCredentials, .login: []
        }
    }
}

extension PluginGrants.VariableSource {
    fileprivate var shape: JSON {
        switch self {
        case .literal(let text): ["literal", .string(text)]
        case .environment(let name, let fallback):
            ["environment", .string(name), fallback.map { .string($0) } ?? .null]
        case .secret(let name): ["secret", .string(name)]
        }
    }
}
