import Core
import Foundation
import MCP
import TestKit
import Testing

private let referenceFolder = ProcessInfo.processInfo.environment["LUMA_REFERENCE_DIR"]

/// Everything that the dispatcher says, against the schema of its revision as the protocol's authors publish it.
@Suite(.enabled(if: referenceFolder != nil, "LUMA_REFERENCE_DIR names the folder with mcp/schema-<revision>.json"))
struct OfficialSchemaTests {
    private let able: JSON = ["elicitation": [:], "sampling": [:], "roots": [:]]

    private func schema(_ revision: Revision) throws -> JSONSchemaChecker {
        let folder = try #require(referenceFolder)
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/mcp/schema-\(revision.rawValue).json"))
        return JSONSchemaChecker(try JSON.parse(Array(data)))
    }

    /// The methods with the definition of their result, and parameters that give one.
    private let requests: [(method: String, definition: String, params: JSONObject?)] = [
        ("tools/list", "ListToolsResult", nil),
        ("tools/call", "CallToolResult", ["name": "echo", "arguments": ["text": "x"]]),
        ("tools/call", "CallToolResult", ["name": "echo"]),
        ("tools/call", "CallToolResult", ["name": "everything"]),
        ("prompts/list", "ListPromptsResult", nil),
        ("prompts/get", "GetPromptResult", ["name": "greet", "arguments": ["who": "Ada"]]),
        ("resources/list", "ListResourcesResult", nil),
        ("resources/templates/list", "ListResourceTemplatesResult", nil),
        ("resources/read", "ReadResourceResult", ["uri": "test://static"]),
        ("resources/read", "ReadResourceResult", ["uri": "test://binary"]),
        (
            "completion/complete", "CompleteResult",
            [
                "ref": ["type": "ref/prompt", "name": "greet"],
                "argument": ["name": "who", "value": "a"],
            ]
        ),
    ]

    @Test(arguments: Revision.allCases)
    func everyResultFits(_ revision: Revision) async throws {
        let schema = try schema(revision)
        for pageSize in [2, 50] {
            let asker = Asker(revision, dispatcher: Fixture.dispatcher({ $0.listsChange = true }, pageSize: pageSize))
            for request in requests {
                guard case .answer(let answer) = await asker.outcome(request.method, request.params) else {
                    Issue.record("\(request.method) has no answer")
                    continue
                }
                let result = try #require(answer.json["result"], "\(request.method)")
                #expect(schema.problems(result, definition: request.definition) == [], "\(request.method)")
                #expect(schema.problems(result, definition: "ServerResult") == [], "\(request.method)")
                #expect(schema.problems(answer.json, definition: "JSONRPCMessage") == [], "\(request.method)")
            }
        }
    }

    @Test(arguments: Fixture.legacy)
    func everyLegacyMessageFits(_ revision: Revision) async throws {
        let schema = try schema(revision)
        let dispatcher = Fixture.dispatcher { $0.listsChange = true }
        let handshake = dispatcher.initialize(
            JSONRPCID(1), ["protocolVersion": .string(revision.rawValue), "capabilities": able], .local)
        let initialized = try #require(handshake.answer.json["result"])
        #expect(schema.problems(initialized, definition: "InitializeResult") == [])

        let asker = Asker(revision, able, dispatcher: dispatcher)
        for method in ["ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"] {
            let result = try #require(await asker.result(method, ["level": "debug", "uri": "test://static"]))
            #expect(schema.problems(result, definition: "EmptyResult") == [])
        }
        _ = await asker.result("resources/subscribe", ["uri": "test://static"])
        _ = await asker.result("tools/call", ["name": "chatty", "_meta": ["progressToken": 7]])
        let session = try #require(asker.caller.session)
        let changes: [Change] = [
            .toolsListed, .promptsListed, .resourcesListed, .resourceUpdated(uri: "test://static"),
        ]
        let sent = asker.sink.sent + changes.compactMap(session.message)
        #expect(sent.count == 8)
        for message in sent {
            #expect(schema.problems(message.json, definition: "ServerNotification") == [], "\(message)")
        }
        asker.sink.answers = [["action": "cancel"], ["content": ["type": "text", "text": ""]]]
        _ = await asker.call("confirm")
        _ = await asker.call("model")
        #expect(asker.sink.asked.count == (revision >= .june2025 ? 2 : 1))
        for (method, params) in asker.sink.asked {
            let request = JSONRPCMessage.request(id: .string("srv-1"), method: method, params: params)
            #expect(schema.problems(request.json, definition: "ServerRequest") == [], "\(method)")
        }
    }

