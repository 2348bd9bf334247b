import Core
import MCP

/// One prompt of an upstream as it is offered here.
public struct UpstreamPrompt: Sendable, Equatable {
    /// One text that the user fills in.
    public struct Argument: Sendable, Equatable {
        public let name: String
        public let description: String
        public let isRequired: Bool
    }

    /// The server's own name, for requests.
    public let raw: String
    /// The name under which clients ask for it.
    public let name: String
    public let title: String
    public let description: String
    public let arguments: [Argument]
}

/// A resource of an upstream, or the form of several.
public struct UpstreamResource: Sendable, Equatable {
    /// As the server writes it; of several, their template.
    public let uri: String
    public let name: String
    public let title: String
    public let description: String
    public let mimeType: String
}

extension UpstreamTools {
    private static let maxArguments = 50
    private static let longestURI = 2000
    private static let bounds = DefinitionBounds()

    /// Adds prompts and resources. One that cannot be offered costs itself alone.
    mutating func addOthers(
        _ offer: UpstreamOffer, of entry: UpstreamEntry, _ verdict: UpstreamVerdict, _ digest: ToolNames.Digest
    ) {
        var found: [UpstreamPrompt] = []
        for object in offer.prompts {
            guard let raw = object["name"]?.stringValue, (1...ToolNames.maxRawBytes).contains(raw.utf8.count) else {
                refuse("(a prompt)", "its name must have 1 to \(ToolNames.maxRawBytes) bytes")
                continue
            }
            guard entry.prompts.admits(ToolNames.mapped(raw)) else { continue }
            if let reason = verdict.hiddenPrompts[raw] {
                refuse(raw, reason)
                continue
            }
            if let prompt = Self.prompt(object, raw, entry, digest) {
                found.append(prompt)
            } else {
                refuse(raw, "its arguments must be at most \(Self.maxArguments), each with a name")
            }
        }
        for prompt in found {
            if found.filter({ $0.name == prompt.name }).count == 1 {
                prompts.append(prompt)
            } else {
                refuse(prompt.name, "more than one prompt of the server would have this name")
            }
        }
        guard entry.offersResources else { return }
        for object in offer.resources { addResource(object, "uri", entry, to: \.resources) }
        for object in offer.templates { addResource(object, "uriTemplate", entry, to: \.templates) }
    }

    private static func prompt(
        _ object: JSONObject, _ raw: String, _ entry: UpstreamEntry, _ digest: ToolNames.Digest
    ) -> UpstreamPrompt? {
        let given = object["arguments"]?.arrayValue ?? []
        let arguments = given.compactMap { argument -> UpstreamPrompt.Argument? in
            guard let name = argument["name"]?.stringValue, (1...128).contains(name.utf8.count),
                OutsideText.isSeen(name)
            else { return nil }
            return UpstreamPrompt.Argument(
                name: name,
                description: OutsideText.text(argument["description"]?.stringValue ?? "", max: bounds.description),
                isRequired: argument["required"]?.boolValue ?? false)
        }
        guard arguments.count == given.count, arguments.count <= maxArguments,
            Set(arguments.map(\.name)).count == arguments.count
        else { return nil }
        let (title, description) = texts(object, raw)
        return UpstreamPrompt(
            raw: raw, name: ToolNames.name(entry.name, ToolNames.mapped(raw), digest: digest), title: title,
            description: description, arguments: arguments)
    }

    private mutating func addResource(
        _ object: JSONObject, _ member: String, _ entry: UpstreamEntry,
        to list: WritableKeyPath<UpstreamTools, [UpstreamResource]>
    ) {
        let uri = object[member]?.stringValue ?? ""
        guard (1...Self.longestURI).contains(uri.utf8.count), OutsideText.isSeen(uri), !uri.contains(" "),
            uri.contains(":")
        else {
            return refuse(uri.isEmpty ? "(a resource)" : uri, "it must have a URI of at most \(Self.longestURI) bytes")
        }
        guard !uri.lowercased().hasPrefix("luma:") else {
            return refuse(uri, "URIs that begin with luma: are this server's own")
        }
        if list == \.templates, URITemplate(outside: uri) == nil {
            return refuse(uri, "its template must have variables of the form {name} alone, with something between them")
        }
        guard !self[keyPath: list].contains(where: { $0.uri == uri }) else { return refuse(uri, "it is there twice") }
        let name = OutsideText.line(object["name"]?.stringValue ?? uri, max: Self.bounds.title)
        let (title, description) = Self.texts(object, name)
        self[keyPath: list].append(
            UpstreamResource(
                uri: uri, name: entry.name + "__" + name, title: title, description: description,
                mimeType: OutsideText.line(object["mimeType"]?.stringValue ?? "application/octet-stream", max: 128)))
    }

    private static func texts(_ object: JSONObject, _ name: String) -> (title: String, description: String) {
        let title = OutsideText.line(object["title"]?.stringValue ?? "", max: bounds.title)
        let description = OutsideText.text(object["description"]?.stringValue ?? "", max: bounds.description)
        let spoken = title.isEmpty ? OutsideText.line(name, max: bounds.title) : title
        return (spoken, description.allSatisfy(\.isWhitespace) ? spoken : description)
    }
}
