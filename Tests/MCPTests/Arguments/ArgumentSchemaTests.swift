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

    /// A suggestion ends with a question mark, and no full stop stands behind it.
    @Test(arguments: [
        (#"{"name":"a","cuont":1}"#, "cuont is not known; did you mean count? Correct it and call again."),
        (#"{"name":"a","count":11}"#, "count must be from 1 to 10. Correct it and call again."),
    ])
    func theTextIsASentence(given: String, text: String) throws {
        #expect(try read(given).failure?.text.hasSuffix(text) == true)
        let open: JSONObject = ["type": "object", "required": ["who"], "properties": ["who": ["type": "string"]]]
        #expect(
            ArgumentSchema.read(["whom": "x"], schema: open).failure?.text
                == "The arguments do not fit: who is required; was it given as whom? Correct it and call again.")
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

    /// One property `a`, and what becomes of values for it: the arguments as JSON, or the problem.
    @Test(
        arguments: [
            // Something or null, in each way to say it.
            (#"{"anyOf":[{"type":"integer"},{"type":"null"}]}"#, "\"5\"", #"{"a":5}"#),
            (#"{"oneOf":[{"type":"null"},{"type":"integer","minimum":1}]}"#, "0", "a must be at least 1"),
            (#"{"type":["integer","null"]}"#, "\"x\"", "a must be a whole number"),
            (#"{"anyOf":[{"type":"integer"},{"type":"null"}]}"#, "null", "{}"),
            (
                #"{"type":"array","items":{"anyOf":[{"type":"integer"},{"type":"null"}]}}"#, "[1,null,\"2\"]",
                #"{"a":[1,null,2]}"#
            ),
            (
                #"{"type":"object","properties":{"b":{"anyOf":[{"anyOf":[{"type":"string"},{"type":"null"}]},{"type":"null"}]}}}"#,
                #"{"b":7}"#, "a.b must be a string"
            ),
            // Of other alternatives nothing is known.
            (#"{"anyOf":[{"type":"integer"},{"type":"string"}]}"#, "true", #"{"a":true}"#),
            (#"{"anyOf":[{"type":"integer"},{"type":"string"},{"type":"null"}]}"#, "\"5\"", #"{"a":"5"}"#),
            (#"{"type":["integer","string"]}"#, "true", #"{"a":true}"#),
            // Words that are not known are not checked.
            (#"{"type":"string","pattern":"^x$"}"#, "\"y\"", #"{"a":"y"}"#),
            (#"{"type":"string","format":"hostname"}"#, "\"not a host\"", #"{"a":"not a host"}"#),
            (
                #"{"type":"object","propertyNames":{"maxLength":1},"minProperties":9}"#, #"{"bbb":1}"#,
                #"{"a":{"bbb":1}}"#
            ),
            (#"{"not":{"type":"string"}}"#, "\"x\"", #"{"a":"x"}"#),
            (#"{"allOf":[{"minimum":5}],"type":"integer"}"#, "1", #"{"a":1}"#),
            (#"{"x-own":true,"contains":{"const":1},"type":"array"}"#, "[2]", #"{"a":[2]}"#),
            // Those that are.
            (#"{"const":"v1"}"#, "\"v1\"", #"{"a":"v1"}"#), (#"{"const":"v1"}"#, "\"v2\"", "a must be \"v1\""),
            (#"{"type":"number","exclusiveMinimum":0}"#, "0", "a must be more than 0"),
            (#"{"type":"number","exclusiveMaximum":1.5}"#, "1.5", "a must be less than 1.5"),
            (#"{"type":"number","exclusiveMaximum":1.5}"#, "1.4", #"{"a":1.4}"#),
            (#"{"type":"integer","multipleOf":5}"#, "7", "a must be a multiple of 5"),
            (#"{"type":"integer","multipleOf":5}"#, "-10", #"{"a":-10}"#),
            (#"{"type":"integer","multipleOf":0}"#, "7", #"{"a":7}"#),
            (#"{"type":"number","multipleOf":0.1}"#, "0.35", #"{"a":0.35}"#),
            (#"{"type":"array","uniqueItems":true}"#, "[1,2,1]", "a must not have an item twice"),
            (#"{"type":"array","uniqueItems":true}"#, "[1,2,\"1\"]", #"{"a":[1,2,"1"]}"#),
        ])
    func wordsOfASchema(property: String, value: String, expected: String) throws {
        let schema = try #require(try JSON.parse(#"{"type":"object","properties":{"a":\#(property)}}"#).objectValue)
        let arguments = try #require(try JSON.parse(#"{"a":\#(value)}"#).objectValue)
        switch ArgumentSchema.read(arguments, schema: schema) {
        case .success(let read): #expect(String(decoding: JSON.object(read).encoded, as: UTF8.self) == expected)
        case .failure(let problems): #expect(problems.lines == [expected])
        }
    }

    @Test(
        arguments: [
            (
                "uri", ["https://a.example/b?c=d", "mailto:x@y", "urn:isbn:1", "luma://events/1"],
                ["", "a.example", "https:", "1a:b", "https://a b", "://x", "ht tp://x"]
            ),
            (
                "date", ["2027-01-31", "2028-02-29"],
                ["2027-02-29", "2027-1-1", "31.01.2027", "2027-01-31T00:00Z", "today"]
            ),
            (
                "date-time", ["2027-01-31T18:00:00Z", "2027-01-31t18:00:00.5+02:00", "2027-01-31T18:00Z"],
                ["2027-01-31", "2027-01-31T18:00:00", "2027-01-31 18:00:00Z", "2027-13-01T00:00:00Z"]
            ),
            (
                "uuid", ["6F9619FF-8B86-d011-b42d-00cf4fc964ff"],
                [
                    "6f9619ff8b86d011b42d00cf4fc964ff", "6f9619ff-8b86-d011-b42d-00cf4fc964fg",
                    "6f9619ff-8b86-d011-b42d-00cf4fc964f",
                ]
            ),
            ("email", ["a@b.example", "ä+x@b"], ["a", "@b", "a@", "a@b@c", "a b@c"]),
        ] as [(String, [String], [String])])
    func formatsThatArePlainAreChecked(format: String, good: [String], bad: [String]) {
        let schema: JSONObject = [
            "type": "object", "properties": ["a": ["type": "string", "format": .string(format)]],
        ]
        for text in good {
            #expect(
                ArgumentSchema.read(["a": .string(text)], schema: schema) == .success(["a": .string(text)]), "\(text)")
        }
        for text in bad {
            let read = ArgumentSchema.read(["a": .string(text)], schema: schema, takesEmptyTexts: true)
            #expect(read.failure?.lines.first?.hasPrefix("a must be a") == true, "\(text)")
        }
    }

    /// Where it is asked for: a plugin has defaults of its own, and so has a server.
    @Test func whatIsNotGivenHasItsDefault() {
        let schema: JSONObject = [
            "type": "object", "required": ["b"],
            "properties": [
                "a": ["type": "integer", "default": 7], "b": ["type": "string", "default": "x"],
                "c": ["type": "string", "default": nil],
                "d": ["type": "object", "properties": ["e": ["type": "integer", "default": 1]]],
            ],
        ]
        #expect(ArgumentSchema.read(["b": "y"], schema: schema) == .success(["b": "y"]))
        #expect(
            ArgumentSchema.read(["a": .null, "d": [:]], schema: schema, fillsDefaults: true)
                == .success(["d": ["e": 1], "a": 7, "b": "x"]))
        #expect(
            ArgumentSchema.read(["a": 1, "b": "y"], schema: schema, fillsDefaults: true)
                == .success(["a": 1, "b": "y"]))
    }

    /// A required argument may be null where its schema says so, and is not left out then.
    @Test func nullMayBeTheValueOfARequiredArgument() {
        let schema: JSONObject = [
            "type": "object", "required": ["a"],
            "properties": ["a": ["anyOf": [["type": "string"], ["type": "null"]]]],
        ]
        #expect(ArgumentSchema.read(["a": .null], schema: schema) == .success(["a": .null]))
        #expect(ArgumentSchema.read([:], schema: schema).failure?.lines == ["a is required"])
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
