import Core
import GatewayAPI
import LumaAPI
import Testing

/// What the rows become for programs and for hosts of models.
@Suite struct JSONSchemaTests {
    private func text(_ schema: Schema, _ dialect: JSONSchema.Dialect) -> String {
        String(decoding: JSON.object(JSONSchema.schema(schema, dialect)).encoded, as: UTF8.self)
    }

    @Test(
        arguments: [
            (.any, "{}", "{}"), (.boolean, #"{"type":"boolean"}"#, #"{"type":"boolean"}"#),
            (.integer(), #"{"type":"integer"}"#, #"{"type":"integer"}"#),
            (.integer(1...5), #"{"type":"integer","minimum":1,"maximum":5}"#, #"{"type":"integer"}"#),
            (.number(), #"{"type":"number"}"#, #"{"type":"number"}"#),
            (.number(0...1), #"{"type":"number","minimum":0,"maximum":1}"#, #"{"type":"number"}"#),
            (.string(), #"{"type":"string"}"#, #"{"type":"string"}"#),
            (
                .string(length: 3...50), #"{"type":"string","minLength":3,"maxLength":50}"#,
                #"{"type":"string","minLength":3,"maxLength":50}"#
            ),
            (
                .dateTime,
                #"{"type":"string","pattern":"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$","examples":["2027-07-01T18:00:00Z"]}"#,
                #"{"type":"string"}"#
            ),
            (.duration, #"{"type":"string","pattern":"^-?P"}"#, #"{"type":"string"}"#),
            (.timeZone, #"{"type":"string","pattern":"^[A-Za-z0-9_+./-]{1,64}$"}"#, #"{"type":"string"}"#),
            (.enumeration(["a", "b"]), #"{"type":"string","enum":["a","b"]}"#, #"{"type":"string","enum":["a","b"]}"#),
            (.id(prefix: "evt-"), #"{"type":"string","minLength":1}"#, #"{"type":"string"}"#),
            (
                .url(prefixes: ["https://a.b/"]), #"{"type":"string","pattern":"^https://a\\.b/"}"#,
                #"{"type":"string"}"#
            ),
            (.url(prefixes: []), #"{"type":"string","pattern":"^[A-Za-z][^:]*://"}"#, #"{"type":"string"}"#),
            (
                .array(of: .boolean, count: 0...2),
                #"{"type":"array","items":{"type":"boolean"},"minItems":0,"maxItems":2}"#,
                #"{"type":"array","items":{"type":"boolean"}}"#
            ),
            (
                .object([SchemaField("a", .boolean, required: true, nullable: true, note: "N.")]),
                #"{"type":"object","required":["a"],"properties":{"a":{"type":["boolean","null"],"description":"N."}},"additionalProperties":false}"#,
                #"{"type":"object","properties":{"a":{"type":"boolean","description":"N."}},"required":["a"]}"#
            ),
            (
                .object([SchemaField("a", .boolean)]),
                #"{"type":"object","properties":{"a":{"type":"boolean"}},"additionalProperties":false}"#,
                #"{"type":"object","properties":{"a":{"type":"boolean"}}}"#
            ),
            (
                .variants(
                    discriminator: "k",
                    ["y": [SchemaField("b", .id(prefix: ""))], "x": [SchemaField("a", .boolean, required: true)]]),
                #"{"oneOf":[{"type":"object","required":["k","a"],"properties":{"k":{"const":"x"},"a":{"type":"boolean"}},"additionalProperties":false},{"type":"object","required":["k"],"properties":{"k":{"const":"y"},"b":{"type":"string","minLength":1}},"additionalProperties":false}]}"#,
                #"{"type":"object","properties":{"k":{"type":"string","enum":["x","y"]},"a":{"type":"boolean"},"b":{"type":"string"}},"required":["k"]}"#
            ),
        ] as [(Schema, String, String)])
    func aShapeBecomesASchema(schema: Schema, openAPI: String, tool: String) {
        #expect(text(schema, .openAPI(.input)) == openAPI)
        #expect(text(schema, .tool) == tool)
    }

    /// An answer may hold more than is known, and Luma's times and links are as they are.
    @Test(
        arguments: [
            (.dateTime, #"{"type":"string","format":"date-time"}"#),
            (.url(prefixes: ["https://a.b/"]), #"{"type":"string","pattern":"^[A-Za-z][^:]*://"}"#),
            (
                .object([SchemaField("a", .boolean, required: true)]),
                #"{"type":"object","required":["a"],"properties":{"a":{"type":"boolean"}}}"#
            ),
        ] as [(Schema, String)])
    func anAnswerIsDescribedMoreLoosely(schema: Schema, json: String) {
        #expect(text(schema, .openAPI(.answer)) == json)
    }

    @Test func aNullableChoiceMayBeNull() {
        let field = SchemaField("a", .enumeration(["x"]), nullable: true)
        #expect(JSONSchema.property(field, .openAPI(.input)) == ["type": ["string", "null"], "enum": ["x", nil]])
        #expect(JSONSchema.property(field, .tool) == ["type": "string", "enum": ["x"]])
        let place = SchemaField("a", .variants(discriminator: "k", ["x": []]), nullable: true)
        #expect(JSONSchema.property(place, .openAPI(.answer))["anyOf"]?.arrayValue?.last == ["type": "null"])
    }

    /// Every row's input, whether or not it is offered.
    @Test(arguments: Catalog.operations.map(\.name)) func bothNameTheSameMembers(name: String) throws {
        let input = try #require(Catalog[name]).input
        let (openAPI, tool) = (JSONSchema.properties(input, .openAPI(.input)), JSONSchema.properties(input, .tool))
        #expect(openAPI.names == input.map(\.name) && tool.names == openAPI.names)
        for member in tool.members {
            // What may be anything has words alone.
            let names = member.value.objectValue?.names ?? []
            #expect(
                member.value["type"]?.stringValue != nil || Set(names).isSubset(of: ["description"]), "\(member.name)")
            #expect(member.value["description"] == openAPI[member.name]?["description"])
        }
    }
}
