import Core
import LumaAPI

extension QueryString {
    /// The members of an input as query parameters: what is null is left out, an array repeats its name, and an integer is
    /// written in digits however it was.
    init(_ input: JSONObject, _ fields: [SchemaField]) {
        self.init()
        for (name, value) in input.members {
            var schema = fields.first { $0.name == name }?.schema
            if case .array(let element, _) = schema { schema = element }
            for item in value.arrayValue ?? [value] where !item.isNull {
                append(name, Self.text(of: item, schema))
            }
        }
    }

    private static func text(of value: JSON, _ schema: Schema?) -> String {
        switch value {
        case .string(let text): return text
        case .number(let number):
            if case .integer? = schema, let whole = number.wholeValue { return String(whole) }
            return number.text
        default: return String(decoding: value.encoded, as: UTF8.self)
        }
    }
}
