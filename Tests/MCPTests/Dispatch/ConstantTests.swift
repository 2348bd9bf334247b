import Core
import MCP
import Testing

/// What is rendered beforehand is what the long way would have said.
@Suite struct ConstantTests {
    private func dispatcher() -> Dispatcher {
        Fixture.dispatcher { registry in
            registry.add(
                Tool(
                    "constant", title: "Constant", description: "Never changes.", hints: Fixture.hints, scope: .write,
                    constant: .structured(["said": "the \"same\""])))
        }
    }

    @Test(arguments: Revision.allCases)
    func bothWaysSayTheSame(_ revision: Revision) async throws {
        let dispatcher = dispatcher()
        let caller = Fixture.caller(revision)
        for id in [JSONRPCID(7), .string("é\""), .number(try #require(JSONNumber(text: "12345678901234567890.0")))] {
            for params in [["name": "constant"], ["name": "constant", "arguments": nil]] as [JSONObject] {
                let message = JSONRPCMessage.request(id: id, method: "tools/call", params: params)
                let short = try #require(dispatcher.constantAnswer(to: message, from: caller))
                guard case .answer(let long) = await dispatcher.serve(message, from: caller, to: ListeningSink()) else {
                    Issue.record("no answer")
                    return
                }
                #expect(String(decoding: short, as: UTF8.self) == String(decoding: long.encoded, as: UTF8.self))
            }
        }
    }

    @Test func whateverNeedsACloserLookGoesTheLongWay() {
        let dispatcher = dispatcher()
        func isShort(
            _ method: String, _ params: JSONObject?, scopes: Principal.Scopes = .all
        ) -> Bool {
            let caller = Fixture.caller(.july2026, principal: Principal(label: "x", scopes: scopes))
            let message = JSONRPCMessage.request(id: JSONRPCID(1), method: method, params: params)
            return dispatcher.constantAnswer(to: message, from: caller) != nil
        }
        #expect(isShort("tools/call", ["name": "constant", "arguments": [:]]))
        #expect(!isShort("tools/call", ["name": "constant", "arguments": ["x": 1]]))
        #expect(!isShort("tools/call", ["name": "constant", "arguments": []]))
        #expect(!isShort("tools/call", ["name": "constant", "requestState": "x"]))
        #expect(!isShort("tools/call", ["name": "constant"], scopes: .read))
        #expect(!isShort("tools/call", ["name": "echo"]))
        #expect(!isShort("tools/call", nil))
        #expect(!isShort("prompts/get", ["name": "constant"]))
        dispatcher.registry = Registry()
        #expect(!isShort("tools/call", ["name": "constant"]))
    }
}
