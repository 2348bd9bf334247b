import Core

/// What one `subscriptions/listen` of the modern era is sent: a value that turns changes into messages.
public struct Subscription: Sendable {
    /// The request's id; every message on the stream carries it.
    public let id: JSONRPCID
    private let lists: Set<Change>
    private let uris: Set<String>
    /// What counts them, as long as this is there.
    private let holds: [ResourceSubscribers.Hold]
    private let accepted: JSON

    /// Keeps of what is asked for that which is offered.
    /// - Parameters:
    ///   - subscribers: where its resources are counted; nil for nowhere.
    ///   - knows: whether there is a resource of this URI for whoever asks.
    init(
        id: JSONRPCID, wanted: JSONObject, offered: ServerCapabilities, among subscribers: ResourceSubscribers? = nil,
        knows: (String) -> Bool
    ) {
        self.id = id
        var lists: Set<Change> = []
        var accepted = JSONObject()
        for (name, change, isOffered) in [
            ("toolsListChanged", Change.toolsListed, offered.toolsChange),
            ("promptsListChanged", .promptsListed, offered.promptsChange),
            ("resourcesListChanged", .resourcesListed, offered.resourcesChange),
        ] where isOffered && wanted[name]?.boolValue == true {
            lists.insert(change)
            accepted[name] = true
        }
        var uris: [String] = []
        if offered.subscribe, let listed = wanted["resourceSubscriptions"]?.arrayValue {
            uris = listed.prefix(Session.maxSubscriptions).compactMap(\.stringValue)
                .filter { $0.utf8.count <= Session.longestURI && knows($0) }
            accepted["resourceSubscriptions"] = .array(uris.map { .string($0) })
        }
        self.lists = lists
        self.uris = Set(uris)
        holds = self.uris.compactMap { subscribers?.hold($0) }
        self.accepted = .object(accepted)
    }

    private var meta: JSON { [Envelope.subscriptionKey: id.json] }

    /// The first message of the stream.
    public var acknowledgement: JSONRPCMessage {
        .notification(
            method: "notifications/subscriptions/acknowledged", params: ["_meta": meta, "notifications": accepted])
    }

    /// What to send because of a change; nil when it was not asked for.
    public func message(for change: Change) -> JSONRPCMessage? {
        if case .resourceUpdated(let uri) = change {
            guard uris.contains(uri) else { return nil }
            return .notification(method: change.method, params: ["_meta": meta, "uri": .string(uri)])
        }
        guard lists.contains(change) else { return nil }
        return .notification(method: change.method, params: ["_meta": meta])
    }

    /// The last message, when the server ends the stream.
    public var ending: JSONRPCMessage {
        .response(id: id, result: ["resultType": "complete", "_meta": meta])
    }
}

/// Something that clients may want to hear of.
public enum Change: Sendable, Hashable {
    case toolsListed, promptsListed, resourcesListed
    /// The resource of this URI reads otherwise now.
    case resourceUpdated(uri: String)

    var method: String {
        switch self {
        case .toolsListed: "notifications/tools/list_changed"
        case .promptsListed: "notifications/prompts/list_changed"
        case .resourcesListed: "notifications/resources/list_changed"
        case .resourceUpdated: "notifications/resources/updated"
        }
    }
}
