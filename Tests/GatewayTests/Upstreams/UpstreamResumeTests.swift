import Core
import IOTestKit
import MCP
import Synchronization
import TestKit
import Testing

@testable import Gateway

/// A stream with the answer of a call that ends before it.
@Suite struct UpstreamResumeTests {
    /// What happens to the stream of a call, to what comes of it, and after which identifiers it is taken up.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var first: FakeUpstream.Reply
        /// The answers to each request that takes it up; nil stands for the call's own answer.
        var then: [FakeUpstream.Reply?] = []
        var code: JSON? = nil
        var after: [String] = []
    }

    private static let note: JSON = ["jsonrpc": "2.0", "method": "notifications/message", "params": ["level": "info"]]
    private static let refused = FakeUpstream.Reply.raw("", status: "405 Method Not Allowed", fields: "Allow: POST\r\n")

    private static let cases = [
        Case(
            testDescription: "breaks off", first: .numbered([note, note], from: 1, breaksOff: true), then: [nil],
            after: ["2"]),
        Case(
            testDescription: "ends, as one does that is to be polled",
            first: .numbered([], from: 7, breaksOff: false, fields: "retry: 10\n"), then: [nil], after: ["7"]),
        Case(
            testDescription: "breaks off twice", first: .numbered([note], from: 1, breaksOff: true),
            then: [.numbered([note], from: 2, breaksOff: true, fields: "retry: 10\n"), nil], after: ["1", "2"]),
        Case(
            testDescription: "brings nothing new", first: .numbered([note], from: 1, breaksOff: true),
            then: [.events([])], code: "outcome_unknown", after: ["1"]),
        Case(
            testDescription: "cannot be taken up", first: .numbered([note], from: 1, breaksOff: true),
            then: [refused], code: "outcome_unknown", after: ["1"]),
        Case(testDescription: "has no identifiers", first: .events([note]), code: "outcome_unknown"),
        Case(testDescription: "has nothing", first: .hangUp, code: "outcome_unknown"),
    ]

    @Test(arguments: cases) func aCallIsMadeOnceAndItsStreamTakenUp(_ given: Case) async throws {
        let call = Mutex<JSON>(.null)
        let script: FakeUpstream.Script = { message in
            switch message.method {
            case "tools/call":
                call.withLock { $0 = message.id ?? .null }
                return given.first
            case "GET":
                guard message.earlier < given.then.count else { return Self.refused }
                if let reply = given.then[message.earlier] { return reply }
                let result: JSON = ["content": [["type": "text", "text": "late"]]]
                return .events([Self.note, ["jsonrpc": "2.0", "id": call.withLock { $0 }, "result": result]])
            default: return nil
            }
        }
        try await FakeUpstream.serve(.session, script) { upstream in
            try await UpstreamToolsTests.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                let result = try await gateway.call("docs__delete")
                #expect(result["structuredContent"]?["error"]?["code"] == given.code, "\(result)")
                if given.code == nil {
                    #expect(result["content"]?.arrayValue?.first?["text"] == "late", "\(result)")
                }
                #expect(upstream.count("tools/call") == 1)
                let requests = upstream.messages.filter { $0.method == "GET" }.map(\.request)
                #expect(requests.map { $0.field("last-event-id") ?? "" } == given.after)
                #expect(requests.allSatisfy { $0.field("mcp-session-id") == "s1" })
            }
        }
    }

    /// In the newest revision there is nothing to take up.
    @Test func aModernStreamIsNotTakenUp() async throws {
        let script: FakeUpstream.Script = { message in
            message.method == "tools/call" ? .numbered([Self.note], from: 1, breaksOff: true) : nil
        }
        try await FakeUpstream.serve(.modern, script) { upstream in
            try await UpstreamToolsTests.serve([("docs", upstream.url)]) { (gateway: InProcess) async throws in
                _ = try await gateway.upstreamTools(2)
                let result = try await gateway.call("docs__delete")
                #expect(result["structuredContent"]?["error"]?["code"] == "outcome_unknown", "\(result)")
                #expect(upstream.count("GET") == 0)
            }
        }
    }
}
