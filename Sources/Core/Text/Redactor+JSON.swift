extension Redactor {
    /// The document without the secrets, in names of members too; of two that become equal the first stays.
    public func redacted(_ json: JSON) -> JSON {
        if isEmpty { return json }
        switch json {
        case .string(let text): return .string(redacted(text))
        case .array(let items): return .array(items.map { redacted($0) })
        case .object(let object): return .object(redacted(object))
        case .null, .bool, .number: return json
        }
    }

    private func redacted(_ object: JSONObject) -> JSONObject {
        var output = JSONObject()
        output.members.reserveCapacity(object.count)
        var isRenamed = false
        for member in object.members {
            let name = redacted(member.name)
            if name != member.name { isRenamed = true }
            output.members.append((name, redacted(member.value)))
        }
        guard isRenamed else { return output }
        var seen: Set<String> = []
        output.members.removeAll { !seen.insert($0.name).inserted }
        return output
    }
}
