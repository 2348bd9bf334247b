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
    /// What a model should know before it uses anything here, asked for each time that somebody comes: it may tell the
    /// date. It is told which tools there are for whoever comes, and names no others. Never holds text from outside.
    public var instructions: @Sendable (_ shows: (String) -> Bool) -> String?
    /// Pictures of the program, shown where it introduces itself.
    public var icons: [Icon] = []
    /// The revisions that are spoken, oldest first.
    public var revisions: [Revision] = Revision.allCases

    /// A server that speaks every revision.
    public init(
        name: String, title: String, version: String, description: String,
        instructions: @escaping @Sendable (_ shows: (String) -> Bool) -> String? = { _ in nil }
    ) {
        self.name = name
        self.title = title
        self.version = version
        self.description = description
        self.instructions = instructions
    }

    /// The `Implementation` of a revision: `title` came with 2025-06-18, `description` with 2025-11-25.
    /// - Parameter isIntroduction: in answer to who asks what this is, where pictures have their place; not with each result.
    func implementation(in revision: Revision, isIntroduction: Bool = false) -> JSON {
        var object: JSONObject = ["name": .string(name), "version": .string(version)]
        if revision >= .june2025 { object["title"] = .string(title) }
        if revision >= .november2025 {
            object["description"] = .string(description)
            if isIntroduction, !icons.isEmpty { object["icons"] = .array(icons.map(\.json)) }
        }
        return .object(object)
    }
}

/// A picture that a host may show (2025-11-25 on).
public struct Icon: Sendable, Equatable {
    /// An `https:` or `data:` URI.
    public var source: String
    public var mimeType: String
    /// Such as `48x48`, or `any`.
    public var size: String

    /// A picture of one size.
    public init(source: String, mimeType: String, size: String) {
        self.source = source
        self.mimeType = mimeType
        self.size = size
    }

    var json: JSON {
        ["src": .string(source), "mimeType": .string(mimeType), "sizes": [.string(size)]]
    }
}

/// What a server offers, as it follows from what is registered.
struct ServerCapabilities: Sendable {
    var tools = false
    var prompts = false
    var resources = false
    var completions = false
    /// The lists may change while a client is there.
    var listsChange = false
    /// The list of tools may, whatever the others do.
    var toolListChanges = false
    /// The lists of prompts and resources may, whatever that of tools does.
    var otherListsChange = false
    /// Resources can be subscribed to.
    var subscribe = false
    var logging = false

    var toolsChange: Bool { tools && (listsChange || toolListChanges) }
    var promptsChange: Bool { prompts && (listsChange || otherListsChange) }
    var resourcesChange: Bool { resources && (listsChange || otherListsChange) }
    /// There is something to listen to.
    var changes: Bool { toolsChange || promptsChange || resourcesChange || (resources && subscribe) }

    func json(in revision: Revision) -> JSON {
        var object = JSONObject()
        func list(_ isOffered: Bool, _ name: String, changes: Bool, _ more: JSONObject = [:]) {
            guard isOffered else { return }
            var members = more
            if changes { members["listChanged"] = true }
            object[name] = .object(members)
        }
        list(tools, "tools", changes: toolsChange)
        list(prompts, "prompts", changes: promptsChange)
        list(resources, "resources", changes: resourcesChange, subscribe ? ["subscribe": true] : [:])
        if logging { object["logging"] = [:] }
        // Before 2025-03-26 completion was there without being told.
        if completions, revision >= .march2025 { object["completions"] = [:] }
        return .object(object)
    }
}
