import Core
import MCP
import Testing

/// Nothing of a message is worked on that is larger than its bound: it is refused when it is read.
@Suite struct MessageBoundsTests {
    /// One request of each method, with every string that it may have.
    static let requests: [(method: String, params: JSON)] = [
        (
            "initialize",
            [
                "protocolVersion": "2025-11-25", "capabilities": ["experimental": ["x": "y"]],
                "clientInfo": ["name": "n", "version": "1", "title": "t"],
            ]
        ),
        ("ping", ["_meta": ["progressToken": "p"]]), ("server/discover", ["_meta": ["a": "b"]]),
        ("tools/list", ["cursor": "c"]), ("prompts/list", ["cursor": "c"]), ("resources/list", ["cursor": "c"]),
        ("resources/templates/list", ["cursor": "c"]),
        (
            "tools/call",
            [
                "name": "echo", "arguments": ["text": "t", "list": ["i"], "place": ["city": "x"]],
                "requestState": "s", "_meta": ["progressToken": "p", "traceparent": "t"],
            ]
        ),
        ("prompts/get", ["name": "greet", "arguments": ["who": "Ada"]]),
        ("resources/read", ["uri": "test://static"]), ("resources/subscribe", ["uri": "test://static"]),
        ("resources/unsubscribe", ["uri": "test://static"]), ("logging/setLevel", ["level": "debug"]),
        (
            "completion/complete",
            [
                "ref": ["type": "ref/prompt", "name": "greet", "uri": "test://{x}"],
                "argument": ["name": "who", "value": "a"], "context": ["arguments": ["how": "h"]],
            ]
        ),
        ("subscriptions/listen", ["notifications": ["resourceSubscriptions": ["test://static"]]]),
        ("notifications/cancelled", ["requestId": "1", "reason": "r"]),
    ]

    /// A megabyte of one kind of character; what a person takes for one may be any number of them.
    static let huge = [
        String(repeating: "a", count: 1_000_000), String(repeating: "\u{301}", count: 500_000),
        String(repeating: "\u{1f469}\u{200d}", count: 150_000),
    ]

    /// The document with one of its strings replaced, for each of them, and the same with a name replaced.
    private static func variants(of json: JSON, _ text: String) -> [JSON] {
        switch json {
        case .string: return [.string(text)]
        case .array(let items):
            return items.indices.flatMap { index in
                variants(of: items[index], text).map { changed in
                    var copy = items
                    copy[index] = changed
                    return .array(copy)
                }
            }
        case .object(let object):
            let values = object.members.indices.flatMap { index in
                variants(of: object.members[index].value, text).map { changed in
                    var copy = object
                    copy.members[index].value = changed
                    return JSON.object(copy)
                }
            }
            return values + [.object(JSONObject(object.members + [(name: text, value: true)]))]
        default: return []
        }
    }

    private func isRefused(_ message: JSON) -> Bool {
        guard case .single(.invalid(let id, let error, _)) = JSONRPCPayload(message) else { return false }
        let isShort = error.message.utf8.count < 500
        return isShort && (id == JSONRPCID(7) ? error.code == -32602 : message["id"]?.intValue != 7)
    }

    @Test(arguments: requests.map(\.method)) func everyStringOfEveryMethodIsBounded(method: String) throws {
        let params = try #require(Self.requests.first { $0.method == method }).params
        let whole: JSON = ["jsonrpc": "2.0", "id": 7, "method": .string(method), "params": params]
        guard case .single(.message) = JSONRPCPayload(whole) else {
            Issue.record("the request itself is not taken")
            return
        }
        for text in Self.huge {
            for variant in Self.variants(of: params, text) {
                #expect(isRefused(["jsonrpc": "2.0", "id": 7, "method": .string(method), "params": variant]))
            }
        }
    }

    @Test(arguments: huge.indices) func idAndMethodAreBounded(index: Int) {
        let text = JSON.string(Self.huge[index])
        for message in [
            ["jsonrpc": "2.0", "id": text, "method": "ping"], ["jsonrpc": "2.0", "id": 8, "method": text],
            ["jsonrpc": "2.0", "id": text, "result": [:]], ["jsonrpc": "2.0", "method": text],
        ] as [JSON] {
            guard case .single(.invalid) = JSONRPCPayload(message) else {
                Issue.record("taken")
                continue
            }
        }
    }

    @Test func itemsAndMembersAreCounted() {
        let items = JSON.array((0..<90_000).map { .number(JSONNumber($0)) })
        let members = JSON.object(JSONObject((0..<40_000).map { (name: "x\($0)", value: JSON.null) }))
        let nested = JSON.array((0..<900).map { _ in .array((0..<900).map { _ in .null }) })
        for (method, _) in Self.requests {
            for value in [items, members, nested] {
                for params in [["arguments": value], ["x": ["y": value]], value] as [JSON] {
                    let message: JSON = ["jsonrpc": "2.0", "id": 7, "method": .string(method), "params": params]
                    guard case .single(.invalid) = JSONRPCPayload(message) else {
                        Issue.record("\(method) is taken")
                        continue
                    }
                }
            }
        }
        for answer in [["result": ["roots": items]], ["error": ["code": 1, "message": "", "data": items]]] as [JSON] {
            var message: JSONObject = ["jsonrpc": "2.0", "id": "srv-1"]
            message.members += answer.objectValue?.members ?? []
            guard case .single(.message(.failure(let id, let error))) = JSONRPCPayload(.object(message)) else {
                Issue.record("an answer is taken")
                continue
            }
            #expect(id == .string("srv-1") && error.code == -32600)
        }
    }

    /// A picture that a model has made is no text of a request.
    @Test func whatAClientAnswersMayBeLong() {
        let picture: JSON = ["role": "assistant", "content": ["type": "image", "data": .string(Self.huge[0])]]
        let answers: [JSON] = [
            ["jsonrpc": "2.0", "id": "srv-1", "result": picture],
            [
                "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                "params": ["name": "model", "inputResponses": ["m": picture]],
            ],
        ]
        for answer in answers {
            guard case .single(.message) = JSONRPCPayload(answer) else {
                Issue.record("refused")
                continue
            }
        }
    }

    /// A long description is what an assistant is there to write.
    @Test func whatAPersonWritesFits() {
        let text = String(repeating: "Änderung. ", count: 10_000)
        let message: JSON = [
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": ["name": "echo", "arguments": ["description_md": .string(text)]],
        ]
        guard case .single(.message) = JSONRPCPayload(message) else {
            Issue.record("refused")
            return
        }
    }
}
