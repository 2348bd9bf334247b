public import Core
public import LumaAPI

/// Ids that stand in the examples of rows, of what somebody holds: found by the rows that list things, of whatever kinds there are.
public enum ExampleIDs {
    /// An id of each kind of thing that is found, by what ids of its kind begin with.
    /// - Parameters:
    ///   - event: whose guests, ticket types and the like they are.
    ///   - read: answers an operation that reads, with this input.
    public static func of(
        event: String, _ read: (LumaAPI.Operation, JSONObject) -> JSON
    ) -> [String: String] {
        var ids: [String: String] = [:]
        if let prefix = LumaAPI.Operation.Kind.event.row.idPrefix { ids[prefix] = event }
        for operation in Catalog.operations where !operation.isWrite {
            guard let subject = operation.subject, subject.member == nil, let prefix = subject.kind.row.idPrefix,
                ids[prefix] == nil
            else { continue }
            var input = JSONObject()
            if let parent = subject.parent {
                guard let id = parent.kind.row.idPrefix.flatMap({ ids[$0] }) else { continue }
                input[parent.member] = .string(id)
            }
            let answer = read(operation, input)
            let things = answer["entries"]?.arrayValue ?? [answer]
            // Who waits can be let in, and anybody else can not.
            let thing = things.first { $0["approval_status"] == "pending_approval" } ?? things.first
            ids[prefix] = thing?["id"]?.stringValue
        }
        return ids
    }
}
