import Core
import Testing

@testable import ToolSources

/// Pointers, texts and values with references.
@Suite struct ValueTemplateTests {
    private static let document: JSON = [
        "a": ["b": [1, 2, 3]], "": "empty", "x/y": "slash", "m~n": "tilde",
        "list": [["n": "one", "t": [["k": 1], ["k": 2]]], ["t": [["k": 3]]], ["n": "three"]],
    ]

    @Test(
        arguments: [
            ("", document), ("/a/b/0", 1), ("/a/b/3", nil), ("/a/b/-", nil), ("/a/b/01", nil), ("/", "empty"),
            ("/x~1y", "slash"), ("/m~0n", "tilde"), ("/nothing", nil), ("/a/b/c", nil),
            ("/list/*/n", ["one", "three"]),
            ("/list/*/t/*/k", [1, 2, 3]), ("/a/*", nil), ("/list/*/nothing", []),
        ] as [(String, JSON?)])
    func aPointerLeadsSomewhere(text: String, value: JSON?) throws {
        let pointer = try #require(ValuePointer(text))
        #expect(pointer.value(in: Self.document) == value)
    }

    @Test(arguments: ["a", "a/b", "/a~2", "/a~", String(repeating: "/a", count: 300)])
    func whatIsNoPointerIsNone(text: String) { #expect(ValuePointer(text) == nil) }

    @Test func aValueIsPutInAPlace() throws {
        let pointer = try #require(ValuePointer("/data/0/items"))
        let before: JSON = ["data": [["items": [1], "n": 1], 2]]
        #expect(pointer.replacing(in: before, with: [1, 2]) == ["data": [["items": [1, 2], "n": 1], 2]])
        #expect(ValuePointer.root.replacing(in: before, with: true) == true)
    }

    @Test(
        arguments: [
            ("plain", "plain"), ("{{x}}", "{x}"), ("a-{s}-b", "a-it's-b"), ("{n}{b}", "5true"), ("{/o/k}", "v"),
            ("{o}", #"{"k":"v"}"#), ("{missing}", nil), ("{null}", nil), ("{long:line}", "one two"), ("", ""),
            ("{@label}: {@message}", "Work: went wrong"),
        ] as [(String, String?)])
    func aTextIsFilledIn(template: String, text: String?) throws {
        var scope = ValueScope(
            arguments: ["s": "it's", "n": 5, "b": true, "o": ["k": "v"], "null": nil, "long": "one\u{7}\r\n two"])
        scope.words = [.label: "Work", .message: "went wrong"]
        #expect(scope.text(of: try TextTemplate(template)) == text)
    }

    @Test(arguments: ["{", "}", "{a", "a}", "{}", "{@other}", "{a\nb}"])
    func aTextThatIsWrongIsRefused(template: String) {
        #expect(throws: ReferenceError.self) { try TextTemplate(template) }
    }

    /// A value with references as its document has it, for arguments and an answer.
    private static func value(
        _ template: JSON, _ arguments: JSONObject = [:], allowed: ValueReader.Allowed = .shape
    ) throws -> JSON? {
        let context = DocumentContext(ForwarderFixture.lookup(["NAME": "from the settings"]))
        let reader = ValueReader(allowed: allowed, steps: ["first"])
        let read = reader.read(template, at: Place(context: context, pointer: ""))
        #expect(context.problems.map(\.line) == [])
        var scope = ValueScope(arguments: arguments, steps: ["first": ["id": 7]])
        scope.answer = .init(
            status: 201, fields: [("etag", "\"v1\"")],
            body: ["items": [["id": 1, "pr": [:]], ["id": 2], ["id": 3, "name": "c"]], "total": 3])
        return try scope.value(of: read)
    }

    @Test(
        arguments: [
            (["k": [1, nil, "x"]], ["k": [1, nil, "x"]]),
            (["a": ["$arg": "a"], "b": ["$arg": "absent"]], ["a": "A\"}"]),
            ([["$arg": "absent"], 1], [1]),
            (["$arg": "absent", "default": [1]], [1]),
            (["$arg": "null", "default": 2], 2),
            (["$arg": "/deep/0/x"], "found"),
            (["$literal": ["$arg": "a"]], ["$arg": "a"]),
            (["$body": "/total"], 3),
            (["$header": "etag"], "\"v1\""),
            (["$header": "location"], nil),
            (["$status": true], 201),
            (["$step": "first", "at": "/id"], 7),
            (["$step": "first"], ["id": 7]),
            (["$case": ["of": ["$status": true], "201": "created", "else": "other"]], "created"),
            (["$case": ["of": ["$arg": "a"], "x": 1, "else": "other"]], "other"),
            (["$case": ["of": ["$arg": "absent"], "x": 1]], nil),
            (["$each": ["from": "/items", "shape": ["$item": "/id"]]], [1, 2, 3]),
            (
                ["$each": ["from": "/items", "where_absent": "/pr", "limit": 1, "shape": ["n": ["$item": "/id"]]]],
                [["n": 2]]
            ),
            (["$each": ["from": "/items", "limit": ["$arg": "two"], "shape": ["$item": "/name"]]], ["c"]),
            (["$each": ["from": "/items", "limit": -1, "shape": 1]], []),
        ] as [(JSON, JSON?)])
    func aReferenceGivesAValue(template: JSON, value: JSON?) throws {
        let arguments: JSONObject = ["a": "A\"}", "null": nil, "deep": [["x": "found"]], "two": 2]
        #expect(try Self.value(template, arguments) == value)
    }

    @Test func aListThatIsNoneIsTold() {
        #expect(throws: ForwarderFailure.self) { try Self.value(["$each": ["from": "/total", "shape": 1]]) }
    }

    @Test func aSettingIsReadOnceAndASecretAtTheEnd() throws {
        #expect(try Self.value(["k": ["$env": "NAME"]], allowed: .request) == ["k": "from the settings"])
        #expect(try Self.value(["$env": "OTHER", "default": 1], allowed: .request) == 1)
        #expect(try Self.value(["$secret": "NAME"], allowed: .request) == "from the settings")
        #expect(throws: ForwarderFailure.self) { try Self.value(["$secret": "OTHER"], allowed: .request) }
    }

    /// Each reference where it has no meaning, and each that is none.
    @Test(
        arguments: [
            (["$arg": "a"], ValueReader.Allowed.fixed, "$arg has no meaning here"),
            (["$secret": "NAME"], .query, "$secret has no meaning here"),
            (["$body": ""], .request, "$body has no meaning here"),
            (["$item": ""], .shape, "$item has no meaning here"),
            (["$text": "{a}"], .fixed, "has arguments, which are not known here"),
            (["$text": "{@message}"], .shape, "has a word with @, which only a shape for errors has"),
            (["$ARG": "a"], .request, #"has "$ARG", which is not a reference; did you mean $arg?"#),
            (["$arg": "a", "$env": "B"], .request, "names several references; one object is one reference"),
            (["$arg": "a", "other": 1], .request, "is not known"),
            (["$arg": 1], .request, "must be the name of an argument, or a JSON Pointer into the arguments"),
            (["$env": "lower"], .request, "must be the name of a variable: capital letters, digits and underscores"),
            (["$env": "MISSING"], .request, "needs MISSING, which is not set, and has no default"),
            (["$step": "second"], .shape, "must be the id of a step before this one; known are first"),
            (["$header": "set-cookie"], .shape, "must be one of"),
            (["$body": "x"], .shape, "must be a JSON Pointer"),
            (["$each": ["from": ""]], .shape, #"needs "shape""#),
            (["$each": ["from": "", "shape": ["$each": ["shape": 1]]]], .shape, "$each has no meaning here"),
        ] as [(JSON, ValueReader.Allowed, String)])
    func aReferenceThatIsWrongIsReported(template: JSON, allowed: ValueReader.Allowed, problem: String) {
        let context = DocumentContext(ForwarderFixture.lookup(["NAME": "x"]))
        let reader = ValueReader(allowed: allowed, steps: ["first"])
        _ = reader.read(template, at: Place(context: context, pointer: "/here"))
        #expect(context.problems.contains { $0.pointer.hasPrefix("/here") && $0.text.hasPrefix(problem) })
    }

    /// The gateway's own keys go to no service, whatever a document says.
    @Test(arguments: ["LUMA_API_KEY", "LUMA_TOKENS"])
    func aDocumentDoesNotReadTheGatewaysSettings(name: String) {
        for template in [["$env": .string(name)], ["$secret": .string(name)]] as [JSON] {
            let context = DocumentContext(ForwarderFixture.lookup([name: "key"]))
            _ = ValueReader(allowed: .request).read(template, at: Place(context: context, pointer: ""))
            #expect(context.problems.count == 1)
            #expect(context.secrets.isEmpty)
        }
    }
}
