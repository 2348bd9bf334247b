import CAssets
import Core
import HTTP
import MCP
import Testing

@testable import ToolSources

/// The services that the program knows by itself: their tools, each request as the service wants it, each result as promised.
@Suite struct BuiltInForwarderTests {
    private static let settings = [
        "LUMENORE_CLIENT_ID": "client-1", "LUMENORE_SECRET": "secret-22", "SERVER_URL": "https://lumenore.example/",
        "LUNA_URL": "http://luna.internal:8000", "GITHUB_TOKEN": "ghp_token-1",
    ]

    /// A document that is part of the program.
    private static func document(_ name: String) throws -> [UInt8] {
        var next = lm_forwarders
        while let asset = next?.pointee, let path = asset.path {
            if String(cString: path) == name {
                return Array(UnsafeBufferPointer(start: asset.bytes, count: asset.count))
            }
            next = next?.successor()
        }
        throw ForwarderFixture.Missing(name: name)
    }

    private static func forwarder(_ name: String, _ settings: [String: String] = BuiltInForwarderTests.settings) throws
        -> Forwarder
    {
        let reading = ForwarderDocument.read(
            try Self.document(name + ".json"), lookup: ForwarderFixture.lookup(settings))
        #expect(reading.problems.map(\.line) == [] && reading.warnings.map(\.line) == [] && reading.refused == [])
        let forwarder = try #require(reading.forwarder)
        #expect(forwarder.name == name)
        return forwarder
    }

    /// On at the moment when everything that it needs is set.
    @Test(arguments: [
        ("lumenore", ["LUMENORE_CLIENT_ID", "LUMENORE_SECRET", "SERVER_URL"]), ("luna", ["LUNA_URL"]),
        ("github", ["GITHUB_TOKEN"]),
    ])
    func aServiceIsOffUntilItIsConfigured(name: String, needs: [String]) throws {
        let document = try Self.document(name + ".json")
        for left in needs {
            let settings = Self.settings.filter { $0.key != left }
            let reading = ForwarderDocument.read(document, lookup: ForwarderFixture.lookup(settings))
            #expect(reading.forwarder == nil && reading.unset == [left] && reading.problems == [])
        }
        _ = try Self.forwarder(name)
    }

