import Core
import GatewayAPI
import LumaAPI
import MCP

/// The members of events that a caller wants to see.
extension ToolBox {
    /// What an event has when it is read by itself.
    private static let whole = Shapes.event.map(\.name) + EventClock.added
    /// What an entry of a list has.
    private static let listed: [String] = {
        guard case .variants(let discriminator, let shapes) = Shapes.eventEntry else { return [] }
        return shapes.values.reduce(into: [discriminator]) { names, fields in
            names += fields.map(\.name).filter { !names.contains($0) }
        } + EventClock.added
    }()

    /// What a call names under `fields`; empty when it names nothing.
    static func namedFields(_ arguments: JSONObject) -> [String] {
        arguments["fields"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    /// Says what is wrong with names that no event has: neither by Luma's own description nor among these events.
    static func refusal(ofFields named: [String], _ events: [JSON], inList: Bool = false) -> ToolResult? {
        let lines = named.compactMap { name -> String? in
            if events.contains(where: { $0[name] != nil }) { return nil }
            if inList, whole.contains(name), !listed.contains(name) {
                return "fields: \(name) is not shown in lists; read it with get_event."
            }
            guard !(inList ? listed : whole).contains(name) else { return nil }
            let hint = NearestName.suggest(for: name, among: inList ? listed : whole)
                .map { "; did you mean \($0)?" }
            return "fields: \(APIError.shortened(name)) is not known\(hint ?? ".")"
        }
        // Without any event nothing is known to be wrong with a name that Luma may have added.
        guard !lines.isEmpty, !events.isEmpty else { return nil }
        return .failure(Neutral.text((lines.prefix(20) + ["Correct this and call again."]).joined(separator: "\n")))
    }
}
