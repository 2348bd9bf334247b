import Core
import Testing
import ToolSources

@Suite struct OutsideSchemaTests {
    private func input(_ schema: JSON?) throws -> JSON { .object(try OutsideSchema.input(schema)) }

    @Test func whatSaysNothingTakesNoArguments() throws {
        for schema in [nil, JSON.null, true, [:], ["type": "object"], ["type": ["object", "null"]]] as [JSON?] {
            #expect(try input(schema) == ["type": "object", "properties": [:]])
        }
    }

    @Test func wordsThatTheCheckDoesNotKnowArePublished() throws {
        let schema: JSON = [
            "type": "object",
            "properties": [
                "a": ["type": "string", "pattern": "^x", "format": "uri"],
                "b": ["anyOf": [["type": "null"], ["type": "string"]]],
                "c": ["type": "array", "prefixItems": [["const": 1]], "contains": ["type": "integer"]],
            ],
            "required": ["a"], "additionalProperties": false, "dependentRequired": ["a": ["b"]],
        ]
        #expect(try input(schema) == schema)
    }

    /// A reference is replaced by what it points at, wherever it stands; what holds the definitions goes.
    @Test func referencesAreReplaced() throws {
        let schema: JSON = [
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": [
                "one": ["$ref": "#/$defs/Name", "description": "its own"],
                "many": ["type": "array", "items": ["$ref": "#/$defs/Name"]],
                "more": ["$ref": "#/$defs/Name", "minLength": 3], "old": ["$ref": "#/definitions/a~1b%20c"],
                "definitions": ["type": "string"],
            ],
            "$defs": ["Name": ["type": "string", "minLength": 1, "description": "a name"]],
            "definitions": ["a/b c": ["type": "integer"]],
        ]
        #expect(
            try input(schema) == [
                "type": "object",
                "properties": [
                    "one": ["type": "string", "minLength": 1, "description": "its own"],
                    "many": ["type": "array", "items": ["type": "string", "minLength": 1, "description": "a name"]],
                    "more": ["type": "string", "minLength": 1, "description": "a name", "allOf": [["minLength": 3]]],
                    "old": ["type": "integer"], "definitions": ["type": "string"],
                ],
            ])
    }

    @Test func aSchemaWithinItselfTakesEverythingThere() throws {
        let schema: JSON = [
            "$ref": "#/$defs/Node",
            "$defs": [
                "Node": [
                    "type": "object", "properties": ["next": ["$ref": "#/$defs/Node"], "value": ["type": "string"]],
                ]
            ],
        ]
        #expect(try input(schema) == ["type": "object", "properties": ["next": [:], "value": ["type": "string"]]])
    }

    @Test func booleanAndOlderSchemasAreRewritten() throws {
        let schema: JSON = [
            "properties": [
                "any": true, "none": false, "tuple": ["items": [["type": "string"]], "additionalItems": false],
                "more": ["type": "number", "minimum": 1, "exclusiveMinimum": true], "one": ["type": ["string"]],
                "odd": ["type": "any", "minimum": "5", "enum": [], "x-vendor": 1],
            ],
            "additionalProperties": ["$ref": "#/properties/one"], "x-mcp-header": "x",
        ]
        #expect(
            try input(schema) == [
                "type": "object",
                "properties": [
                    "any": [:], "none": ["not": [:]],
                    "tuple": ["prefixItems": [["type": "string"]], "items": ["not": [:]]],
                    "more": ["type": "number", "exclusiveMinimum": 1], "one": ["type": "string"], "odd": [:],
                ],
                "additionalProperties": ["type": "string"],
            ])
    }

    /// No client takes a combinator at the root. What is offered instead takes all that the given one takes.
    @Test func combinatorsAtTheRootAreJoined() throws {
        let schema: JSON = [
            "allOf": [
                ["properties": ["a": ["type": "string"]], "required": ["a"]],
                ["properties": ["b": ["type": "integer"]]],
            ],
            "oneOf": [
                ["properties": ["kind": ["const": "x"], "c": ["type": "string"]], "required": ["kind", "c"]],
                ["properties": ["kind": ["const": "y"], "c": ["type": "integer"]], "required": ["kind"]],
                ["type": "null"],
            ],
            "if": ["required": ["b"]], "then": ["properties": ["d": ["type": "boolean"]], "required": ["d"]],
            "not": ["required": ["e"]],
        ]
        #expect(
            try input(schema) == [
                "type": "object",
                "properties": [
                    "a": ["type": "string"], "b": ["type": "integer"], "kind": ["enum": ["x", "y"]],
                    "c": ["anyOf": [["type": "string"], ["type": "integer"]]], "d": ["type": "boolean"],
                ],
                "required": ["a", "kind"],
            ])
    }

    @Test func theRootsOwnWordForAPropertyStaysAlone() throws {
        let schema: JSON = [
            "type": "object", "properties": ["a": ["type": "string"]],
            "anyOf": [["required": ["a"]], ["properties": ["a": ["minLength": 2], "b": [:]]]],
        ]
        #expect(try input(schema) == ["type": "object", "properties": ["a": ["type": "string"], "b": [:]]])
    }

    /// Each of these costs its tool and says why.
    @Test(arguments: [
        ("[]", "is not an object"), ("false", "accepts no value"),
        (#"{"type":"string"}"#, "is not an object at its root"),
        (##"{"anyOf":[{"type":"string"}]}"##, "is not an object at its root"),
        (##"{"allOf":[{"type":"array"}]}"##, "is not an object at its root"),
        (##"{"$ref":"https://e.example/s.json"}"##, "refers to another document"),
        (##"{"properties":{"a":{"$ref":"file:///etc/passwd"}}}"##, "refers to another document"),
        (##"{"properties":{"a":{"$ref":"#/$defs/none"}}}"##, "has no place for its $ref"),
        (##"{"properties":{"a":{"$ref":"#anchor"}}}"##, "has no place for its $ref"),
        (##"{"properties":{"a":{"$ref":5}}}"##, "has a $ref that is not a string"),
        (##"{"properties":{"a":{"$dynamicRef":"#x"}}}"##, "has a $dynamicRef"),
        (##"{"properties":{"a":5}}"##, "has a value where a schema is expected"),
        (##"{"properties":[]}"##, "has properties that are not an object"),
        (##"{"properties":{"a b":{}}}"##, "names the argument"), (##"{"properties":{"":{}}}"##, "names the argument"),
        (##"{"properties":{"a\u200b":{}}}"##, "invisible characters"),
        (##"{"properties":{"a":{"enum":["x\u202e"]}}}"##, "invisible characters"),
    ])
    func whatNoClientTakesIsRefused(schema: String, reason: String) throws {
        let json = try JSON.parse(schema)
        let refusal = #expect(throws: SchemaRefusal.self) { try OutsideSchema.input(json) }
        #expect(refusal?.reason.contains(reason) == true, "\(refusal?.reason ?? "")")
    }

    @Test func textsInASchemaAreCleanedAndUnseenDefaultsLeftOut() throws {
        let schema: JSON = [
            "properties": ["a": ["description": "x\u{1b}[1my\u{200b}", "default": "\u{202e}", "title": "T"]]
        ]
        let found = try input(schema)
        #expect(found == ["type": "object", "properties": ["a": ["description": "xy", "title": "T"]]], "\(found)")
    }

    // MARK: Bounds

    private func nested(_ depth: Int) -> JSON {
        var schema: JSON = ["type": "string"]
        for _ in 0..<depth { schema = ["type": "array", "items": schema] }
        return ["properties": ["a": schema]]
    }

    @Test func depthIsBounded() throws {
        #expect(throws: Never.self) { try OutsideSchema.input(nested(29)) }
        let refusal = #expect(throws: SchemaRefusal.self) { try OutsideSchema.input(nested(30)) }
        #expect(refusal?.reason == "is nested more than 32 deep")
    }

    @Test func propertiesAreCountedOnAllLevels() throws {
        func many(_ count: Int) -> JSON {
            let names = (0..<count).map { (name: "p\($0)", value: ["properties": ["x": [:]]] as JSON) }
            return ["properties": .object(JSONObject(names))]
        }
        #expect(throws: Never.self) { try OutsideSchema.input(many(100)) }
        let refusal = #expect(throws: SchemaRefusal.self) { try OutsideSchema.input(many(101)) }
        #expect(refusal?.reason == "names more than 200 properties")
    }

    @Test func octetsAreBounded() throws {
        let long: JSON = ["properties": ["a": ["enum": [.string(String(repeating: "x", count: 70_000))]]]]
        let refusal = #expect(throws: SchemaRefusal.self) { try OutsideSchema.input(long) }
        #expect(refusal?.reason == "is larger than 65536 bytes")
    }

    /// A short schema whose references multiply twelve times would be gigabytes.
    @Test func referencesThatMultiplyEndSoon() {
        var definitions: JSONObject = ["d0": ["description": .string(String(repeating: "x", count: 100))]]
        for level in 1...12 {
            let reference: JSON = ["$ref": .string("#/$defs/d\(level - 1)")]
            definitions["d\(level)"] = ["anyOf": .array(Array(repeating: reference, count: 8))]
        }
        let schema: JSON = ["properties": ["a": ["$ref": "#/$defs/d12"]], "$defs": .object(definitions)]
        let refusal = #expect(throws: SchemaRefusal.self) { try OutsideSchema.input(schema) }
        #expect(refusal?.reason == "is larger than 65536 bytes")
    }

    @Test func aChainOfReferencesIsBounded() {
        var definitions: JSONObject = ["d0": ["type": "string"]]
        for level in 1...20 { definitions["d\(level)"] = ["$ref": .string("#/$defs/d\(level - 1)")] }
        for (level, isTaken) in [(15, true), (16, false)] {
            let schema: JSON = [
                "properties": ["a": ["$ref": .string("#/$defs/d\(level)")]], "$defs": .object(definitions),
            ]
            let input = try? OutsideSchema.input(schema)
            #expect((input != nil) == isTaken)
        }
    }

    /// What comes out is taken as it is.
    @Test func whatWasRewrittenIsNotRewrittenAgain() throws {
        let schema: JSON = [
            "anyOf": [
                ["properties": ["a": ["type": ["string", "null"]]]], ["properties": ["b": ["$ref": "#/$defs/x"]]],
            ],
            "$defs": ["x": ["oneOf": [true, false, ["enum": [1, nil]]]]],
        ]
        let once = try input(schema)
        #expect(try input(once) == once)
    }
}
