import Core
import MCP
import Testing

@Suite struct ArgumentSchemaTests {
    private let schema: JSONObject = [
        "type": "object", "additionalProperties": false, "required": ["name"],
        "properties": [
            "name": ["type": "string", "minLength": 1, "maxLength": 3],
            "count": ["type": "integer", "minimum": 1, "maximum": 10],
            "ratio": ["type": "number"], "flag": ["type": "boolean"],
            "tags": ["type": "array", "items": ["type": "string"], "maxItems": 2],
            "ids": ["type": "array", "items": ["type": "integer"]],
            "kind": ["type": "string", "enum": ["public", "private"]],
            "place": [
                "type": "object", "required": ["city"], "additionalProperties": false,
                "properties": ["city": ["type": "string"], "zip": ["type": "integer"]],
            ],
        ],
    ]

    private func read(_ text: String) throws -> Result<JSONObject, ArgumentSchema.Problems> {
        ArgumentSchema.read(try #require(try JSON.parse(text).objectValue), schema: schema)
    }

    @Test(arguments: [
        (#"{"name":"5"}"#, #"{"name":"5"}"#),
        (#"{"name":"a","count":"5"}"#, #"{"name":"a","count":5}"#),
        (#"{"name":"a","count":" 5.0 "}"#, #"{"name":"a","count":5}"#),
        (#"{"name":"a","count":5.0}"#, #"{"name":"a","count":5}"#),
        (#"{"name":"a","ratio":"1e2"}"#, #"{"name":"a","ratio":1e2}"#),
        (#"{"name":"a","flag":"True"}"#, #"{"name":"a","flag":true}"#),
        // Null and the empty text are what adapters write for what is left out, at any depth.
        (#"{"name":"a","kind":"","flag":"","ratio":"","tags":"","place":""}"#, #"{"name":"a"}"#),
        (#"{"name":"a","kind":null,"place":{"city":"B","zip":""}}"#, #"{"name":"a","place":{"city":"B"}}"#),
        (#"{"name":"a","count":null}"#, #"{"name":"a"}"#),
        (#"{"name":"a","tags":"[\"x\"]"}"#, #"{"name":"a","tags":["x"]}"#),
        (#"{"name":"a","tags":"x"}"#, #"{"name":"a","tags":["x"]}"#),
        (#"{"name":"a","ids":"[1,\"2\"]"}"#, #"{"name":"a","ids":[1,2]}"#),
        (#"{"name":"a","ids":7}"#, #"{"name":"a","ids":[7]}"#),
        (#"{"name":"a","place":"{\"city\":\"B\",\"zip\":\"1\"}"}"#, #"{"name":"a","place":{"city":"B","zip":1}}"#),
    ])
    func whatIsOnlySpelledWrongIsPutRight(given: String, wanted: String) throws {
        #expect(try read(given).map { JSON.object($0) } == .success(try JSON.parse(wanted)))
    }

    @Test(arguments: [
        ("{}", "name is required"),
        (#"{"name":null}"#, "name is required and must not be empty"),
        (#"{"name":5}"#, "name must be a string"),
        (#"{"name":""}"#, "name is required and must not be empty"),
        (#"{"name":"abcd"}"#, "name must have from 1 to 3 characters"),
        (#"{"name":"a","cuont":1}"#, "cuont is not known; did you mean count?"),
        (#"{"name":"a","count":11}"#, "count must be from 1 to 10"),
        (#"{"name":"a","count":"many"}"#, "count must be a whole number"),
        (#"{"name":"a","count":1.5}"#, "count must be a whole number"),
        (#"{"name":"a","count":"null"}"#, "count must be a whole number"),
        (#"{"name":"a","tags":[null]}"#, "tags[0] must be a string"),
        (#"{"name":"a","flag":1}"#, "flag must be true or false"),
        (#"{"name":"a","tags":["a","b","c"]}"#, "tags must have at most 2 items"),
        (#"{"name":"a","tags":["a",1]}"#, "tags[1] must be a string"),
        (#"{"name":"a","kind":"publik"}"#, "kind must be one of public, private; did you mean public?"),
        (#"{"name":"a","place":{"town":"x"}}"#, "place.town is not known"),
        (#"{"name":"a","place":{}}"#, "place.city is required"),
    ])
    func theRestIsNamed(given: String, problem: String) throws {
        guard case .failure(let problems) = try read(given) else {
            Issue.record("accepted")
            return
        }
        #expect(problems.lines.contains(problem), "\(problems.lines)")
        #expect(problems.text.contains(problem))
    }

    @Test func whatAPersonTypedMayBeEmpty() {
        let form: JSONObject = ["type": "object", "properties": ["note": ["type": "string"]], "required": ["note"]]
        #expect(ArgumentSchema.read(["note": ""], schema: form, takesEmptyTexts: true) == .success(["note": ""]))
        // Null is typed by nobody.
        let optional: JSONObject = ["type": "object", "properties": ["note": ["type": "string"]]]
        #expect(ArgumentSchema.read(["note": .null], schema: optional, takesEmptyTexts: true) == .success([:]))
    }

    @Test func aToolMayBeClosedWithoutSayingSoInItsSchema() {
        let open: JSONObject = ["type": "object", "properties": ["a": ["type": "string"]]]
        #expect(ArgumentSchema.read(["b": "x"], schema: open) == .success(["b": "x"]))
        #expect(
            ArgumentSchema.read(["xyz": "x"], schema: open, isClosed: true).failure?.lines == ["xyz is not known"])
    }

    @Test func problemsAreBounded() throws {
        let many = JSONObject((0..<500).map { (name: "x\($0)", value: JSON.null) })
        guard case .failure(let problems) = ArgumentSchema.read(many, schema: schema) else {
            Issue.record("accepted")
            return
        }
        #expect(problems.lines.count == 20)
    }
}

extension Result {
    fileprivate var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
