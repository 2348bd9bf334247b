import Core
import MCP
import Testing

@Suite struct CallTests {
    @Test(arguments: Revision.allCases)
    func aResultIsStructuredWhereTheRevisionKnowsIt(_ revision: Revision) async {
        let result = await Asker(revision).call("echo", ["text": "hi"])
        #expect(result?["content"]?.arrayValue?.first?["text"] == #"{"said":"hi"}"#)
        #expect(result?["structuredContent"] == (revision >= .june2025 ? ["said": "hi"] : nil))
        #expect(result?["isError"] == false)
        #expect((result?["resultType"] == "complete") == (revision.era == .modern))
    }

    @Test(arguments: Revision.allCases)
    func contentIsWhatTheRevisionKnows(_ revision: Revision) async {
        let kinds = await Asker(revision).call("everything")?["content"]?.arrayValue?
            .map { $0["type"]?.stringValue ?? "" }
        let audio = revision >= .march2025 ? "audio" : "text"
        let link = revision >= .june2025 ? "resource_link" : "text"
        #expect(kinds == ["text", "image", audio, link, "resource"])
    }

    @Test(arguments: Revision.allCases)
    func aCallThatIsNoCallIsAnError(_ revision: Revision) async {
        let asker = Asker(revision)
        let bad: [JSONObject] = [
            [:], ["name": 1], ["name": "nothing"], ["name": "echo", "arguments": "text"],
            ["name": "echo", "arguments": []],
        ]
        for params in bad { #expect(await asker.error("tools/call", params)?.code == -32602) }
        #expect(await asker.error("tools/call", ["name": "ecko"])?.message == "Unknown tool: ecko; did you mean echo?")
        #expect(await asker.error("tools/call", ["name": "broken"])?.code == -32603)
    }

    /// A model or a terminal reads the error: what its caller has hidden in a name must not reach it through us.
    @Test(arguments: Revision.allCases)
    func errorsRepeatNothingThatCannotBeSeen(_ revision: Revision) async {
        let asker = Asker(revision)
        let hidden = "a\u{1b}[2J\u{202e}\n\u{0}b\u{e0041}"
        let named: JSON = .string(hidden)
        let errors = [
            await asker.error(hidden), await asker.error("tools/call", ["name": named]),
            await asker.error("prompts/get", ["name": named]), await asker.error("resources/read", ["uri": named]),
            await asker.error("prompts/get", ["name": "greet", "arguments": .object(JSONObject([(hidden, 1)]))]),
        ]
        for error in errors {
            let text = (error?.message ?? "?") + (error?.data?["uri"]?.stringValue ?? "")
            #expect(error != nil && Neutral.line(text) == text, "\(text.debugDescription)")
        }
        let result = await asker.call("change", .object(JSONObject([(hidden, 1)])))
        #expect(result?.text.map { Neutral.text($0) == $0 } == true)
        #expect(result?.text?.contains("a [2J b is not known") == true)
        let long = String(repeating: "e\u{301}", count: 500)
        #expect((await asker.error("tools/call", ["name": .string(long)])?.message.utf8.count ?? 999) < 250)
    }

    @Test(arguments: Revision.allCases)
    func wrongArgumentsAreAResultThatAModelCanRepair(_ revision: Revision) async {
        let result = await Asker(revision).call("echo", ["txt": "hi"])
        #expect(result?["isError"] == true)
        #expect(result?["content"]?.arrayValue?.first?["text"]?.stringValue?.contains("text is required") == true)
    }

    @Test func argumentsMayBeAbsentOrNull() async {
        for arguments in [nil, JSON.null] {
            var params: JSONObject = ["name": "everything"]
            params["arguments"] = arguments
            #expect(await Asker(.november2025).error("tools/call", params) == nil)
        }
    }

    @Test func aPrincipalSeesAndCallsOnlyWhatItMay() async {
        let reader = Principal(label: "r", scopes: .read)
        let dispatcher = Fixture.dispatcher()
        let caller = Fixture.caller(.november2025, principal: reader)
        let list = await dispatcher.serve(
            .request(id: JSONRPCID(1), method: "tools/list", params: nil), from: caller, to: ListeningSink())
        guard case .answer(.response(_, let result)) = list else {
            Issue.record("no list")
            return
        }
        let names = result["tools"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        #expect(names.contains("echo") && !names.contains("change"))
        let call = await dispatcher.serve(
            .request(id: JSONRPCID(2), method: "tools/call", params: ["name": "change"]), from: caller,
            to: ListeningSink())
        guard case .answer(.failure(_, let error)) = call else {
            Issue.record("called")
            return
        }
        #expect(error.code == -32602)
        #expect(
            error.message
                == "Unknown tool: change. This token may only read: what changes something is not offered")
    }

    // MARK: Progress and log

    @Test(arguments: Revision.allCases)
    func progressNeedsATokenAndOnlyGoesUp(_ revision: Revision) async {
        let quiet = Asker(revision)
        _ = await quiet.call("chatty")
        #expect(!quiet.sink.sent.contains { $0.method == "notifications/progress" })

        for token in [JSON.string("t"), 0] {
            let asker = Asker(revision)
            _ = await asker.result("tools/call", ["name": "chatty", "_meta": ["progressToken": token]])
            let progress = asker.sink.sent.filter { $0.method == "notifications/progress" }.compactMap(\.params)
            #expect(progress.map { $0["progress"]?.doubleValue } == [0, 1.5])
            #expect(progress.allSatisfy { $0["progressToken"] == token })
            #expect(progress.first?["message"] == (revision >= .march2025 ? "begun" : nil))
        }
    }

    @Test(arguments: Fixture.legacy)
    func theSessionsLevelDecidesWhatIsLogged(_ revision: Revision) async {
        let asker = Asker(revision)
        for (level, expected) in [("info", 1), ("debug", 2), ("error", 0)] {
            #expect(await asker.result("logging/setLevel", ["level": .string(level)]) == [:])
            asker.sink.sent = []
            _ = await asker.call("chatty")
            #expect(asker.sink.sent.filter { $0.method == "notifications/message" }.count == expected)
        }
        #expect(await asker.error("logging/setLevel", ["level": "loud"])?.code == -32602)
    }

    @Test func aModernRequestNamesItsOwnLevel() async {
        for (level, expected) in [(nil, 0), ("debug", 2), ("error", 0)] as [(String?, Int)] {
            let asker = Asker(.july2026)
            var meta = JSONObject()
            meta["io.modelcontextprotocol/logLevel"] = level.map { .string($0) }
            _ = await asker.result("tools/call", ["name": "chatty", "_meta": .object(meta)])
            #expect(asker.sink.sent.count == expected)
        }
        let params: JSONObject = ["name": "chatty", "_meta": ["io.modelcontextprotocol/logLevel": "loud"]]
        #expect(await Asker(.july2026).error("tools/call", params)?.code == -32602)
    }

    @Test func whatIsCancelledIsNotAnswered() async {
        let dispatcher = Fixture.dispatcher { registry in
            registry.add(Fixture.tool("gone") { _, _ throws(CallFailure) in throw .cancelled })
        }
        guard case .silent = await Asker(.november2025, dispatcher: dispatcher).outcome("tools/call", ["name": "gone"])
        else {
            Issue.record("answered")
            return
        }
    }
}

extension JSONRPCMessage {
    var method: String? {
        switch self {
        case .request(_, let method, _), .notification(let method, _): method
        default: nil
        }
    }

    var params: JSONObject? {
        switch self {
        case .request(_, _, let params), .notification(_, let params): params
        default: nil
        }
    }
}
