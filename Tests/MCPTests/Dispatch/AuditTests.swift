import Core
import MCP
import Testing

/// Keeps what it is told, by a clock that goes on a millisecond with each look.
private final class Auditor: ToolAuditor {
    var calls: [ToolAudit] = []
    private var milliseconds: Int64 = 0

    var now: MonotonicTime {
        milliseconds += 1
        return MonotonicTime(nanoseconds: milliseconds * 1_000_000)
    }

    func audit(_ call: ToolAudit) { calls.append(call) }
}

@Suite struct AuditTests {
    private let auditor = Auditor()

    private func ask(_ revision: Revision, _ params: JSONObject, _ capabilities: JSON = [:]) async {
        let dispatcher = Fixture.dispatcher()
        dispatcher.auditor = auditor
        let reader = Principal(label: "ann", scopes: .read)
        let caller = Fixture.caller(revision, capabilities, principal: reader)
        _ = await dispatcher.serve(
            .request(id: JSONRPCID(1), method: "tools/call", params: params), from: caller, to: ListeningSink())
    }

    @Test func aCallThatIsAnsweredFromWhatWasRenderedIsToldLikeAnyOther() async {
        let dispatcher = Fixture.dispatcher { registry in
            registry.add(
                Tool(
                    "constant", title: "Constant", description: "Never changes.", hints: Fixture.hints, scope: .read,
                    constant: .text("same")))
        }
        dispatcher.auditor = auditor
        let caller = Fixture.caller(.july2026, principal: Principal(label: "ann", scopes: .read))
        let message = JSONRPCMessage.request(id: JSONRPCID(1), method: "tools/call", params: ["name": "constant"])
        #expect(dispatcher.readyAnswer(to: message, from: caller) != nil)
        _ = await dispatcher.serve(message, from: caller, to: ListeningSink())
        #expect(auditor.calls.count == 2)
        #expect(auditor.calls.allSatisfy { $0.outcome == .ok && $0.label == "ann" && $0.tool == "constant" })
        #expect(auditor.calls.first?.argumentDigest == auditor.calls.last?.argumentDigest)
    }

    @Test func everyCallIsToldOnceWithItsOutcome() async {
        let cases: [(JSONObject, String?, ToolAudit.Outcome)] = [
            (["name": "echo", "arguments": ["text": "hidden words"]], "echo", .ok),
            (["name": "echo"], "echo", .invalidArguments),
            (["name": "echo", "arguments": 5], "echo", .invalidArguments),
            (["name": "broken"], "broken", .failed),
            // This client cannot be asked.
            (["name": "confirm"], "confirm", .toolError),
            // Its scope is write.
            (["name": "change"], "change", .refused), (["name": "ecco"], "ecco", .refused),
            (["name": "any text at all"], nil, .refused), ([:], nil, .failed),
        ]
        for (params, tool, outcome) in cases {
            auditor.calls = []
            await ask(.november2025, params)
            #expect(auditor.calls.count == 1)
            let call = auditor.calls.first
            #expect(call?.label == "ann" && call?.tool == tool, "\(params)")
            // What is refused is nobody's, so that nothing tells what is hidden from what is not there.
            let isKnown = tool != nil && outcome != .refused
            #expect(call?.source == (isKnown ? ToolAudit.builtIn : nil), "\(params)")
            #expect(call?.outcome == outcome, "\(params)")
            #expect(call?.durationNanoseconds == 1_000_000)
        }
    }

    @Test(
        arguments: [
            (nil, .toolError), (.timeout, .timeout), (.busy, .busy), (.outcomeUnknown, .outcomeUnknown),
        ] as [(ToolAudit.Outcome?, ToolAudit.Outcome)])
    func aToolSaysHowItHasFailed(said: ToolAudit.Outcome?, told: ToolAudit.Outcome) async throws {
        let dispatcher = Fixture.dispatcher()
        dispatcher.auditor = auditor
        dispatcher.registry.replace(
            source: "git",
            with: [
                try Tool(
                    outside: "git__clone", title: "", description: "", input: Fixture.none, hints: Fixture.hints,
                    scope: .read
                ) { _, _ throws(CallFailure) in .failure("no", said) }
            ])
        let result = await Asker(.july2026, dispatcher: dispatcher).call("git.clone")
        #expect(result?["isError"] == true)
        #expect(auditor.calls.map(\.outcome) == [told])
        #expect(auditor.calls.first?.tool == "git__clone" && auditor.calls.first?.source == "git")
    }

