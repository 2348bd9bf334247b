extension JSON {
    /// The same value with the members of every object in the order of their names.
    public var canonical: JSON {
        switch self {
        case .object(let object):
            .object(
                JSONObject(
                    object.members.map { (name: $0.name, value: $0.value.canonical) }.sorted {
                        $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
                    }))
        case .array(let items): .array(items.map(\.canonical))
        default: self
        }
    }
}