    /// What clients in the field take, and what each may do.
    @Test func definitionsAreWhatClientsTake() throws {
        for name in ["lumenore", "luna", "github"] {
            for tool in try Self.forwarder(name).tools {
                let definition = tool.definition
                #expect(definition.name.utf8.count < 40 && definition.description.utf8.count > 15)
                #expect(definition.input["additionalProperties"] == nil && tool.isClosed)
                #expect(!definition.hints.readOnly || !definition.hints.destructive)
                #expect(throws: Never.self) {
                    try Tool(
                        outside: definition.name, title: definition.title, description: definition.description,
                        input: definition.input, output: definition.output, hints: definition.hints,
                        scope: definition.scope
                    ) { _, _ throws(CallFailure) in .text("") }
                }
                #expect(SuspiciousText.hints(in: definition) == [])
            }
        }
    }

    // MARK: Lumenore

    private static let question: JSONObject = ["userQuery": "Sales \"by\" month?", "schemaId": 7]
    private static let asked = #"{"userQuery":"Sales \"by\" month?","schemaId":7}"#
    private static let analyses = [
        ("nlq_to_data", "Analysis"), ("get_trend_data", "Trend analysis"),
        ("get_prediction_data", "Prediction analysis"),
        ("get_outlier_data", "Outlier detection"), ("get_correlation_data", "Correlation analysis"),
        ("get_change_data", "Change detection"), ("get_pareto_data", "Pareto analysis"),
    ]

    private static func token(_ forwarder: Forwarder) -> [ForwarderCredentials] {
        [forwarder.auth.credentials(Secret("session-token-1"), generation: 1)]
    }

    private static func play(
        _ forwarder: Forwarder, _ name: String, _ arguments: JSONObject, _ script: [ForwarderPlay.Event]
    ) throws -> (outcome: ForwarderOutcome, sent: [ForwarderRequest]) {
        let tool = try #require(forwarder.tool(name))
        var play = try ForwarderPlay(forwarder, name, try tool.checked(arguments).get())
        play.tokens = token(forwarder)
        return (try play.run(script), play.sent)
    }

    @Test func lumenoreHasNineToolsThatRead() throws {
        let forwarder = try Self.forwarder("lumenore")
        #expect(
            forwarder.tools.map(\.definition.name) == ["get_dataset_metadata", "get_metadata_info"]
                + Self.analyses.map(\.0))
        for tool in forwarder.tools {
            #expect(tool.definition.scope == .toolsRead && tool.definition.hints.readOnly && tool.isRepeatable)
        }
        #expect(forwarder.limits.timeoutSeconds == 60 && forwarder.limits.connectSeconds == 10)
    }

    @Test func lumenoreLogsInAndKeepsACookie() throws {
        let forwarder = try Self.forwarder("lumenore")
        let exchange = TokenExchange(forwarder)
        let request = try exchange.request()
        #expect(request.line == "POST https://lumenore.example/api/secure/client/user-login")
        #expect(request.text == #"{"data":{"clientId":"client-1","secret":"secret-22"}}"#)
        let answer = ForwarderFixture.answer(200, "{}", [Field("set-cookie", "access_token=t0ken; Path=/; HttpOnly")])
        #expect(exchange.read(answer, wallClock: ForwarderPlay.epoch) == .token(Secret("t0ken"), lifetime: 900))
        let key = try Self.forwarder("lumenore", Self.settings.merging(["LUMENORE_API_KEY": "old-key"]) { $1 })
        #expect(key.auth == .field(name: "authorization", prefix: "", Secret("old-key")))
    }

    @Test(arguments: analyses)
    func lumenoreAnswersAQuestion(name: String, label: String) throws {
        let forwarder = try Self.forwarder("lumenore")
        let (outcome, sent) = try Self.play(
            forwarder, name, ["userQuery": "  Sales \"by\" month?\n", "schemaId": "7"],
            [.status(200, #"{"rows":[1,2]}"#)])
        let path = name.replacing("_", with: "-")
        #expect(sent.map(\.line) == ["POST https://lumenore.example/api/ai-engine/mcp/\(path)"])
        #expect(sent[0].text == Self.asked && sent[0]["authorization"] == "Bearer session-token-1")
        #expect(outcome.structured == ["data": ["rows": [1, 2]], "status": "success"])
        let (failed, _) = try Self.play(forwarder, name, Self.question, [.status(500, "inner words")])
        let error = try #require(failed.structured)
        #expect(error["error"] == .string("\(label) failed: the service answered 500"))
        #expect(error["status"] == "error" && error["query"] == "Sales \"by\" month?" && error["schema_id"] == 7)
        #expect((error["suggestion"] != nil) == (name == "nlq_to_data"))
        #expect(failed.toolResult.isError)
    }

    @Test func lumenoreAnswersWithATextToo() throws {
        let (outcome, _) = try Self.play(
            Self.forwarder("lumenore"), "nlq_to_data", Self.question, [.status(200, "Sales rose by 3 %.")])
        #expect(outcome.structured == ["data": "Sales rose by 3 %.", "status": "success"])
    }

    @Test func lumenoreDescribesDatasets() throws {
        let forwarder = try Self.forwarder("lumenore")
        let (list, listed) = try Self.play(forwarder, "get_dataset_metadata", [:], [.status(200, #"{"data":[]}"#)])
        #expect(listed.map(\.line) == ["GET https://lumenore.example/api/askme-manager/get-domain"])
        #expect(listed[0].body == [] && list.structured == ["data": ["data": []], "status": "success"])
        let (columns, described) = try Self.play(
            forwarder, "get_metadata_info", ["schemaId": 7],
            [.status(200, #"{"data":{"result":{"resultSet":[{"column_name":"a"}]}}}"#)])
        #expect(described.map(\.line) == ["POST https://lumenore.example/api/askme-manager/metadata/get/7"])
        #expect(
            described[0].text
                == #"{"data":{"domainId":7,"columns":["description","column_name","column_alias","column_type","unit","#
                + #""column_datatype_name","date_format"]}}"#)
        #expect(columns.structured == ["data": [["column_name": "a"]], "status": "success"])
        let (unavailable, _) = try Self.play(forwarder, "get_dataset_metadata", [:], [.status(500)])
        #expect(
            unavailable.structured == [
                "error": "Failed to get dataset metadata: the service answered 500", "status": "error",
                "available": false,
            ])
        let (failed, _) = try Self.play(forwarder, "get_metadata_info", ["schemaId": 7], [.status(200, "{}")])
        #expect(
            failed.structured == [
                "error": "Failed to get metadata: the service's answer lacks the expected value", "status": "failed",
                "success": false, "schema_id": 7,
            ])
    }

    @Test(
        arguments: [
            (["userQuery": "", "schemaId": 7], 7), (["userQuery": " \n", "schemaId": 7], 7), (["schemaId": 7], 7),
            (["userQuery": .string(String(repeating: "ü", count: 5001)), "schemaId": 7], 7),
            (["userQuery": "q", "schemaId": 0], 0),
            (["userQuery": "q", "schemaId": "x"], "x"), (["userQuery": "q"], nil),
            (["userQuery": "q", "schemaId": 7, "x": 1], 7),
        ] as [(JSONObject, JSON?)])
    func lumenoreSaysWhatIsWrongWithArguments(arguments: JSONObject, id: JSON?) throws {
        for (name, _) in Self.analyses {
            let tool = try #require(try Self.forwarder("lumenore").tool(name))
            let invalid = try #require(throws: ForwarderTool.InvalidArguments.self) {
                try tool.checked(arguments).get()
            }
            let object = try #require(invalid.outcome.structured)
            #expect(object["status"] == "validation_error" && object["schema_id"] == id)
            #expect(object["error"]?.stringValue?.hasPrefix("Invalid request parameters: ") == true)
            #expect(invalid.outcome.toolResult.isError)
        }
    }

    @Test func lumenoreTakesTheLongestQuestion() throws {
        let tool = try #require(try Self.forwarder("lumenore").tool("get_trend_data"))
        let longest = String(repeating: "ü", count: 5000)
        #expect(
            try tool.checked(["userQuery": .string(longest + " "), "schemaId": 1]).get()["userQuery"]
                == .string(longest))
    }

    // MARK: Luna

    @Test func lunaForwardsThreeTools() throws {
        let forwarder = try Self.forwarder("luna")
        #expect(forwarder.limits.timeoutSeconds == 30)
        let (code, asked) = try Self.play(
            forwarder, "code_gen", ["prompt": "a\"b"], [.status(200, #"{"code":"print(1)"}"#)])
        #expect(
            asked.map(\.line) == ["POST http://luna.internal:8000/api/ai/code"]
                && asked[0].text == #"{"prompt":"a\"b"}"#)
        #expect(code.value == "print(1)" && code.structured == ["result": "print(1)"])
        let (voice, spoken) = try Self.play(
            forwarder, "voice_speak", ["text": "hi"], [.status(200, #"{"audio":"eA=="}"#)])
        #expect(
            spoken.map(\.line) == ["POST http://luna.internal:8000/api/ai/voice"] && spoken[0].text == #"{"text":"hi"}"#
        )
        #expect(voice.structured == ["audio": "eA=="])
        let (_, voiced) = try Self.play(forwarder, "voice_speak", ["text": "hi", "voice": "a"], [.status(200, "{}")])
        #expect(voiced[0].text == #"{"text":"hi","voice":"a"}"#)
        let url: JSONObject = ["image_url": "https://a.example/x.png"]
        let (image, seen) = try Self.play(forwarder, "bw_remote", url, [.status(200, #"{"image_b64":"eA=="}"#)])
        #expect(seen.map(\.line) == ["POST http://luna.internal:8000/api/image/bw"])
        #expect(seen[0].text == #"{"image_url":"https://a.example/x.png"}"# && image.value == "eA==")
        let (none, _) = try Self.play(forwarder, "bw_remote", url, [.status(200, "{}")])
        #expect(none.value == "")
    }

    /// The canned snippet is no success in disguise.
    @Test(
        arguments: [
            (ForwarderPlay.Event.status(404), true), (.status(500), true), (.lost(.timeout), true),
            (.status(200, "<html>"), false),
            (.status(401), false),
        ] as [(ForwarderPlay.Event, Bool)])
    func lunasSnippetIsLabelled(event: ForwarderPlay.Event, isFallback: Bool) throws {
        let (outcome, _) = try Self.play(Self.forwarder("luna"), "code_gen", ["prompt": "a\n\"\"\"x"], [event])
        #expect(outcome.isFallback == isFallback)
        guard isFallback else {
            #expect(outcome.toolResult.isError && outcome.toolResult.meta == nil)
            return
        }
        #expect(outcome.texts.first == "The AI service gave no answer; this is a canned snippet.")
        #expect(outcome.value == "# Not generated. Wanted: a \"\"\"x\nprint(\"Hello, world\")\n")
        #expect(outcome.structured?["fallback"] == true)
        #expect(outcome.toolResult.meta == ["luma-mcp/fallback": true] as JSONObject)
    }

    // MARK: GitHub

    private static let repository: JSONObject = ["owner": "o-1", "repo": "r.x"]
    private static let base = "https://api.github.com/repos/o-1/r.x"

    private static func with(_ more: JSONObject) -> JSONObject { JSONObject(repository.members + more.members) }

    @Test func gitHubListsIssuesWithoutPullRequests() throws {
        let page = #"""
            [{"number": 2, "title": "A", "html_url": "u2", "labels": [{"name": "bug"}, {"name": "ui"}], "body": "left out"},
             {"number": 1, "title": "B", "html_url": "u1", "labels": [], "pull_request": {}}]
            """#
        let next = Field("link", "<\(Self.base)/issues?state=open&per_page=100&page=2>; rel=\"next\"")
        let last = #"[{"number": 0, "title": "C", "html_url": "u0", "labels": []}]"#
        let (outcome, sent) = try Self.play(
            Self.forwarder("github"), "list_issues", Self.repository, [.status(200, page, [next]), .status(200, last)])
        #expect(
            sent.map(\.line) == [
                "GET \(Self.base)/issues?state=open&per_page=100",
                "GET \(Self.base)/issues?state=open&per_page=100&page=2",
            ])
        let fields = [
            sent[0]["accept"], sent[0]["x-github-api-version"], sent[0]["authorization"], sent[0]["user-agent"],
        ]
        #expect(fields == ["application/vnd.github+json", "2022-11-28", "Bearer ghp_token-1", Version.product])
        #expect(
            outcome.structured == [
                "issues": [
                    ["number": 2, "title": "A", "url": "u2", "labels": ["bug", "ui"]],
                    ["number": 0, "title": "C", "url": "u0", "labels": []],
                ]
            ])
        // Nothing more is asked for once there is enough.
        let (one, asked) = try Self.play(
            Self.forwarder("github"), "list_issues", Self.with(["limit": 1]), [.status(200, page, [next])])
        #expect(asked.count == 1 && one.structured?["issues"]?.arrayValue?.count == 1)
    }

    @Test func gitHubCreatesABranch() throws {
        let forwarder = try Self.forwarder("github")
        let arguments = Self.with(["base": "feature/x", "new_branch": "fix/ü y"])
        let (outcome, sent) = try Self.play(
            forwarder, "create_branch", arguments, [.status(200, #"{"object":{"sha":"abc"}}"#), .status(201, "{}")])
        #expect(sent.map(\.line) == ["GET \(Self.base)/git/ref/heads/feature/x", "POST \(Self.base)/git/refs"])
        #expect(sent[1].text == #"{"ref":"refs/heads/fix/ü y","sha":"abc"}"#)
        #expect(outcome.structured == ["branch": "fix/ü y"])
        let (exists, _) = try Self.play(
            forwarder, "create_branch", arguments,
            [.status(200, #"{"object":{"sha":"abc"}}"#), .status(422, #"{"message":"Reference already exists"}"#)])
        #expect(exists.failure?.code == "conflict")
        #expect(exists.failure?.message.contains("Reference already exists") == true)
    }

    /// New, replaced, and of any octets.
    @Test func gitHubCommitsAFile() throws {
        let forwarder = try Self.forwarder("github")
        let content = Base64.encode([0x00, 0xff, 0x89, 0x50])
        let arguments = Self.with([
            "branch": "main", "path": "docs/a b.png", "content_b64": .string(content), "message": "Add \"it\"",
        ])
        let url = "\(Self.base)/contents/docs/a%20b.png"
        let (new, created) = try Self.play(
            forwarder, "commit_file", arguments, [.status(404, #"{"message":"Not Found"}"#), .status(201, "{}")])
        #expect(created.map(\.line) == ["GET \(url)?ref=main", "PUT \(url)"])
        #expect(created[1].text == #"{"message":"Add \"it\"","content":"\#(content)","branch":"main"}"#)
        #expect(new.structured == ["status": "created", "path": "docs/a b.png", "branch": "main"])
        let (old, updated) = try Self.play(
            forwarder, "commit_file", arguments, [.status(200, #"{"sha":"s1","content":"x"}"#), .status(200, "{}")])
        #expect(updated[1].text == #"{"message":"Add \"it\"","content":"\#(content)","branch":"main","sha":"s1"}"#)
        #expect(old.structured?["status"] == "updated")
        // Only a 404 means that there is no such file.
        let (failed, looked) = try Self.play(forwarder, "commit_file", arguments, [.status(500)])
        #expect(looked.count == 1 && failed.failure?.status == 500)
        let (changed, _) = try Self.play(
            forwarder, "commit_file", arguments, [.status(200, #"{"sha":"s1"}"#), .status(409, #"{"message":"x"}"#)])
        #expect(changed.failure?.code == "conflict")
        // An answer that is lost on the way is not a second commit.
        let (lost, sent) = try Self.play(
            forwarder, "commit_file", arguments, [.status(404), .lost(.connectionLost)])
        #expect(sent.count == 2 && lost.failure?.kind == .outcomeUnknown)
    }

    @Test(arguments: ["../x", "a/../b", "/abs", "a//b", "", "a/", "%2e%2e/x"])
    func gitHubPathsStayInTheRepository(path: String) throws {
        let tool = try #require(try Self.forwarder("github").tool("commit_file"))
        let arguments = Self.with(["branch": "main", "path": .string(path), "content_b64": "", "message": "m"])
        guard case .success(let checked) = tool.checked(arguments) else { return }
        let read = try ForwarderPlay.request(Self.forwarder("github"), "commit_file", checked)
        let failure = try #require(throws: ForwarderFailure.self) { try read.get() }
        #expect(failure.kind == .invalidArguments)
    }

    @Test func gitHubOpensAPullRequest() throws {
        let arguments = Self.with(["head": "fix", "base": "main", "title": "T"])
        let (outcome, sent) = try Self.play(
            Self.forwarder("github"), "open_pr", arguments,
            [.status(201, #"{"number":5,"html_url":"u","title":"T","body":"left out"}"#)])
        #expect(sent.map(\.line) == ["POST \(Self.base)/pulls"])
        #expect(sent[0].text == #"{"title":"T","head":"fix","base":"main","body":""}"#)
        #expect(outcome.structured == ["number": 5, "url": "u", "title": "T"])
    }

    @Test func gitHubStartsAWorkflow() throws {
        let forwarder = try Self.forwarder("github")
        let (outcome, sent) = try Self.play(
            forwarder, "ci_trigger", Self.with(["workflow_file": "build.yml"]), [.status(204)])
        #expect(sent.map(\.line) == ["POST \(Self.base)/actions/workflows/build.yml/dispatches"])
        #expect(sent[0].text == #"{"ref":"main","inputs":{}}"#)
        #expect(outcome.structured == ["dispatched": true, "workflow": "build.yml", "ref": "main"])
        let given = Self.with(["workflow_file": "build.yml", "ref": "v1", "inputs": ["fast": true]])
        let (other, asked) = try Self.play(forwarder, "ci_trigger", given, [.status(200, #"{"run":1}"#)])
        #expect(asked[0].text == #"{"ref":"v1","inputs":{"fast":true}}"#)
        #expect(other.structured == ["dispatched": true, "workflow": "build.yml", "ref": "v1"])
    }

    @Test func gitHubSaysWhatItHasAgainstACall() throws {
        let arguments = Self.with(["workflow_file": "build.yml"])
        let (limited, _) = try Self.play(
            Self.forwarder("github"), "ci_trigger", arguments, [.status(403, "{}", [Field("retry-after", "60")])])
        #expect(limited.failure?.kind == .upstreamBusy && limited.failure?.retryAfterSeconds == 60)
        let (refused, _) = try Self.play(
            Self.forwarder("github"), "ci_trigger", arguments,
            [.status(401, #"{"message":"Bad credentials ghp_token-1"}"#)])
        #expect(
            refused.failure?.kind == .auth && refused.failure?.message.contains("Bad credentials [removed]") == true)
    }
}
