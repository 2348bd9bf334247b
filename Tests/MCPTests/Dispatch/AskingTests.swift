import Core
import MCP
import Testing

@Suite struct AskingTests {
    private let able: JSON = ["elicitation": [:], "sampling": [:]]

    // MARK: Legacy

    @Test(arguments: [Revision.june2025, .november2025])
    func aLegacyClientIsAskedOnTheWay(_ revision: Revision) async {
        let asker = Asker(revision, able)
        asker.sink.answers = [["action": "accept", "content": ["sure": true]]]
        #expect(await asker.call("confirm")?.text == "accepted true")
        #expect(asker.sink.asked.map(\.method) == ["elicitation/create"])
        #expect(asker.sink.asked.first?.params?["message"] == "Are you sure?")
        asker.sink.answers = [["action": "decline"], ["action": "cancel"]]
        #expect(await asker.call("confirm")?.text == "declined")
        #expect(await asker.call("confirm")?.text == "cancelled")
    }

    @Test(arguments: Fixture.legacy)
    func aClientThatCannotIsNotAsked(_ revision: Revision) async {
        let asker = Asker(revision, revision < .june2025 ? able : [:])
        let result = await asker.call("confirm")
        #expect(result?["isError"] == true)
        #expect(asker.sink.asked.isEmpty)
    }

    /// What a client says of our question must not pass for what we say of its call.
    @Test func aClientThatCouldAndCannot() async {
        let asker = Asker(.november2025, able)
        asker.sink.failure = JSONRPCError(code: -32601, message: "nope")
        let result = await asker.call("confirm")
        #expect(result?["isError"] == true)
        #expect(result?.text?.contains("nope") == false)
    }

    @Test func aModelIsAskedInEveryRevision() async {
        for revision in Fixture.legacy {
            let asker = Asker(revision, able)
            asker.sink.answers = [["role": "assistant", "model": "m", "content": ["type": "text", "text": "Yes"]]]
            #expect(await asker.call("model")?.text == "Yes")
        }
    }

    // MARK: Modern

    @Test func aModernClientIsAskedByTheResult() async throws {
        let asker = Asker(.july2026, able)
        let first = try #require(await asker.call("confirm"))
        #expect(first["resultType"] == "input_required")
        let request = try #require(first["inputRequests"]?["sure"])
        #expect(request["method"] == "elicitation/create")
        let state = try #require(first["requestState"])
        // It is for nobody to read on its way.
        #expect(state.stringValue?.contains("confirm") == false, "\(state)")

        var params: JSONObject = ["name": "confirm", "arguments": [:], "requestState": state]
        params["inputResponses"] = ["stray": ["action": "accept"]]
        #expect(await asker.result("tools/call", params)?["resultType"] == "input_required")
        params["inputResponses"] = nil
        #expect(await asker.result("tools/call", params)?["resultType"] == "input_required")
        params["inputResponses"] = [1]
        #expect(await asker.error("tools/call", params)?.code == -32602)
        params["inputResponses"] = [
            "sure": ["action": "accept", "content": ["sure": true]], "stray": ["action": "accept"],
        ]
        #expect(await asker.result("tools/call", params)?.text == "accepted true")
    }

    @Test func whatWasDeclinedCannotBeAcceptedLater() async throws {
        let asker = Asker(.july2026, able)
        let first = try #require(await asker.call("confirm")?["requestState"])
        var params: JSONObject = ["name": "confirm", "requestState": first, "inputResponses": ["stray": [:]]]
        let second = try #require(await asker.result("tools/call", params)?["requestState"])
        params["inputResponses"] = ["sure": ["action": "decline"]]
        #expect(await asker.result("tools/call", params)?.text == "declined")
        params["inputResponses"] = ["sure": ["action": "accept", "content": ["sure": true]]]
        for state in [first, second] {
            params["requestState"] = state
            #expect(await asker.error("tools/call", params)?.code == -32602)
        }
        // Another call of the same tool is a question of its own.
        params["requestState"] = try #require(await asker.call("confirm")?["requestState"])
        #expect(await asker.result("tools/call", params)?.text == "accepted true")
    }

    @Test func anAnswerToNoQuestionIsNone() async throws {
        let yes: JSON = ["sure": ["action": "accept", "content": ["sure": true]]]
        let asker = Asker(.july2026, able)
        var params: JSONObject = ["name": "confirm", "inputResponses": yes]
        let result = await asker.result("tools/call", params)
        #expect(result?["resultType"] == "input_required")
        // Nor is it one later, when the question was asked and is not answered.
        params["requestState"] = try #require(result?["requestState"])
        for responses in [nil, [:], ["stray": yes["sure"] ?? .null]] as [JSON?] {
            params["inputResponses"] = responses
            let again = try #require(await asker.result("tools/call", params))
            #expect(again["inputRequests"]?["sure"] != nil, "\(again)")
            params["requestState"] = again["requestState"]
        }
        params["inputResponses"] = yes
        #expect(await asker.result("tools/call", params)?.text == "accepted true")
    }

