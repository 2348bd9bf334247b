public import Core

/// What an operator wants of an OpenAPI document.
public struct OpenAPIChoices: Sendable {
    /// The service's name, and what the names of its tools begin with.
    public var name: String
    /// Where the service is. A document does not decide it: it may come from anybody.
    public var base: String
    /// The operations that become tools, by their names; nil for all but those that delete or are deprecated.
    public var filter: ToolFilter?
    /// Publishes the schemas of results, too. Services often break their own.
    public var publishesResults = false

    public init(name: String, base: String, filter: ToolFilter? = nil) {
        self.name = name
        self.base = base
        self.filter = filter
    }
}

/// A forwarder's document that was made of an OpenAPI document, to be curated.
public struct OpenAPIImported: Sendable, Equatable {
    public let document: JSONObject
    /// Operations that cannot be offered, each with the reason.
    public let dropped: [RefusedDefinition]
    /// What the operator should know, and do.
    public let notes: [String]
}

/// Makes a forwarder's document of an OpenAPI document (3.0 or 3.1, in JSON).
///
/// Nothing in the document decides where anything is sent, or with what: the base is the operator's, security schemes are
/// told and not taken over, and no reference leaves the document.
public enum OpenAPIImport {
    /// The largest descriptions of services in the field have about 12 MiB.
    public static let longest = 16 << 20
    /// Tools beyond which clients drown, unless they were chosen.
    static let maxUnchosen = 79
    private static let limits = JSONLimits(maxDepth: 256, maxBytes: longest, maxValues: 2_000_000)
    private static let methods = ["get", "post", "put", "patch", "delete"]

    /// Converts a document.
    /// - Parameter digest: SHA-256, for names that must be shortened or told apart.
    /// - Throws: what is wrong with the document as a whole, or with the choices.
    public static func convert(
        _ bytes: [UInt8], _ choices: OpenAPIChoices, digest: ToolNames.Digest
    ) throws(DocumentProblems) -> OpenAPIImported {
        let root = try parsed(bytes)
        let source = OpenAPISource(root)
        var dropped: [RefusedDefinition] = []
        var notes = notes(root)
        let operations = try chosen(operations(source), choices, digest, &notes)
        var tools: [JSON] = []
        for operation in operations {
            do throws(RefusedDefinition) {
                tools.append(
                    .object(try OpenAPITool.make(operation, source, publishesResults: choices.publishesResults)))
            } catch {
                dropped.append(error)
            }
        }
        guard !tools.isEmpty else { throw nothing(dropped) }
        var document: JSONObject = ["format": 1, "name": .string(choices.name)]
        if let title = root["info"]?["title"]?.stringValue {
            document["description"] = .string(OutsideText.line(title, max: 200))
        }
        document["upstream"] = .object(upstream(choices.base, root, &notes))
        document["prefix"] = .string(choices.name)
        document["tools"] = .array(tools)
        return try checked(document, dropped, notes)
    }

    private static func problem(_ pointer: String, _ text: String) -> DocumentProblems {
        DocumentProblems([DocumentProblem(pointer, text)])
    }

    /// No operation has become a tool: why not, of the first of them.
    private static func nothing(_ dropped: [RefusedDefinition]) -> DocumentProblems {
        DocumentProblems(dropped.prefix(20).map { DocumentProblem("/paths", "\($0.name): \($0.reason)") })
    }

    private static func parsed(_ bytes: [UInt8]) throws(DocumentProblems) -> JSON {
        let first = bytes.first { $0 > 0x20 }
        guard first == UInt8(ascii: "{") else {
            throw problem("", "must be an OpenAPI document in JSON; one in YAML has to be converted first")
        }
        let root = try DocumentReader.parse(bytes, limits: limits)
        if root["swagger"] != nil {
            throw problem("/swagger", "is of version 2.0; convert the document to OpenAPI 3 first")
        }
        guard let version = root["openapi"]?.stringValue, version.hasPrefix("3.") else {
            throw problem("/openapi", "must be 3.0 or 3.1")
        }
        return root
    }

    // MARK: Operations

    private static func operations(_ source: OpenAPISource) -> [OpenAPIOperation] {
        var operations: [OpenAPIOperation] = []
        for (path, given) in source.root["paths"]?.objectValue?.members ?? [] {
            guard let item = source.resolved(given)?.objectValue else { continue }
            for method in methods {
                guard let operation = item[method]?.objectValue else { continue }
                operations.append(
                    OpenAPIOperation(
                        method: method.uppercased(), path: path, members: operation,
                        shared: item["parameters"]?.arrayValue ?? []))
            }
        }
        return operations
    }