    @Test func theHostOfAFileIsToldOfACallThatWantedOne() async throws {
        let dispatcher = Fixture.dispatcher()
        dispatcher.auditor = auditor
        var result = ToolResult.text("done")
        result.host = "files.example"
        let sent = result
        dispatcher.registry.replace(
            source: "plugins",
            with: [
                try Tool(
                    outside: "image__run", title: "", description: "", input: Fixture.none, hints: Fixture.hints,
                    scope: .read
                ) { _, _ throws(CallFailure) in sent }
            ])
        let asker = Asker(.july2026, dispatcher: dispatcher)
        #expect(await asker.call("image__run")?["content"] == [["type": "text", "text": "done"]])
        _ = await asker.call("echo", ["text": "x"])
        #expect(auditor.calls.map(\.host) == ["files.example", nil])
    }

    /// There is no room for them, or their session has ended: they were made all the same.
    @Test func aCallThatCannotBeginIsToldToo() {
        let dispatcher = Fixture.dispatcher()
        dispatcher.auditor = auditor
        let caller = Fixture.caller(.march2025, principal: Principal(label: "ann", scopes: .read))
        func part(_ tool: JSON, id: Int) -> JSONRPCPayload.Part {
            .message(
                .request(id: JSONRPCID(id), method: "tools/call", params: ["name": tool, "arguments": ["text": "x"]]))
        }
        let parts = [part("echo", id: 1), part("change", id: 2), part("none", id: 3), part(5, id: 4)]
        #expect(dispatcher.refuse(parts, with: .tooManyRequests, from: caller).count == 4)
        #expect(auditor.calls.map(\.outcome) == [.busy, .busy, .busy, .busy])
        #expect(auditor.calls.map(\.tool) == ["echo", nil, nil, nil])
        #expect(auditor.calls.map(\.source) == [ToolAudit.builtIn, nil, nil, nil])
        auditor.calls = []
        _ = dispatcher.refuse([part("echo", id: 1)], with: .sessionNotFound, from: caller)
        #expect(auditor.calls.map(\.outcome) == [.refused] && auditor.calls.first?.label == "ann")
    }

    @Test func aCallThatAsksFirst() async {
        await ask(.july2026, ["name": "confirm"], ["elicitation": [:]])
        #expect(auditor.calls.map(\.outcome) == [.inputRequired])
        auditor.calls = []
        await ask(.november2025, ["name": "confirm"], ["elicitation": [:]])
        #expect(auditor.calls.map(\.outcome) == [.cancelled])
    }

    /// Its handler may be done with it, or may have given up waiting for a write that goes on.
    @Test func aCallThatNobodyWaitsForIsToldAsCancelled() async {
        // A task of its own: with the test's own the whole run would be cancelled.
        nonisolated(unsafe) let suite = self
        await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await suite.ask(.november2025, ["name": "echo", "arguments": ["text": "x"]])
        }.value
        #expect(auditor.calls.map(\.outcome) == [.cancelled])
    }

    @Test func argumentsAreADigestThatTellsThemApart() async {
        for text in ["a", "b", "a"] { await ask(.july2026, ["name": "echo", "arguments": ["text": .string(text)]]) }
        let digests = auditor.calls.map(\.argumentDigest)
        #expect(digests[0] == digests[2] && digests[0] != digests[1])
        auditor.calls = []
        await ask(.july2026, ["name": "echo"])
        await ask(.july2026, ["name": "echo", "arguments": [:]])
        #expect(auditor.calls[0].argumentDigest == auditor.calls[1].argumentDigest)
    }
}
