public import Core

extension JSONObject {
    /// The object with other texts in the place of placeholders, at every depth: a text is replaced when it is one as a whole.
    public func filled(with texts: [String: String]) -> JSONObject {
        JSONObject(members.map { (name: $0.name, value: $0.value.filled(with: texts)) })
    }
}

extension JSON {
    fileprivate func filled(with texts: [String: String]) -> JSON {
        switch self {
        case .string(let text): .string(texts[text] ?? text)
        case .array(let items): .array(items.map { $0.filled(with: texts) })
        case .object(let object): .object(object.filled(with: texts))
        default: self
        }
    }
}
