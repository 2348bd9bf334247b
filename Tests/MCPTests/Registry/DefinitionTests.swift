import Core
import MCP
import Testing

/// Which definitions from outside are offered, and what is said of the others.
@Suite struct DefinitionTests {
    private func fault(
        _ name: String = "x", title: String = "t", description: String = "d", input: JSONObject = Fixture.none,
        output: JSONObject? = nil
    ) -> DefinitionFault? {
        do throws(DefinitionFault) {
            _ = try Tool(
                outside: name, title: title, description: description, input: input, output: output,
                hints: Fixture.hints, scope: .read
            ) { _, _ throws(CallFailure) in .text("") }
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "", "a b", "a.b", "ä", "a/b", "a\u{0}", String(repeating: "a", count: 65),
    ])
    func aNameThatHostsRefuse(name: String) { #expect(fault(name) == .name) }

    @Test(arguments: ["a", "A-1_b", String(repeating: "a", count: 64)])
    func aNameThatAllTake(name: String) { #expect(fault(name) == nil) }

    private static func deep(_ levels: Int) -> JSON {
        (0..<levels).reduce(["type": "string"] as JSON) { inner, _ in ["type": "array", "items": inner] }
    }

    private static let schemas: [(JSONObject, DefinitionFault.SchemaFault?)] = [
        ([:], .noObject), (["type": "string"], .noObject), (["type": ["object"]], .noObject),
        (["type": "object", "anyOf": []], .combinator("anyOf")),
        (["type": "object", "$ref": "#/$defs/x"], .combinator("$ref")),
        (["type": "object", "if": [:]], .combinator("if")),
        (["type": "object", "properties": ["a": ["$ref": "https://example.com/x"]]], .reference),
        (
            ["type": "object", "properties": ["a": ["anyOf": [["type": "null"], ["$ref": "#/$defs/x"]]]]],
            .reference
        ),
        (["type": "object", "properties": ["a b": [:]]], .property),
        (["type": "object", "properties": ["a": ["type": "object", "properties": ["": [:]]]]], .property),
        (
            ["type": "object", "description": .string(String(repeating: "x", count: 70_000))], .tooLarge
        ),
        (["type": "object"], nil),
        // Unknown words are published and not checked; one that is called $ref is an argument.
        (
            [
                "type": "object", "x-kept": ["oneOf": 1], "$defs": ["y": ["type": "string"]],
                "properties": [
                    "a.b-c_1": ["anyOf": [["type": "string"], ["type": "null"]], "format": "date"]
                ],
            ], nil
        ),
        (["type": "object", "properties": ["a": deep(10)]], nil),
        (["type": "object", "properties": ["a": deep(40)]], .tooDeep),
    ]

    /// By number: what a test prints of a value doubles with each level of it.
    @Test(arguments: schemas.indices) func aSchema(number: Int) {
        let (schema, expected) = Self.schemas[number]
        let isRight =
            fault(input: schema) == expected.map { .schema(isOutput: false, $0) }
            && fault(output: schema) == expected.map { .schema(isOutput: true, $0) }
        #expect(isRight)
    }

    @Test func textsAreBounded() {
        let long = String(repeating: "x", count: 9000)
        #expect(fault(title: long)?.description == "its title must have at most 256 bytes")
        #expect(fault(description: long)?.description == "its description must have at most 8192 bytes")
        #expect(
            fault(input: ["type": "array"])?.description
                == "its input schema must have the type object at its root")
        #expect(
            fault(output: ["type": "object", "oneOf": []])?.description
                == "its output schema must not have oneOf at its root")
    }

    /// What a tool of ours takes for an argument that was not given is a value to who has not said so.
    @Test func anEmptyTextIsHandedOn() async throws {
        let dispatcher = Fixture.dispatcher()
        let schema: JSONObject = ["type": "object", "properties": ["a": ["type": "string"], "n": ["type": "integer"]]]
        dispatcher.registry.replace(
            source: "s",
            with: [
                try Tool(
                    outside: "s__tell", title: "", description: "", input: schema, hints: Fixture.hints, scope: .read
                ) { _, arguments throws(CallFailure) in .structured(arguments) }
            ])
        let asker = Asker(.november2025, dispatcher: dispatcher)
        let result = await asker.call("s__tell", ["a": "", "n": "5", "more": [1], "none": nil])
        #expect(result?["structuredContent"] == ["a": "", "n": 5, "more": [1], "none": nil])
    }
}
