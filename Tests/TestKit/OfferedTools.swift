import GatewayAPI
import LumaAPI

/// The names of a gateway's tools: those of the table of surfaces, and those that are of no one operation of Luma's.
public enum OfferedTools {
    public static let reading = named(isWrite: false).union(["list_templates", "search", "fetch", "health"])
    public static let writing = named(isWrite: true).union(["create_event_from_template"])
    public static let all = reading.union(writing)

    private static func named(isWrite: Bool) -> Set<String> {
        Set(Surfaces.all.filter { $0.operation.isWrite == isWrite }.compactMap(\.tool))
    }
}