    /// What is asked second cannot be answered along with what is asked first.
    @Test func anAnswerToAQuestionThatComesLaterIsNone() async throws {
        let dispatcher = Fixture.dispatcher { registry in
            registry.add(
                Fixture.tool("in_turn") { call, _ throws(CallFailure) in
                    let first = try await call.elicit("a", "First?", schema: Fixture.confirmation, state: 1)
                    let second = try await call.elicit("b", "Second?", schema: Fixture.confirmation, state: 2)
                    return .text("\(first == second)")
                })
        }
        let asker = Asker(.july2026, able, dispatcher: dispatcher)
        let yes: JSON = ["action": "accept", "content": ["sure": true]]
        let both: JSON = ["a": yes, "b": yes]
        var params: JSONObject = ["name": "in_turn", "inputResponses": both]
        for question in ["a", "b"] {
            let asked = try #require(await asker.result("tools/call", params))
            #expect(asked["inputRequests"]?.objectValue?.names == [question], "\(asked)")
            params["requestState"] = asked["requestState"]
        }
        #expect(await asker.result("tools/call", params)?.text == "true")
    }

    @Test(
        arguments: [
            7, "yes", [], [:], ["action": "perhaps"], ["action": "accept"], ["action": "accept", "content": 7],
            ["action": "accept", "content": [:]], ["action": "accept", "content": ["sure": "perhaps"]],
        ] as [JSON])
    func anAnswerThatDoesNotFitIsAskedForAgain(_ wrong: JSON) async throws {
        let asker = Asker(.july2026, able)
        let state = try #require(await asker.call("confirm")?["requestState"])
        let result = await asker.result(
            "tools/call", ["name": "confirm", "requestState": state, "inputResponses": ["sure": wrong]])
        #expect(result?["inputRequests"]?["sure"] != nil)
        let model = await asker.result("tools/call", ["name": "model", "inputResponses": ["m": wrong]])
        #expect(model?["inputRequests"]?["m"] != nil)

        let legacy = Asker(.november2025, able)
        legacy.sink.answers = [wrong, wrong]
        #expect(await legacy.call("confirm")?.text == "cancelled")
        #expect(await legacy.error("tools/call", ["name": "model"])?.code == -32603)
    }

    @Test func earlierAnswersTravelInTheState() async throws {
        let asker = Asker(.july2026, able)
        let yes: JSON = ["action": "accept", "content": ["sure": true]]
        var params: JSONObject = ["name": "two_questions", "inputResponses": ["a": yes]]
        let second = try #require(await asker.result("tools/call", params))
        #expect(second["inputRequests"]?.objectValue?.names == ["b"])
        params["requestState"] = second["requestState"]
        params["inputResponses"] = ["b": yes]
        #expect(await asker.result("tools/call", params)?.text == "true")
    }

    @Test func aStateIsGoodForItsOwnCallAlone() async throws {
        let seal = WeakSeal()
        let dispatcher = Dispatcher(Fixture.registry, server: Fixture.server, seal: seal, rounds: OpenRounds())
        let asker = Asker(.july2026, able, dispatcher: dispatcher)
        let state = try #require(await asker.call("confirm")?["requestState"]?.stringValue)
        func code(_ name: String, _ state: JSON, _ arguments: JSON = [:]) async -> Int? {
            await asker.error("tools/call", ["name": .string(name), "arguments": arguments, "requestState": state])?
                .code
        }
        #expect(await code("confirm", .string(state)) == nil)
        #expect(await code("two_questions", .string(state)) == -32602)
        #expect(await code("confirm", .string(state), ["other": 1]) == -32602)
        #expect(await code("confirm", .string(state + " ")) == -32602)
        #expect(await code("confirm", .string("")) == -32602)
        #expect(await code("confirm", 7) == -32602)
        let stranger = Fixture.caller(.july2026, able, principal: Principal(label: "x", scopes: .all))
        let outcome = await dispatcher.serve(
            .request(
                id: JSONRPCID(1), method: "tools/call", params: ["name": "confirm", "requestState": .string(state)]),
            from: stranger, to: ListeningSink())
        guard case .answer(.failure(_, let error)) = outcome else {
            Issue.record("a stranger's state was taken")
            return
        }
        #expect(error.code == -32602)
        seal.now = seal.now.advanced(seconds: 901)
        #expect(await code("confirm", .string(state)) == -32602)
    }

    @Test func aMissingCapabilityIsNamed() async {
        let asker = Asker(.july2026)
        let error = await asker.error("tools/call", ["name": "model"])
        #expect(error?.code == -32021)
        #expect(error?.data == ["requiredCapabilities": ["sampling": [:]]])
        #expect(error?.modernHTTPStatus == 400)
        let form = await asker.error("tools/call", ["name": "confirm"])
        #expect(form?.data?["requiredCapabilities"]?["elicitation"]?.objectValue != nil)
    }
}

extension JSON {
    /// The first text of a tool's result.
    var text: String? { self["content"]?.arrayValue?.first?["text"]?.stringValue }
}