    @Test func everyModernMessageFits() async throws {
        let schema = try schema(.july2026)
        let asker = Asker(.july2026, able, dispatcher: Fixture.dispatcher { $0.listsChange = true })
        let discovery = try #require(await asker.result("server/discover"))
        #expect(schema.problems(discovery, definition: "DiscoverResult") == [])
        for tool in ["confirm", "model"] {
            let asked = try #require(await asker.call(tool))
            #expect(asked["resultType"] == "input_required")
            #expect(schema.problems(asked, definition: "InputRequiredResult") == [])
        }
        _ = await asker.result(
            "tools/call",
            [
                "name": "chatty",
                "_meta": ["progressToken": "t", "io.modelcontextprotocol/logLevel": "debug"],
            ])
        let wanted: JSON = [
            "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
            "resourceSubscriptions": ["test://static"],
        ]
        let outcome = await asker.outcome("subscriptions/listen", ["notifications": wanted], id: .string("l"))
        guard case .listening(let subscription) = outcome else {
            Issue.record("no stream")
            return
        }
        let changes: [Change] = [
            .toolsListed, .promptsListed, .resourcesListed, .resourceUpdated(uri: "test://static"),
        ]
        let sent =
            asker.sink.sent + [subscription.acknowledgement] + changes.compactMap { subscription.message(for: $0) }
        #expect(sent.count == 9)
        for message in sent {
            #expect(schema.problems(message.json, definition: "ServerNotification") == [], "\(message)")
        }
        #expect(schema.problems(subscription.ending.json, definition: "SubscriptionsListenResultResponse") == [])
    }

    @Test(arguments: Revision.allCases)
    func everyErrorFits(_ revision: Revision) async throws {
        let schema = try schema(revision)
        let definition = revision >= .november2025 ? "JSONRPCErrorResponse" : "JSONRPCError"
        let asker = Asker(revision)
        let failing: [(String, JSONObject?)] = [
            ("none", nil), ("tools/call", nil), ("tools/call", ["name": "broken"]),
            ("resources/read", ["uri": "test://nothing"]), ("tools/list", ["cursor": "x"]),
        ]
        for (method, params) in failing {
            guard case .answer(let answer) = await asker.outcome(method, params, id: .string("e")) else { continue }
            #expect(answer.json["error"] != nil)
            #expect(schema.problems(answer.json, definition: definition) == [])
        }
        guard revision.era == .modern else { return }
        func problems(_ error: JSONRPCError, _ definition: String) -> [String] {
            schema.problems(JSONRPCMessage.failure(id: JSONRPCID(1), error: error).json, definition: definition)
        }
        #expect(
            problems(.unsupportedVersion("x", supported: Revision.allCases), "UnsupportedProtocolVersionError") == [])
        #expect(problems(.missingCapability(["sampling": [:]]), "MissingRequiredClientCapabilityError") == [])
        #expect(problems(.headerMismatch("x"), "HeaderMismatchError") == [])
    }

    @Test func theCheckerItselfFails() throws {
        let schema = try schema(.july2026)
        #expect(!schema.problems(["tools": []], definition: "ListToolsResult").isEmpty)
        #expect(!schema.problems(["resultType": 1], definition: "InputRequiredResult").isEmpty)
        #expect(!schema.problems(["type": "text"], definition: "ContentBlock").isEmpty)
        #expect(!schema.problems([:], definition: "NoSuchThing").isEmpty)
    }
}
