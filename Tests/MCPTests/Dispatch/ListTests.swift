import Core
import MCP
import Testing

@Suite struct ListTests {
    @Test(arguments: Revision.allCases)
    func aListComesInPagesThatTogetherAreAll(_ revision: Revision) async throws {
        let asker = Asker(revision, dispatcher: Fixture.dispatcher(pageSize: 3))
        var names: [String] = []
        var cursor: JSON?
        repeat {
            var params = JSONObject()
            params["cursor"] = cursor
            let page = try #require(await asker.result("tools/list", params))
            names += page["tools"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
            cursor = page["nextCursor"]
            #expect(cursor?.isNull != true)
        } while cursor != nil
        #expect(names == Fixture.registry.tools.map(\.name))
    }

    @Test(arguments: Revision.allCases)
    func aCursorOfNoOneIsRefused(_ revision: Revision) async {
        let asker = Asker(revision, dispatcher: Fixture.dispatcher(pageSize: 3))
        for cursor in ["", "tools.3", "x", 3, []] as [JSON] {
            #expect(await asker.error("tools/list", ["cursor": cursor])?.code == -32602, "\(cursor)")
        }
        let cursor = await asker.result("tools/list")?["nextCursor"]?.stringValue ?? ""
        #expect(await asker.result("tools/list", ["cursor": .string(cursor)]) != nil)
        #expect(await asker.error("prompts/list", ["cursor": .string(cursor)])?.code == -32602)
        #expect(await asker.error("tools/list", ["cursor": .string(cursor + " ")])?.code == -32602)
        let stranger = Fixture.caller(revision, principal: Principal(label: "stranger", scopes: .all))
        let outcome = await asker.dispatcher.serve(
            .request(id: JSONRPCID(1), method: "tools/list", params: ["cursor": .string(cursor)]), from: stranger,
            to: asker.sink)
        guard case .answer(.failure(_, let error)) = outcome else {
            Issue.record("a stranger's cursor was taken")
            return
        }
        #expect(error.code == -32602)
    }

    /// Clients keep a list for as long as they are told, also those that do not listen for changes of it.
    @Test func aListThatMayChangeIsNotKeptForLong() async {
        for (tools, others) in [(false, false), (true, false), (false, true)] {
            let asker = Asker(
                .july2026,
                dispatcher: Fixture.dispatcher { registry in
                    registry.toolsChange = tools
                    registry.othersChange = others
                })
            for (method, changes) in [
                ("tools/list", tools), ("prompts/list", others), ("resources/list", others),
                ("resources/templates/list", others),
            ] {
                let kept = await asker.result(method)?["ttlMs"]?.intValue
                #expect(kept == (changes ? 1000 : 60_000), "\(method) \(tools) \(others)")
            }
        }
    }

    @Test func toolsShowWhatTheRevisionKnows() async throws {
        for revision in Revision.allCases {
            let tools = await Asker(revision).result("tools/list")?["tools"]?.arrayValue
            let echo = try #require(tools?.first)
            #expect((echo["annotations"] != nil) == (revision >= .march2025))
            #expect((echo["outputSchema"] != nil) == (revision >= .june2025))
            #expect((echo["title"] != nil) == (revision >= .june2025))
        }
    }

    @Test(arguments: Revision.allCases)
    func resourcesAreRead(_ revision: Revision) async {
        let asker = Asker(revision)
        #expect(
            await asker.result("resources/read", ["uri": "test://static"])?["contents"]
                == [["uri": "test://static", "mimeType": "text/plain", "text": "still"]])
        #expect(
            await asker.result("resources/read", ["uri": "test://binary"])?["contents"]?.arrayValue?.first?["blob"]
                == "AA==")
        let item = await asker.result("resources/read", ["uri": "test://items/a%20b"])
        #expect(item?["contents"]?.arrayValue?.first?["text"] == #"{"id":"a b"}"#)
        let code = revision.era == .modern ? -32602 : -32002
        for uri in ["test://nothing", "test://items/none", "test://items/a/b", "test://items/", "", "TEST://static"] {
            let error = await asker.error("resources/read", ["uri": .string(uri)])
            #expect(error?.code == code, "\(uri)")
            #expect(error?.data?["uri"] == .string(uri))
        }
        #expect(await asker.error("resources/read", [:])?.code == -32602)
    }

    @Test(arguments: Revision.allCases)
    func promptsAreMade(_ revision: Revision) async {
        let asker = Asker(revision)
        let prompt = await asker.result("prompts/get", ["name": "greet", "arguments": ["who": "Ada"]])
        #expect(prompt?["messages"]?.arrayValue?.first?["content"] == ["type": "text", "text": "Hello Ada"])
        for params in [
            ["name": "greet"], ["name": "greet", "arguments": ["who": 1]], ["name": "greet", "arguments": 1],
            ["name": "none"], [:],
        ] as [JSONObject] {
            #expect(await asker.error("prompts/get", params)?.code == -32602)
        }
    }

    @Test(arguments: Revision.allCases)
    func completionProposesAtMostAHundred(_ revision: Revision) async {
        let asker = Asker(revision)
        func complete(_ ref: JSON, _ name: String, _ value: String) async -> JSON? {
            await asker.result(
                "completion/complete", ["ref": ref, "argument": ["name": .string(name), "value": .string(value)]])?[
                    "completion"]
        }
        let prompt: JSON = ["type": "ref/prompt", "name": "greet"]
        #expect(await complete(prompt, "who", "a") == ["values": ["ada", "alan"], "total": 2, "hasMore": false])
        #expect(await complete(prompt, "how", "a")?["values"] == [])
        let items = await complete(["type": "ref/resource", "uri": "test://items/{id}"], "id", "")
        #expect(items?["values"]?.arrayValue?.count == 100)
        #expect(items?["total"]?.intValue == 150)
        #expect(items?["hasMore"] == true)
        for (ref, name) in [
            (prompt, "what"), (["type": "ref/prompt", "name": "none"], "who"), (["type": "ref/x"], "who"),
            (["type": "ref/resource", "uri": "test://items/{id}"], "x"),
            (["type": "ref/resource", "uri": "test://items/1"], "id"),
        ] as [(JSON, String)] {
            #expect(await complete(ref, name, "") == nil)
        }
        #expect(await asker.error("completion/complete", ["ref": prompt])?.code == -32602)
    }
}
