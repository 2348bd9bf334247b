import Core
import MCP
import Testing

@Suite struct JSONRPCTests {
    @Test(arguments: [
        (
            #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
            JSONRPCMessage.request(id: JSONRPCID(1), method: "ping", params: nil)
        ),
        (
            #"{"method":"tools/call","params":{"name":"x"},"id":"a-1","jsonrpc":"2.0"}"#,
            .request(id: .string("a-1"), method: "tools/call", params: ["name": "x"])
        ),
        (
            #"{"jsonrpc":"2.0","id":0,"method":"m","params":null,"extra":[1]}"#,
            .request(id: JSONRPCID(0), method: "m", params: nil)
        ),
        (#"{"jsonrpc":"2.0","id":"","method":""}"#, .request(id: .string(""), method: "", params: nil)),
        (
            #"{"jsonrpc":"2.0","method":"notifications/initialized","params":{}}"#,
            .notification(method: "notifications/initialized", params: [:])
        ),
        (#"{"jsonrpc":"2.0","id":7,"result":{}}"#, .response(id: JSONRPCID(7), result: [:])),
        (#"{"jsonrpc":"2.0","id":7,"result":null}"#, .response(id: JSONRPCID(7), result: nil)),
        (
            #"{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"no","data":[1]}}"#,
            .failure(id: JSONRPCID(7), error: JSONRPCError(code: -32601, message: "no", data: [1]))
        ),
        (
            #"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}"#,
            .failure(id: nil, error: JSONRPCError(code: 1, message: ""))
        ),
        (
            #"{"jsonrpc":"2.0","error":{"code":1,"message":""}}"#,
            .failure(id: nil, error: JSONRPCError(code: 1, message: ""))
        ),
    ])
    func aMessageIsReadAndWritten(_ text: String, _ message: JSONRPCMessage) {
        #expect(JSONRPCPayload(parsing: Array(text.utf8)) == .single(.message(message)))
        #expect(JSONRPCPayload(parsing: message.encoded) == .single(.message(message)))
    }

    @Test(arguments: [
        ("1", nil), (#""x""#, nil), ("null", nil), ("{}", nil), (#"{"jsonrpc":"2.0"}"#, nil),
        (#"{"jsonrpc":"2.0","id":1}"#, JSONRPCID(1)), (#"{"id":1,"method":"m"}"#, JSONRPCID(1)),
        (#"{"jsonrpc":"1.0","id":1,"method":"m"}"#, JSONRPCID(1)),
        (#"{"jsonrpc":2.0,"id":"b","method":"m"}"#, .string("b")),
        (#"{"jsonrpc":"2.0","id":null,"method":"m"}"#, nil), (#"{"jsonrpc":"2.0","id":true,"method":"m"}"#, nil),
        (#"{"jsonrpc":"2.0","id":[1],"method":"m"}"#, nil), (#"{"jsonrpc":"2.0","id":{},"result":1}"#, nil),
        (#"{"jsonrpc":"2.0","id":1,"method":5}"#, JSONRPCID(1)),
        (#"{"jsonrpc":"2.0","id":1,"method":null}"#, JSONRPCID(1)),
        (#"{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}"#, JSONRPCID(1)),
        (#"{"jsonrpc":"2.0","id":1,"method":"m","params":"x"}"#, JSONRPCID(1)),
        (#"{"jsonrpc":"2.0","method":"m","params":[1]}"#, nil), (#"{"jsonrpc":"2.0","result":1}"#, nil),
        (#"{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}"#, JSONRPCID(1)),
        (#"{"jsonrpc":"2.0","id":1,"method":"m","result":1}"#, JSONRPCID(1)),
        (#"{"jsonrpc":"2.0","id":false,"error":{"code":1,"message":""}}"#, nil), ("[]", nil),
    ])
    func whatIsNoMessageIsAnInvalidRequestWithTheIDIfThereIsOne(_ text: String, _ id: JSONRPCID?) {
        guard case .single(.invalid(let found, let error, _)) = JSONRPCPayload(parsing: Array(text.utf8)) else {
            Issue.record("accepted: \(text)")
            return
        }
        #expect(found == id)
        #expect(error.code == -32600)
    }

    /// Its id is that of a question of ours: an answer to it could pass for the answer to a request of the client's.
    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":""}}"#, JSONRPCID(1)),
        (#"{"jsonrpc":"2.0","id":"q","error":{"code":1}}"#, .string("q")),
        (#"{"jsonrpc":"2.0","id":1,"error":null}"#, JSONRPCID(1)), (#"{"jsonrpc":"2.0","error":{}}"#, nil),
        (#"{"jsonrpc":"2.0","id":null,"error":7}"#, nil),
    ])
    func anAnswerThatCannotBeTakenEndsItsQuestion(_ text: String, _ id: JSONRPCID?) {
        guard case .single(.message(.failure(let found, let error))) = JSONRPCPayload(parsing: Array(text.utf8)) else {
            Issue.record("no failure: \(text)")
            return
        }
        #expect(found == id && error.code == -32600)
    }

    @Test(arguments: ["", "{", "{\"a\":1,\"a\":2}", "nope", "{\"id\":1}x"])
    func whatIsNoJSONIsAParseErrorWithItsPlace(_ text: String) {
        guard case .single(.invalid(nil, let error, _)) = JSONRPCPayload(parsing: Array(text.utf8)) else {
            Issue.record("accepted: \(text)")
            return
        }
        #expect(error.code == -32700)
        #expect(error.data?["offset"]?.intValue != nil)
    }

    @Test(arguments: ["1", "-5", "1.0", "1e3", "12345678901234567890123", "\"1\"", "\"\u{e9}\""])
    func anIDGoesBackExactlyAsItCame(_ id: String) throws {
        let text = "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"m\"}"
        guard case .single(.message(.request(let read, _, _))) = JSONRPCPayload(parsing: Array(text.utf8)) else {
            Issue.record("refused: \(text)")
            return
        }
        let answer = JSONRPCMessage.response(id: read, result: true)
        #expect(String(decoding: answer.encoded, as: UTF8.self) == "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"result\":true}")
    }

    @Test func aBatchKeepsEveryPartInOrder() {
        let text = #"[{"jsonrpc":"2.0","id":1,"method":"a"},7,{"jsonrpc":"2.0","method":"b"},{"id":"x"}]"#
        guard case .batch(let parts) = JSONRPCPayload(parsing: Array(text.utf8)), parts.count == 4 else {
            Issue.record("no batch")
            return
        }
        #expect(parts[0] == .message(.request(id: JSONRPCID(1), method: "a", params: nil)))
        #expect(parts[2] == .message(.notification(method: "b", params: nil)))
        guard case .invalid(nil, let first, _) = parts[1], case .invalid(.string("x"), let second, _) = parts[3] else {
            Issue.record("accepted")
            return
        }
        #expect([first.code, second.code] == [-32600, -32600])
    }

    @Test func aBatchIsBounded() {
        let items = [JSON](repeating: ["jsonrpc": "2.0", "method": "m"], count: 3)
        guard case .batch = JSONRPCPayload(.array(items), maxBatch: 3) else {
            Issue.record("refused")
            return
        }
        guard case .single(.invalid(nil, let error, _)) = JSONRPCPayload(.array(items), maxBatch: 2) else {
            Issue.record("accepted")
            return
        }
        #expect(error.code == -32600)
    }

    @Test func aBatchOfAnswersIsWritten() {
        let messages: [JSONRPCMessage] = [
            .response(id: JSONRPCID(1), result: [:]), .failure(id: nil, error: .invalidRequest()),
        ]
        let expected =
            #"[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request"}}]"#
        #expect(String(decoding: JSONRPCPayload.encode(batch: messages), as: UTF8.self) == expected)
    }

    @Test func theStandardCodesAreThose() {
        let errors: [JSONRPCError] = [
            .parseError(), .invalidRequest(), .methodNotFound(), .invalidParams(), .internalError(),
        ]
        #expect(errors.map(\.code) == [-32700, -32600, -32601, -32602, -32603])
    }
}
