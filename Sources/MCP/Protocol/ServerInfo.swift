import Core

/// How a server introduces itself.
public struct ServerInfo: Sendable {
    /// The program's name, for machines.
    public var name: String
    /// For people.
    public var title: String
    public var version: String
    /// One sentence.
    public var description: String
    /// What a model should know before it uses anything here. Never holds text from outside.
    public var instructions: String?
    /// The revisions that are spoken, oldest first.
    public var revisions: [Revision] = Revision.allCases

    /// A server that speaks every revision.
    public init(name: String, title: String, version: String, description: String, instructions: String? = nil) {
        self.name = name
        self.title = title
        self.version = version
        self.description = description
        self.instructions = instructions
    }

    /// The `Implementation` of a revision: `title` came with 2025-06-18, `description` with 2025-11-25.
    func implementation(in revision: Revision) -> JSON {
        var object: JSONObject = ["name": .string(name), "version": .string(version)]
        if revision >= .june2025 { object["title"] = .string(title) }
        if revision >= .november2025 { object["description"] = .string(description) }
        return .object(object)
    }
}
