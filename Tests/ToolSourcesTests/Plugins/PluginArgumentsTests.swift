import Core
import Testing
import ToolSources

@Suite struct PluginArgumentsTests {
    private static func command(_ parameters: [PluginParameter]) -> PluginCommand {
        var command = PluginCommand("run")
        command.parameters = parameters
        return command
    }

    private static func words(_ parameter: PluginParameter, _ value: JSON) throws -> [String] {
        var arguments = JSONObject()
        arguments[parameter.name] = value
        let invocation = try PluginArguments.invocation(
            of: command([parameter]), arguments, requestID: "r", deadlineSeconds: 1)
        #expect(invocation.input == nil && invocation.words.first == "run")
        return Array(invocation.words.dropFirst())
    }

    /// Each kind of value in each style; a value never becomes an option.
    @Test(
        arguments: [
            (PluginParameter.Style.value, #""v""#, ["--k=v"]), (.value, "\"\"", ["--k="]),
            (.value, #""--output=/x""#, ["--k=--output=/x"]),
            (.value, #""-x""#, ["--k=-x"]), (.value, #""$(id) `id` ;""#, ["--k=$(id) `id` ;"]),
            (.value, #""a\nb""#, ["--k=a\nb"]),
            (.value, "5", ["--k=5"]), (.value, "1.50", ["--k=1.50"]), (.value, "true", ["--k=true"]),
            (.value, "false", ["--k=false"]),
            (.value, "null", []), (.value, #"["a",{"b":1}]"#, [#"--k=["a",{"b":1}]"#]), (.value, "[]", ["--k=[]"]),
            (.value, #"{"a": [1, "é"]}"#, [#"--k={"a":[1,"é"]}"#]), (.flag, "true", ["--k"]), (.flag, "false", []),
            (.invertedFlag, "true", []), (.invertedFlag, "false", ["--k"]), (.pair(off: "--no-k"), "true", ["--k"]),
            (.pair(off: "--no-k"), "false", ["--no-k"]), (.repeated, #"["a","-b"]"#, ["--k=a", "--k=-b"]),
            (.repeated, "[]", []),
            (.repeated, #"[1,true,{"a":1}]"#, ["--k=1", "--k=true", #"--k={"a":1}"#]),
            (.repeated, #""one""#, ["--k=one"]),
            (.list, #"["a","b c","d"]"#, ["--k", "a", "b c", "d"]), (.list, #"["-a"]"#, ["--k=-a"]), (.list, "[]", []),
            (.list, "[-1,2]", ["--k", "-1", "2"]), (.json, #""a""#, [#"--k="a""#]), (.json, "true", ["--k=true"]),
            (.json, #"["a"]"#, [#"--k=["a"]"#]), (.position, #""-a""#, ["--", "-a"]),
            (.position, #"["a","--b"]"#, ["--", "a", "--b"]),
            (.position, "null", []), (.position, "[]", []), (.position, #"{"a":1}"#, ["--", #"{"a":1}"#]),
        ] as [(PluginParameter.Style, String, [String])])
    func valuesBecomeWords(style: PluginParameter.Style, value: String, words: [String]) throws {
        let parameter = PluginParameter("k", option: "--k", style: style)
        #expect(try Self.words(parameter, try JSON.parse(value)) == words)
    }

    @Test func anOptionKeepsItsSpelling() throws {
        #expect(try Self.words(PluginParameter("a_b", option: "--a_b"), "v") == ["--a_b=v"])
        #expect(try Self.words(PluginParameter("n", option: "-n"), "-v") == ["-n-v"])
        #expect(try Self.words(PluginParameter("q", option: "-q", style: .flag), true) == ["-q"])
        for value in ["", "=x"] as [JSON] {
            #expect(throws: PluginArgumentFault.self) { try Self.words(PluginParameter("n", option: "-n"), value) }
        }
    }

    @Test func positionsComeLastInTheOrderOfTheCommand() throws {
        let command = Self.command([
            PluginParameter("first", option: "", style: .position), PluginParameter("x", option: "--x"),
            PluginParameter("second", option: "", style: .position),
        ])
        func words(_ arguments: JSONObject) throws -> [String] {
            try PluginArguments.invocation(of: command, arguments, requestID: "", deadlineSeconds: 1).words
        }
        #expect(try words(["second": "b", "x": 1, "first": "a"]) == ["run", "--x=1", "--", "a", "b"])
        #expect(try words(["first": "a"]) == ["run", "--", "a"])
        let fault = #expect(throws: PluginArgumentFault.self) { try words(["second": "b"]) }
        #expect(fault?.text.contains("first is needed") == true)
    }

    /// Nothing of these is started.
    @Test(arguments: [
        (#"{"k":"a\u0000b"}"#, "NUL"), (#"{"keywrod":1}"#, "\"keywrod\" is not known; did you mean keyword?"),
        (#"{"zzzzzz":1}"#, "\"zzzzzz\" is not known"), (#"{"s":"x"}"#, "\"s\" is secret"),
        (#"{"l":["a","--b"]}"#, "No item of l may begin with -"),
    ])
    func whatCannotBePassedIsRefused(arguments: String, text: String) throws {
        let command = Self.command([
            PluginParameter("k", option: "--k"), PluginParameter("keyword", option: "--keyword"),
            PluginParameter("s", option: "--s", isSecret: true), PluginParameter("l", option: "--l", style: .list),
        ])
        let given = try #require(try JSON.parse(arguments).objectValue)
        let fault = #expect(throws: PluginArgumentFault.self) {
            try PluginArguments.invocation(of: command, given, requestID: "", deadlineSeconds: 1)
        }
        #expect(fault?.text.contains(text) == true, "\(fault?.text ?? "")")
    }

    @Test func wordsAreBounded() throws {
        let parameter = PluginParameter("k", option: "--k", style: .repeated)
        let most = PluginArguments.maxWordBytes - "--k=".utf8.count
        func text(_ count: Int) -> JSON { .string(String(repeating: "x", count: count)) }
        #expect(try Self.words(parameter, text(most)).count == 1)
        #expect(throws: PluginArgumentFault.self) { try Self.words(parameter, text(most + 1)) }
        // "run" and each word with its end.
        let each = 100_000 - "--k=".utf8.count - 1
        #expect(try Self.words(parameter, .array(Array(repeating: text(each), count: 10))).count == 10)
        let rest = PluginArguments.maxBytes - 10 * 100_000 - "run".utf8.count - 1 - "--k=".utf8.count - 1
        let full = Array(repeating: text(each), count: 10)
        #expect(try Self.words(parameter, .array(full + [text(rest)])).count == 11)
        #expect(throws: PluginArgumentFault.self) { try Self.words(parameter, .array(full + [text(rest + 1)])) }
    }

    @Test func argumentsOnStandardInput() throws {
        var command = Self.command([
            PluginParameter("s", option: "--s", isSecret: true), PluginParameter("n", option: "--n"),
        ])
        command.passing = .standardInput
        let invocation = try PluginArguments.invocation(
            of: command, ["s": "a\u{0}b", "n": nil], requestID: "r-1", deadlineSeconds: 2.5)
        #expect(invocation.words == ["run"])
        let document: JSON = [
            "command": "run", "arguments": ["s": "a\u{0}b"], "request_id": "r-1", "deadline_seconds": 2.5,
        ]
        #expect(invocation.input == document.encoded)
        #expect(throws: PluginArgumentFault.self) {
            try PluginArguments.invocation(of: command, ["other": 1], requestID: "", deadlineSeconds: 1)
        }
        let long: JSONObject = ["n": .string(String(repeating: "x", count: PluginArguments.maxInputBytes))]
        #expect(throws: PluginArgumentFault.self) {
            try PluginArguments.invocation(of: command, long, requestID: "", deadlineSeconds: 1)
        }
    }

    @Test func anOpenSchemaTakesOtherArguments() throws {
        var command = Self.command([PluginParameter("k", option: "--k")])
        command.isClosed = false
        let invocation = try PluginArguments.invocation(
            of: command, ["other": [1], "k": "v", "none": nil], requestID: "", deadlineSeconds: 1)
        #expect(invocation.words == ["run", "--k=v", "--other=[1]"])
        #expect(throws: PluginArgumentFault.self) {
            try PluginArguments.invocation(of: command, ["a=b c": 1], requestID: "", deadlineSeconds: 1)
        }
    }

    @Test func otherSpellingsAreUnderstood() throws {
        var command = PluginCommand("run")
        command.input = [
            "type": "object",
            "properties": [
                "app-name": ["type": "string"], "count": ["type": "string"], "a_b": [:], "a-b": [:],
                "n": ["type": "integer"],
            ],
        ]
        func spelled(_ arguments: JSONObject) -> JSONObject { PluginArguments.spelled(arguments, for: command) }
        #expect(spelled(["app_name": "x"]) == ["app-name": "x"])
        #expect(spelled(["app_name": nil, "app-name": "y"]) == ["app-name": "y"])
        #expect(spelled(["app_name": "x", "app-name": "y"]) == ["app-name": "x"])
        #expect(spelled(["a_b": 1, "a-b": 2]) == ["a_b": 1, "a-b": 2], "both are names of their own")
        #expect(spelled(["count": 5, "n": "5", "other_one": true]) == ["count": "5", "n": "5", "other_one": true])
        #expect(spelled(["count": 1.50, "app-name": false]) == ["count": "1.5", "app-name": "false"])
    }
}
