public import Core

/// Says how a text that a user has begun may go on; at most 100 of its values are shown.
public typealias Completer = (Call, String) async throws(CallFailure) -> [String]

/// A conversation that a user may start with.
public struct Prompt {
    /// One text that the user fills in.
    public struct Argument {
        public let name: String
        public let description: String
        /// The prompt cannot be had without it.
        public let isRequired: Bool
        let complete: Completer?

        /// An argument; `complete` proposes values for it.
        public init(_ name: String, _ description: String, required: Bool = false, complete: Completer? = nil) {
            self.name = name
            self.description = description
            isRequired = required
            self.complete = complete
        }
    }

    /// One turn of the conversation.
    public struct Message: Sendable, Equatable {
        /// Who speaks.
        public enum Role: String, Sendable { case user, assistant }

        public let role: Role
        public let content: Content

        /// What one side says.
        public init(_ role: Role, _ content: Content) {
            self.role = role
            self.content = content
        }
    }

    /// Makes the messages; every required argument is there.
    public typealias Handler = (Call, [String: String]) async throws(CallFailure) -> [Message]

    public let name: String
    public let title: String
    public let description: String
    /// In the order in which clients ask for them.
    public let arguments: [Argument]
    /// What a principal needs to see and to get it.
    public let scope: Principal.Scopes
    let handler: Handler

    /// A prompt of this name.
    public init(
        _ name: String, title: String, description: String, arguments: [Argument] = [],
        scope: Principal.Scopes = .read, handler: @escaping Handler
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.arguments = arguments
        self.scope = scope
        self.handler = handler
    }

    func json(in revision: Revision) -> JSON {
        var object: JSONObject = ["name": .string(name)]
        if revision >= .june2025 { object["title"] = .string(title) }
        object["description"] = .string(description)
        if !arguments.isEmpty {
            object["arguments"] = .array(
                arguments.map { argument in
                    [
                        "name": .string(argument.name), "description": .string(argument.description),
                        "required": .bool(argument.isRequired),
                    ]
                })
        }
        return .object(object)
    }
}
