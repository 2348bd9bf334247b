import Core
import HTTP
import Testing

@testable import ToolSources

/// OpenAPI documents as tools: each operation as its service wants it, and nothing that the document has no right to decide.
@Suite struct OpenAPIImportTests {
    /// No digest of cryptography, but one that differs for what these tests tell apart.
    private static let digest: ToolNames.Digest = { octets in
        var value: UInt32 = 2_166_136_261
        for octet in octets { value = (value ^ UInt32(octet)) &* 16_777_619 }
        return (0..<32).map { UInt8(truncatingIfNeeded: value >> UInt32($0 % 4 * 8)) }
    }

    private static func convert(
        paths: String, more: String = "", base: String = "https://api.example", filter: [String] = []
    ) throws -> OpenAPIImported {
        let text = #"{"openapi": "3.1.0", "info": {"title": "Things"}, "paths": {\#(paths)}\#(more)}"#
        let choices = OpenAPIChoices(name: "x", base: base, filter: filter.isEmpty ? nil : ToolFilter(filter))
        return try OpenAPIImport.convert(Array(text.utf8), choices, digest: digest)
    }

    /// One operation at `/a/{id}` as the tool that it becomes.
    private static func tool(_ operation: String, method: String = "post", more: String = "") throws -> JSON {
        let id = #"{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}"#
        let imported = try convert(
            paths: #""/a/{id}": {"parameters": [\#(id)], "\#(method)": \#(operation)}"#, more: more, filter: ["*"])
        #expect(imported.dropped == [])
        return try #require(imported.document["tools"]?.arrayValue?.first)
    }

    private static func names(_ imported: OpenAPIImported) -> [String] {
        (imported.document["tools"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }

    private static func text(_ json: JSON?) -> String { String(decoding: (json ?? .null).encoded, as: UTF8.self) }

    @Test func anOperationBecomesATool() throws {
        let tool = try Self.tool(
            #"""
            {"operationId": "things/update", "summary": "Update a thing", "description": "Changes\u200b a thing.",
             "parameters": [{"name": "dry", "in": "query", "description": "Only tries.", "schema": {"type": "boolean"}},
                            {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                            {"name": "Authorization", "in": "header", "required": true, "schema": {"type": "string"}},
                            {"name": "session", "in": "cookie", "schema": {"type": "string"}}],
             "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
             "responses": {"200": {"description": "ok"}}}
            """#,
            more: #"""
                , "components": {"schemas": {"Thing": {"type": "object", "required": ["name", "made_at"], "properties": {
                    "name": {"type": "string", "maxLength": 10, "example": "x"}, "made_at": {"type": "string", "readOnly": true},
                    "parent": {"$ref": "#/components/schemas/Thing"}, "n": {"type": "integer", "nullable": true}}}}}
                """#)
        #expect(
            tool["name"] == "things_update" && tool["title"] == "Update a thing"
                && tool["description"] == "Changes a thing.")
        #expect(
            Self.text(tool["request"])
                == #"{"method":"POST","path":"/a/{id}","query":{"dry":{"$arg":"dry"}},"headers":{"x-trace":{"$arg":"X-Trace"}},"#
                + #""json":{"name":{"$arg":"name"},"parent":{"$arg":"parent"},"n":{"$arg":"n"}}}"#)
        #expect(
            Self.text(tool["input"])
                == #"{"type":"object","properties":{"name":{"type":"string","maxLength":10},"parent":{},"n":{"type":"integer"},"#
                + #""id":{"type":"string"},"dry":{"type":"boolean","description":"Only tries."},"X-Trace":{"type":"string"}},"#
                + #""required":["name","id"]}"#)
    }

    /// The converted document is read like any other, and its requests are the service's.
    @Test func aConvertedToolIsCalled() throws {
        let imported = try Self.convert(
            paths: #"""
                "/files/{path}": {"get": {"operationId": "get-file", "parameters": [
                  {"name": "path", "in": "path", "required": true, "schema": {"type": "string"}},
                  {"name": "fields", "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "string"}}},
                  {"name": "filter", "in": "query", "style": "deepObject", "schema": {"type": "object"}},
                  {"name": "ids[]", "in": "query", "schema": {"type": "array"}},
                  {"name": "where", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}}]}}
                """#, more: #", "servers": [{"url": "/v2"}]"#)
        let reading = ForwarderDocument.read(
            JSON.object(imported.document).encoded, lookup: ForwarderFixture.lookup([:]))
        let forwarder = try #require(reading.forwarder)
        let request = try ForwarderPlay.request(
            forwarder, "x__get_file",
            [
                "path": "a/b", "fields": ["a", "b"], "filter": ["k": ["l": [1, ["m": 2]]]], "ids": ["x", "y"],
                "where": ["a": 1],
            ]
        ).get()
        #expect(
            request.url == "https://api.example/v2/files/a%2Fb?fields=a,b&filter%5Bk%5D%5Bl%5D%5B0%5D=1"
                + "&filter%5Bk%5D%5Bl%5D%5B1%5D%5Bm%5D=2&ids%5B%5D=x&ids%5B%5D=y&where=%7B%22a%22:1%7D")
    }

    @Test(
        arguments: [
            (
                #"{"application/vnd.x+json": {"schema": {"type": "array", "items": {"type": "string"}}}}"#,
                #"{"json":{"$arg":"body"}}"#
            ),
            (
                #"{"application/json": {"schema": {"type": "object", "properties": {"$filter": {"type": "string"}}}}}"#,
                #"{"json":{"$arg":"body"}}"#
            ),
            (
                #"{"application/json": {"schema": {"type": "object", "additionalProperties": {"type": "string"}, "properties": {"a": {}}}}}"#,
                #"{"json":{"$arg":"body"}}"#
            ),
            (
                #"{"application/json": {"schema": {"allOf": [{"type": "object", "properties": {"a": {}}}, {"oneOf": [{"properties": {"b": {}}}, {"properties": {"c": {}}}]}]}}}"#,
                #"{"json":{"a":{"$arg":"a"},"b":{"$arg":"b"},"c":{"$arg":"c"}}}"#
            ),
            (
                #"{"application/json": {"schema": {"type": "object", "properties": {"a": {}}}}, "text/plain": {}}"#,
                #"{"json":{"a":{"$arg":"a"}}}"#
            ),
            (
                #"{"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"e": {"type": "array"}, "m": {"type": "object"}}}, "encoding": {"e": {"style": "deepObject", "explode": true}, "m": {"style": "deepObject"}}}}"#,
                #"{"form":{"e":{"$arg":"e","object":"deep","array":"brackets"},"m":{"$arg":"m","object":"deep"}}}"#
            ),
            (
                #"{"multipart/form-data": {"schema": {"type": "object", "properties": {"note": {"type": "string"}, "file": {"type": "string", "format": "binary"}}}}}"#,
                #"{"multipart":[{"name":"note","value":{"$arg":"note"}},{"name":"file","base64":{"$arg":"file"},"filename":"file"}]}"#
            ),
            (#"{"text/plain": {"schema": {"type": "string"}}}"#, #"{"text":{"$arg":"body"}}"#),
            (#"{"application/xml": {}}"#, "{}"),
        ] as [(String, String)])
    func aBodyIsWritten(content: String, body: String) throws {
        let tool = try Self.tool(#"{"operationId": "a", "requestBody": {"content": \#(content)}}"#)
        var request = try #require(tool["request"]?.objectValue)
        request["method"] = nil
        request["path"] = nil
        #expect(Self.text(.object(request)) == body)
    }

    /// The body's arguments keep their names.
    @Test func argumentsOfOneNameAreToldApart() throws {
        let tool = try Self.tool(
            #"""
            {"operationId": "a", "parameters": [{"name": "id", "in": "query"}, {"name": "body", "in": "query"}, {"name": "tag", "in": "query"}, {"name": "tag", "in": "header"}],
             "requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {"id": {}, "body": {}}}}}}}
            """#)
        #expect(
            Self.text(tool["request"])
                == #"{"method":"POST","path":"/a/{id__path}","query":{"id":{"$arg":"id__query"},"body":{"$arg":"body__query"},"tag":{"$arg":"tag"}},"#
                + #""headers":{"tag":{"$arg":"tag__header"}},"json":{"id":{"$arg":"id"},"body":{"$arg":"body"}}}"#)
    }

    @Test func octetsAreAskedForAsSuch() throws {
        let tool = try Self.tool(
            #"{"operationId": "a", "responses": {"200": {"content": {"image/png": {}}}}}"#, method: "get")
        #expect(tool["response"] == ["as": "bytes"])
    }

    // MARK: Names and choices

    @Test func namesAreDistinctAndStable() throws {
        let long = String(repeating: "a", count: 70)
        let paths = [
            #""/one": {"get": {"operationId": "\#(long)1"}, "put": {"operationId": "\#(long)2"}}"#,
            #""/two": {"get": {"operationId": "same id"}}"#, #""/three": {"get": {"operationId": "same.id"}}"#,
            #""/users/{id}/9": {"parameters": [{"name": "id", "in": "path"}], "get": {}}"#,
            #""/4": {"get": {"operationId": "4x"}}"#,
        ]
        let names = Self.names(try Self.convert(paths: paths.joined(separator: ", ")))
        #expect(Set(names).count == 6 && names.allSatisfy { "x__\($0)".utf8.count <= ToolNames.maxBytes })
        #expect(names[0].hasPrefix("aaaa") && names[1].hasPrefix("aaaa"))
        #expect(names[2].hasPrefix("same_id_") && names[3].hasPrefix("same_id_"))
        #expect(Array(names[4...]) == ["get_users_by_id_9", "op_4x"])
        // What else is there changes no name.
        let other = Self.names(try Self.convert(paths: paths.reversed().joined(separator: ", ")))
        #expect(Set(other) == Set(names))
    }

    @Test func whatDeletesOrIsDeprecatedHasToBeNamed() throws {
        let paths = #"""
            "/a": {"get": {"operationId": "get_a"}, "delete": {"operationId": "delete_a"}, "put": {"operationId": "put_a", "deprecated": true}}
            """#
        let plain = try Self.convert(paths: paths)
        #expect(Self.names(plain) == ["get_a"] && plain.notes.contains { $0.hasPrefix("2 operations delete") })
        #expect(Self.names(try Self.convert(paths: paths, filter: ["delete_*", "get_a"])) == ["get_a", "delete_a"])
        #expect(Self.names(try Self.convert(paths: paths, filter: ["!get_*", "*"])) == ["put_a", "delete_a"])
    }

    /// The document has operations, and the person who imports it wants to know what is wrong with them.
    @Test func aDocumentWithoutAnyToolSaysWhyOfEachOperation() throws {
        let paths = #""/a": {"get": {"operationId": "one", "parameters": [{"$ref": "file:///etc/x"}]}}"#
        let problems = try #require(throws: DocumentProblems.self) { try Self.convert(paths: paths) }
        #expect(problems.problems.count == 1 && problems.text.hasPrefix("/paths: GET /a: "), "\(problems.text)")
    }

    @Test func tooManyToolsHaveToBeChosen() throws {
        let paths = (0..<100).map { #""/p\#($0)": {"get": {"operationId": "op\#($0)"}}"# }.joined(separator: ",")
        let problems = try #require(throws: DocumentProblems.self) { try Self.convert(paths: paths) }
        #expect(problems.text.contains("100 tools"))
        #expect(Self.names(try Self.convert(paths: paths, filter: ["*"])).count == 100)
        #expect(throws: DocumentProblems.self) { try Self.convert(paths: paths, filter: ["nothing"]) }
    }

    // MARK: What a document does not decide

    @Test(arguments: [
        ("https://api.example", #"[{"url": "/v1"}]"#, "https://api.example/v1"),
        ("https://api.example/", #"[{"url": "https://api.example/v1/"}]"#, "https://api.example/v1/"),
        ("https://api.example/own", #"[{"url": "/v1"}]"#, "https://api.example/own"),
        ("https://api.example", #"[{"url": "https://evil.example/v1"}]"#, "https://api.example"),
        ("https://api.example", #"[{"url": "//evil.example/v1"}]"#, "https://api.example"),
        (
            "https://api.example",
            #"[{"url": "https://{host}/v1", "variables": {"host": {"default": "evil.example"}}}]"#,
            "https://api.example"
        ),
        ("https://api.example", #"[{"url": "/../admin"}]"#, "https://api.example"),
        ("http://localhost:9", "[]", "http://localhost:9"),
    ])
    func theBaseIsTheOperators(base: String, servers: String, used: String) throws {
        let imported = try Self.convert(paths: #""/a": {"get": {}}"#, more: #", "servers": \#(servers)"#, base: base)
        #expect(imported.document["upstream"]?["base"] == .string(used))
    }

    @Test func securitySchemesAreToldAndNotTakenOver() throws {
        let imported = try Self.convert(
            paths: #""/a": {"get": {}}"#,
            more:
                #", "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}, "o": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://evil.example/t"}}}}}"#
        )
        #expect(imported.document["upstream"]?["auth"] == nil)
        #expect(imported.notes.count == 2 && imported.notes[0].contains("http bearer"))
        #expect(!Self.text(.object(imported.document)).contains("evil") && !imported.notes.joined().contains("evil"))
    }

    @Test(
        arguments: [
            (#""/a/{id}": {"get": {"operationId": "bad"}}"#, "which is not described"),
            (
                #""/a/{id}": {"get": {"operationId": "bad", "parameters": [{"name": "ID", "in": "path"}]}}"#,
                "which is not described"
            ),
            (
                #""/a": {"post": {"operationId": "bad", "requestBody": {"required": true, "content": {"application/xml": {}}}}}"#,
                "needs a body"
            ),
            (
                #""/a": {"get": {"operationId": "bad", "parameters": [{"name": "c", "in": "cookie", "required": true}]}}"#,
                "needs a parameter"
            ),
            (
                #""/a": {"get": {"operationId": "bad", "parameters": [{"name": "Host", "in": "header", "required": true}]}}"#,
                "needs the header field"
            ),
            (
                #""/a": {"get": {"operationId": "bad", "parameters": [{"$ref": "https://evil.example/p.json"}]}}"#,
                "does not resolve"
            ),
            (
                #""/a": {"get": {"operationId": "bad", "parameters": [{"name": "q", "in": "query", "schema": {"$ref": "file:///etc/passwd"}}]}}"#,
                "does not resolve within the document"
            ),
            (
                ##""/a": {"get": {"operationId": "bad", "parameters": [{"name": "q", "in": "query", "schema": {"$ref": "#/nowhere"}}]}}"##,
                "does not resolve within the document"
            ),
            (#""/a b": {"get": {"operationId": "bad"}}"#, "path"),
            (#""/a/../b": {"get": {"operationId": "bad"}}"#, "path"),
            (
                #""/a": {"get": {"operationId": "bad", "parameters": [{"name": "a.b", "in": "query"}, {"name": "a/b", "in": "query"}, {"name": "a*b", "in": "query"}]}}"#,
                "two arguments"
            ),
        ] as [(String, String)])
    func whatCannotBeAToolIsDroppedAlone(path: String, reason: String) throws {
        let imported = try Self.convert(paths: path + #", "/good": {"get": {"operationId": "good"}}"#)
        #expect(Self.names(imported) == ["good"])
        #expect(imported.dropped.count == 1 && imported.dropped[0].reason.contains(reason), "\(imported.dropped)")
    }

    /// References in a circle end, and what is too large is cut where it is deep.
    @Test func whatIsEndlessIsCut() throws {
        var schema = #"{"type": "object", "properties": {"z": {"type": "string"}}}"#
        for level in 0..<40 { schema = #"{"allOf": [{"type": "object", "properties": {"p\#(level)": \#(schema)}}]}"# }
        let wide = (0..<60).map { ##""w\##($0)": {"$ref": "#/components/schemas/Wide"}"## }.joined(separator: ",")
        let more = #"""
            , "components": {"schemas": {"Loop": {"$ref": "#/components/schemas/Loop"}, "Deep": \#(schema),
              "Wide": {"type": "object", "properties": {\#(wide)}},
              "A": {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/B"}}},
              "B": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}, "w": {"$ref": "#/components/schemas/Wide"}}}}}
            """#
        for name in ["Loop", "Deep", "Wide", "A"] {
            let body = ##"{"content": {"application/json": {"schema": {"$ref": "#/components/schemas/\##(name)"}}}}"##
            let tool = try Self.tool(#"{"operationId": "a", "requestBody": \#(body)}"#, more: more)
            #expect((tool["input"]?.objectValue).map { JSON.object($0).encoded.count < 33_000 } == true, "\(name)")
        }
    }

    @Test(
        arguments: [
            ("openapi: 3.0.0\npaths: {}", "YAML"), (#"{"swagger": "2.0"}"#, "convert the document"),
            (#"{"openapi": "4.0.0"}"#, "3.0 or 3.1"),
            (#"{"openapi": "3.0.0"}"#, "no operation"), ("{", "not valid JSON"), ("", "YAML"),
            (#"{"openapi": "3.0.0", "x": "# + String(repeating: "[", count: 1000), "nested"),
        ] as [(String, String)])
    func whatIsNoDocumentIsRefusedWithAHint(text: String, hint: String) throws {
        let problems = try #require(throws: DocumentProblems.self) {
            try OpenAPIImport.convert(
                Array(text.utf8), OpenAPIChoices(name: "x", base: "https://a.example"), digest: Self.digest)
        }
        #expect(problems.text.contains(hint), "\(problems.text)")
    }
}
