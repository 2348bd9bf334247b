public import Core

/// Something to read, at a fixed URI.
public struct Resource {
    /// Reads it. `CallFailure.notFound` when there is nothing there.
    public typealias Reader = (Call, String) async throws(CallFailure) -> [ResourceContents]

    public let uri: String
    public let name: String
    public let title: String
    public let description: String
    public let mimeType: String
    public let scope: Principal.Scopes
    let read: Reader

    /// A resource at this URI.
    public init(
        _ uri: String, name: String, title: String, description: String, mimeType: String,
        scope: Principal.Scopes = .read, read: @escaping Reader
    ) {
        self.uri = uri
        self.name = name
        self.title = title
        self.description = description
        self.mimeType = mimeType
        self.scope = scope
        self.read = read
    }

    func json(in revision: Revision) -> JSON {
        described(["uri": .string(uri)], name, title, description, mimeType, revision)
    }
}

/// Something to read at every URI of one form.
public struct ResourceTemplate {
    /// Reads the resource of a URI, given the values of the template's variables.
    public typealias Reader = (Call, String, [String: String]) async throws(CallFailure) -> [ResourceContents]

    public let template: URITemplate
    public let name: String
    public let title: String
    public let description: String
    public let mimeType: String
    public let scope: Principal.Scopes
    let completers: [String: Completer]
    let read: Reader

    /// Resources at the URIs of a template, such as `luma://events/{event_id}`.
    public init(
        _ template: String, name: String, title: String, description: String, mimeType: String,
        scope: Principal.Scopes = .read, completers: [String: Completer] = [:], read: @escaping Reader
    ) {
        self.template = URITemplate(template)
        self.name = name
        self.title = title
        self.description = description
        self.mimeType = mimeType
        self.scope = scope
        self.completers = completers
        self.read = read
    }

    func json(in revision: Revision) -> JSON {
        described(["uriTemplate": .string(template.text)], name, title, description, mimeType, revision)
    }
}

private func described(
    _ start: JSONObject, _ name: String, _ title: String, _ description: String, _ mimeType: String,
    _ revision: Revision
) -> JSON {
    var object = start
    object["name"] = .string(name)
    if revision >= .june2025 { object["title"] = .string(title) }
    object["description"] = .string(description)
    object["mimeType"] = .string(mimeType)
    return .object(object)
}
