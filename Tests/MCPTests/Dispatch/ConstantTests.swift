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
                let short = try #require(dispatcher.readyAnswer(to: message, from: caller))
                guard case .answer(let long) = await dispatcher.serve(message, from: caller, to: ListeningSink()) else {
                    Issue.record("no answer")
                    return
                }
                #expect(String(decoding: short, as: UTF8.self) == String(decoding: long.encoded, as: UTF8.self))
            }
        }
    }

    @Test(arguments: Revision.allCases)
    func aListIsTheSameBothWays(_ revision: Revision) async throws {
        let dispatcher = Fixture.dispatcher(pageSize: 3)
        let reader = Principal(label: "r", scopes: .read)
        let bounded = Principal(label: "b", scopes: .all, tools: [try #require(ToolFilter(["e*"]))])
        for _ in 0..<2 {
            for principal in [.local, reader, bounded] {
                let caller = Fixture.caller(revision, principal: principal)
                var params = JSONObject()
                repeat {
                    let message = JSONRPCMessage.request(id: .string("é\""), method: "tools/list", params: params)
                    let short = try #require(dispatcher.readyAnswer(to: message, from: caller))
                    guard case .answer(let long) = await dispatcher.serve(message, from: caller, to: ListeningSink())
                    else {
                        Issue.record("no answer")
                        return
                    }
                    #expect(String(decoding: short, as: UTF8.self) == String(decoding: long.encoded, as: UTF8.self))
                    params["cursor"] = try JSON.parse(short)["result"]?["nextCursor"]
                } while params["cursor"] != nil
            }
        }
    }

    @Test func aListThatWasRenderedIsRenderedAnewWhenItIsAnotherOne() throws {
        let dispatcher = Fixture.dispatcher()
        let caller = Fixture.caller(.november2025)
        func names() throws -> [String] {
            let message = JSONRPCMessage.request(id: JSONRPCID(1), method: "tools/list", params: nil)
            let list = try JSON.parse(try #require(dispatcher.readyAnswer(to: message, from: caller)))
            return list["result"]?["tools"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        }
        let before = try names()
        dispatcher.registry.replace(
            source: "s",
            with: [
                try Tool(
                    outside: "s__new", title: "", description: "", input: Fixture.none, hints: Fixture.hints,
                    scope: .read
                ) { _, _ throws(CallFailure) in .text("") }
            ])
        #expect(try names() == before + ["s__new"])
        dispatcher.registry.replace(source: "s", with: [])
        #expect(try names() == before)
    }

    @Test func whateverNeedsACloserLookGoesTheLongWay() {
        let dispatcher = dispatcher()
        func isShort(
            _ method: String, _ params: JSONObject?, scopes: Principal.Scopes = .all
        ) -> Bool {
            let caller = Fixture.caller(.july2026, principal: Principal(label: "x", scopes: scopes))
            let message = JSONRPCMessage.request(id: JSONRPCID(1), method: method, params: params)
            return dispatcher.readyAnswer(to: message, from: caller) != nil
        }
        #expect(isShort("tools/call", ["name": "constant", "arguments": [:]]))
        #expect(!isShort("tools/call", ["name": "constant", "arguments": ["x": 1]]))
        #expect(!isShort("tools/call", ["name": "constant", "arguments": []]))
        #expect(!isShort("tools/call", ["name": "constant", "requestState": "x"]))
        #expect(!isShort("tools/call", ["name": "constant"], scopes: .read))
        #expect(!isShort("tools/call", ["name": "echo"]))
        #expect(!isShort("tools/call", nil))
        #expect(!isShort("prompts/get", ["name": "constant"]))
        #expect(isShort("tools/list", nil) && isShort("tools/list", ["cursor": nil]))
        for cursor in [5, "not given out", [:]] as [JSON] { #expect(!isShort("tools/list", ["cursor": cursor])) }
        dispatcher.registry = Registry()
        #expect(!isShort("tools/call", ["name": "constant"]))
        #expect(!isShort("tools/list", nil))
    }
}
