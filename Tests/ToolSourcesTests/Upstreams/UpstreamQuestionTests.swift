import Core
import MCP
import Testing

@testable import ToolSources

@Suite struct UpstreamQuestionTests {
    private static func form(_ message: JSON = "Which?", method: JSON = "elicitation/create", mode: JSON = "form")
        -> JSON
    {
        ["method": method, "params": ["mode": mode, "message": message, "requestedSchema": ["type": "object"]]]
    }

    private static func result(_ requests: JSON, state: JSON = "s") -> JSONObject {
        ["resultType": "input_required", "inputRequests": requests, "requestState": state]
    }

    @Test func itComesBackAsItWent() throws {
        let first = try #require(
            UpstreamQuestion(Self.result(["k": Self.form("Which\u{202e}?")]), after: nil, from: "docs"))
        #expect(UpstreamQuestion(state: first.state) == first && first.requestState == "s")
        #expect(first.requests.map(\.key) == ["1.k"])
        #expect(first.requests.first?.request.params?["message"] == "docs asks: Which?")
        #expect(first.responses([["action": "decline"]]) == ["k": ["action": "decline"]])
        // The same key in the next round is another question.
        let second = UpstreamQuestion(Self.result(["k": Self.form()]), after: first, from: "docs")
        #expect(second?.requests.map(\.key) == ["2.k"])
    }

    /// However the rounds come: a server must not ask a user without end.
    @Test func itAsksNoMoreThanSoOften() throws {
        var last: UpstreamQuestion?
        for _ in 0..<UpstreamQuestion.maxRounds {
            let next = try #require(UpstreamQuestion(Self.result(["k": Self.form()]), after: last, from: "docs"))
            last = UpstreamQuestion(state: next.state)
        }
        #expect(UpstreamQuestion(Self.result(["k": Self.form()]), after: last, from: "docs") == nil)
    }

    @Test func aStateAloneIsEnough() {
        let question = UpstreamQuestion(
            ["resultType": "input_required", "requestState": "s"], after: nil, from: "docs")
        #expect(question?.requests.isEmpty == true && question?.requestState == "s")
    }

    @Test(
        arguments: [
            ["resultType": "complete", "requestState": "s"], ["resultType": "input_required"],
            Self.result(["k": Self.form(method: "sampling/createMessage")]), Self.result(["k": Self.form(mode: "url")]),
            Self.result(["k": Self.form(7)]), Self.result(["k": 7]),
            Self.result(["k": Self.form()], state: .string(String(repeating: "x", count: 70_000))),
            Self.result(.object(JSONObject((0..<11).map { (name: "\($0)", value: Self.form()) }))),
        ] as [JSONObject])
    func whatIsNoFormIsNotPassedOn(_ result: JSONObject) {
        #expect(UpstreamQuestion(result, after: nil, from: "docs") == nil)
    }

    /// A call that waits for its answer is named in what travels.
    @Test func aCallThatWaitsIsNamed() throws {
        let params: JSONObject = ["message": "Which?", "requestedSchema": ["type": "object"]]
        let first = try #require(UpstreamQuestion(asked: params, after: nil, held: "a", from: "docs"))
        #expect(UpstreamQuestion(state: first.state) == first && first.held == "a")
        let second = try #require(UpstreamQuestion(asked: params, after: first, held: "b", from: "docs"))
        #expect(first.requests.map(\.key) == ["1.form"] && second.requests.map(\.key) == ["2.form"])
        for wrong: JSONObject in [
            [:], ["message": "Which?"], ["message": 1, "requestedSchema": [:]],
            ["mode": "url", "message": "Go", "url": "https://x.example/"],
        ] { #expect(UpstreamQuestion(asked: wrong, after: nil, held: "a", from: "docs") == nil, "\(wrong)") }
    }
}
