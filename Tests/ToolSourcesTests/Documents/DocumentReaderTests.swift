import Core
import Testing
import ToolSources

@Suite struct DocumentReaderTests {
    private enum Word: String, CaseIterable { case one, two }

    @Test func everyProblemIsToldAtItsPlace() {
        var reader = DocumentReader()
        let json: JSON = [
            "flag": "yes", "count": 11, "share": -1, "name": "", "word": "three", "contnet": 1, "a/b~c": 2,
            "good": true,
        ]
        let known = ["flag", "count", "share", "name", "word", "content", "good"]
        let object = reader.object(json, at: "/x", known: known) ?? [:]
        #expect(reader.boolean("flag", in: object, at: "/x") == nil)
        #expect(reader.integer("count", in: object, at: "/x", 1...10) == nil)
        #expect(reader.number("share", in: object, at: "/x", 0...1) == nil)
        #expect(reader.text("name", in: object, at: "/x", max: 5) == nil)
        #expect(reader.choice("word", in: object, at: "/x", Word.self) == nil)
        #expect(reader.boolean("good", in: object, at: "/x") == true)
        #expect(reader.boolean("missing", in: object, at: "/x") == nil)
        #expect(
            reader.problems.map(\.line) == [
                "/x/contnet: is not known; did you mean content?",
                "/x/a~1b~0c: is not known; known are flag, count, share, name, word, content, good",
                "/x/flag: must be true or false", "/x/count: must be a whole number from 1 to 10",
                "/x/share: must be a number from 0 to 1",
                "/x/name: must be a text of 1 to 5 bytes without control characters",
                "/x/word: must be one of one, two",
            ])
        #expect(throws: DocumentProblems.self) { try reader.finish() }
    }

    @Test func problemsAreBounded() {
        var reader = DocumentReader()
        for index in 0..<100 { reader.report("/\(index)", "wrong") }
        #expect(reader.problems.count == DocumentReader.maxProblems)
    }

    @Test(arguments: [
        ("{\n \"a\": 1,\n \"a\": 2}", "the member \"a\" is there twice, at line 3, column 2"),
        ("{", "not valid JSON (unexpected end of input), at line 1, column 2"),
        ("", "not valid JSON (unexpected end of input), at line 1, column 1"),
        ("[[[[1]]]]", "arrays and objects are nested more than 3 deep, at line 1, column 4"),
    ])
    func whatIsNoDocumentSaysWhere(text: String, problem: String) {
        let problems = #expect(throws: DocumentProblems.self) {
            try DocumentReader.parse(Array(text.utf8), limits: JSONLimits(maxDepth: 3, maxBytes: 100))
        }
        #expect(problems?.text == "the document: " + problem)
    }

    @Test func pointersFindWhatTheyName() {
        let document: JSON = ["a": ["b/c": [10, 20]], "~": 1, "": 2]
        for (pointer, value) in [
            ("", document), ("/a/b~1c/1", 20), ("/~0", 1), ("/", 2), ("/a/b~1c/2", nil), ("/a/b~1c/01", nil),
            ("/a/b~1c/-", nil),
            ("a", nil), ("/a/x", nil), ("/~0/x", nil), ("/a/b~1c/99999999999999999999", nil),
        ] as [(String, JSON?)] {
            #expect(JSONPointer.value(at: pointer, in: document) == value, "\(pointer)")
        }
        #expect(JSONPointer.item(3, of: JSONPointer.member("b/~", of: "/a")) == "/a/b~1~0/3")
    }
}