    /// The operations with the names of their tools, without the prefix.
    private static func chosen(
        _ operations: [OpenAPIOperation], _ choices: OpenAPIChoices, _ digest: ToolNames.Digest, _ notes: inout [String]
    ) throws(DocumentProblems) -> [OpenAPIOperation] {
        var counts: [String: Int] = [:]
        for operation in operations { counts[operation.plainName, default: 0] += 1 }
        let room = ToolNames.maxBytes - choices.name.utf8.count - 2
        var chosen: [OpenAPIOperation] = []
        var left = 0
        for var operation in operations {
            // Two of one name are told apart by where they are, so that neither depends on the other's being there.
            let place = counts[operation.plainName] == 1 ? nil : "\(operation.method) \(operation.path)"
            operation.name = Self.name(operation.plainName, place, room, digest)
            if let filter = choices.filter {
                // Who names no operation to have has named those not to have.
                let isNamed = !filter.allowed.isEmpty
                if filter.admits(operation.name), isNamed || operation.isOfferedUnasked { chosen.append(operation) }
            } else if operation.isOfferedUnasked {
                chosen.append(operation)
            } else {
                left += 1
            }
        }
        if left > 0 {
            notes.append("\(left) operations delete something or are deprecated, and are left out unless included")
        }
        if chosen.isEmpty { throw problem("/paths", "has no operation that matches") }
        let most = choices.filter?.allowed.isEmpty == false ? ForwarderDocument.maxTools : maxUnchosen
        guard chosen.count <= most else {
            throw problem(
                "/paths",
                "gives \(chosen.count) tools, more than the maximum of \(most); include only those that are needed"
            )
        }
        return chosen
    }

    private static func name(_ plain: String, _ place: String?, _ room: Int, _ digest: ToolNames.Digest) -> String {
        guard place != nil || plain.utf8.count > room else { return plain }
        var octets = Array(plain.utf8.prefix(max(1, room - 9)))
        octets.append(UInt8(ascii: "_"))
        for octet in digest(Array((place ?? plain).utf8)).prefix(4) {
            octets += [.hexDigit(octet >> 4), .hexDigit(octet)]
        }
        return String(decoding: octets, as: UTF8.self)
    }

    // MARK: The service

    private static func notes(_ root: JSON) -> [String] {
        let schemes = root["components"]?["securitySchemes"]?.objectValue ?? [:]
        return schemes.members.prefix(16).map { name, scheme in
            let kind = [scheme["type"], scheme["scheme"], scheme["in"], scheme["name"]].compactMap { $0?.stringValue }
            let words = OutsideText.line(kind.joined(separator: " "), max: 120)
            return
                "the service knows the security scheme \(Neutral.quoted(name)) (\(words)); add \"auth\" to \"upstream\""
        }
    }

    /// The operator has named the base, and so opened it.
    private static func upstream(_ base: String, _ root: JSON, _ notes: inout [String]) -> JSONObject {
        var upstream: JSONObject = ["base": .string(self.base(base, root, &notes))]
        if let (origin, _) = Origin.split(base) {
            if origin.host.isLoopback {
                upstream["allow"] = ["loopback": true]
            } else if !origin.isSecure {
                upstream["allow"] = ["plain_http": true]
            }
        }
        return upstream
    }

    /// The base with the path of the document's server, where that is on the same origin.
    private static func base(_ base: String, _ root: JSON, _ notes: inout [String]) -> String {
        guard let server = root["servers"]?.arrayValue?.first?["url"]?.stringValue, !server.isEmpty, server != "/",
            let (origin, path) = Origin.split(base), path.isEmpty || path == "/"
        else { return base }
        let trimmed = base.hasSuffix("/") ? String(base.dropLast()) : base
        if server.hasPrefix("/"), !server.hasPrefix("//"), URLPath.isClean(server) { return trimmed + server }
        if let (other, path) = Origin.split(server), other == origin, URLPath.isClean(path) { return trimmed + path }
        notes.append(
            "the document's own server \(Neutral.quoted(server)) is not used; if its path is needed, add it to the base"
        )
        return base
    }

    // MARK: The result

    /// What a reader of forwarders' documents refuses is dropped, so that the document is whole.
    private static func checked(
        _ document: JSONObject, _ dropped: [RefusedDefinition], _ notes: [String]
    ) throws(DocumentProblems) -> OpenAPIImported {
        var document = document
        let bytes = JSON.object(document).encoded
        guard bytes.count <= ForwarderDocument.longest else {
            throw problem("/paths", "gives a document of \(bytes.count >> 10) KiB; include fewer operations")
        }
        let nobody = ForwarderLookup(environment: { _ in nil }, secret: { _ in nil })
        let reading = ForwarderDocument.read(bytes, lookup: nobody)
        let offered = Set(reading.definitions.map(\.name))
        guard let forwarder = reading.forwarder else { throw DocumentProblems(reading.problems) }
        let prefix = forwarder.name + "__"
        document["tools"] = .array(
            (document["tools"]?.arrayValue ?? []).filter { offered.contains(prefix + ($0["name"]?.stringValue ?? "")) })
        guard !offered.isEmpty else { throw nothing(dropped + reading.refused) }
        return OpenAPIImported(document: document, dropped: dropped + reading.refused, notes: notes)
    }
}
