import Core

/// Takes out of what a service says what no caller may see, and what nobody can see.
struct AnswerMask {
    /// Of the service's own secrets, and of the token of the call.
    let redactors: [Redactor]

    /// Nothing that is shorter is looked for.
    private static let shortest = 8

    func redacted(_ text: String) -> String {
        text.utf8.count < Self.shortest ? text : redactors.reduce(text) { $1.redacted($0) }
    }

    /// The text without secrets and without characters that cannot be seen.
    func clean(_ text: String) -> String {
        // Most texts are plain, which is told sooner than what is not.
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f || $0 == 0x0a || $0 == 0x09 }
        return redacted(isPlain ? text : OutsideText.text(text))
    }

    /// The document with every text in it clean, names of members too; of two that become equal the first stays.
    func clean(_ json: JSON) -> JSON {
        switch json {
        case .string(let text): return .string(clean(text))
        case .array(let items): return .array(items.map(clean))
        case .object(let object): return .object(clean(object))
        case .null, .bool, .number: return json
        }
    }

    private func clean(_ object: JSONObject) -> JSONObject {
        var output = JSONObject()
        output.members.reserveCapacity(object.count)
        var isRenamed = false
        for member in object.members {
            let name = clean(member.name)
            if name.utf8.count != member.name.utf8.count { isRenamed = true }
            output.members.append((name, clean(member.value)))
        }
        guard isRenamed else { return output }
        var seen: Set<String> = []
        output.members.removeAll { !seen.insert($0.name).inserted }
        return output
    }
}
