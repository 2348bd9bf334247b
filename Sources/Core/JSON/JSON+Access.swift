extension JSON {
    /// The member of this name when this is an object that has it.
    public subscript(name: String) -> JSON? { objectValue?[name] }

    /// The members of an object; nil when this is of another kind, as for all that follow.
    public var objectValue: JSONObject? { if case .object(let object) = self { object } else { nil } }
    /// The items of an array.
    public var arrayValue: [JSON]? { if case .array(let items) = self { items } else { nil } }
    /// The text of a string.
    public var stringValue: String? { if case .string(let text) = self { text } else { nil } }
    /// `true` or `false`.
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// A number by its text.
    public var numberValue: JSONNumber? { if case .number(let number) = self { number } else { nil } }
    /// The value of a number that is written as an integer and fits.
    public var intValue: Int? { numberValue?.intValue }
    /// The value of a number that is whole and fits, however it is written.
    public var wholeValue: Int? { numberValue?.wholeValue }
    /// The value of a number as the nearest finite double.
    public var doubleValue: Double? { numberValue?.doubleValue }
    /// Whether this is JSON's null.
    public var isNull: Bool { if case .null = self { true } else { false } }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
    /// A literal too large for a double is null, as JSON has no infinity.
    public init(floatLiteral value: Double) { self = JSONNumber(value).map(JSON.number) ?? .null }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// A name that is listed again replaces the value in its first place.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        var object = JSONObject()
        object.members.reserveCapacity(elements.count)
        for (name, value) in elements { object[name] = value }
        self = .object(object)
    }
}
