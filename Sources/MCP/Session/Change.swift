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
