import Core
import IOTestKit
import MCP
import Store
import Synchronization
import TestKit
import Testing

@testable import Gateway

/// What an upstream has offered is offered over a restart of the gateway, until it says itself what there is.
@Suite struct UpstreamMemoryTests {
    private static let more = #", "pin": "off""#

    @Test func whatWasOfferedBeforeTheStartIsOfferedUntilItAnswers() async throws {
        let store = SQLiteStateStore(.memory)
        let isDown = Mutex(false)
        let script: FakeUpstream.Script = { message in
            if isDown.withLock({ $0 }) { return .raw("", status: "503 Service Unavailable") }
            guard message.method == "tools/list", message.earlier > 0 else { return nil }
            return .result(["tools": [["name": "new", "inputSchema": ["type": "object"]]]])
        }
        try await FakeUpstream.serve(.session, script) { upstream in
            let entries = [(name: "docs", url: upstream.url)]
            try await UpstreamToolsTests.serve(entries, more: Self.more, store: store) {
                (gateway: InProcess) async throws in
                #expect(try await gateway.upstreamTools(2) == ["docs__delete", "docs__echo"])
                #expect(try await gateway.upstreamState("docs")["stale"] == false)
            }
            isDown.withLock { $0 = true }
            try await UpstreamToolsTests.serve(entries, more: Self.more, store: store) {
                (gateway: InProcess) async throws in
                #expect(try await gateway.upstreamTools(2) == ["docs__delete", "docs__echo"])
                #expect(try await gateway.upstreamState("docs")["stale"] == true)
                let call = try await gateway.call("docs__echo", ["text": "hello"])
                #expect(call["structuredContent"]?["error"]?["code"] == "upstream_busy", "\(call)")

                isDown.withLock { $0 = false }
                #expect(try await gateway.upstreamTools(1) == ["docs__new"])
                let state = try await gateway.upstreamState("docs")
                #expect(state["stale"] == false && state["state"] == "on", "\(state)")
                let told = await gateway.logLines().filter { $0["upstream"] == "docs" && $0["tools"] != nil }
                #expect(
                    told.map { $0["message"]?.stringValue }
                        == ["An upstream is offered as it was before the start", "An upstream is offered"], "\(told)")
            }
            isDown.withLock { $0 = true }
            // The last word counts.
            try await UpstreamToolsTests.serve(entries, more: Self.more, store: store) {
                (gateway: InProcess) async throws in
                #expect(try await gateway.upstreamTools(1) == ["docs__new"])
            }
        }
        store.close()
    }

    /// What was not seen by whoever keeps the pins is not offered: they hold as always.
    @Test func whatNoPinKnowsIsNotOffered() async throws {
        let store = SQLiteStateStore(.memory)
        let isDown = Mutex(false)
        let script: FakeUpstream.Script = { _ in
            isDown.withLock { $0 } ? .raw("", status: "503 Service Unavailable") : nil
        }
        try await FakeUpstream.serve(.session, script) { upstream in
            let entries = [(name: "docs", url: upstream.url)]
            for isFirst in [true, false] {
                isDown.withLock { $0 = !isFirst }
                try await UpstreamToolsTests.serve(entries, store: store) { (gateway: InProcess) async throws in
                    if isFirst {
                        #expect(try await gateway.upstreamTools(2).count == 2)
                        return
                    }
                    #expect(await soon { (try? await gateway.upstreamState("docs"))?["state"] == "down" })
                    #expect(try await gateway.upstreamTools(0) == [])
                }
            }
        }
        store.close()
    }

    @Test func theStoreGivesBackWhatItWasGiven() async throws {
        let store = UpstreamStore(store: SQLiteStateStore(.memory))
        store.save("docs", [1, 2])
        #expect(await Self.load("docs", store) == [1, 2])
        #expect(await Self.load("other", store) == nil)
        store.save("docs", nil)
        #expect(await Self.load("docs", store) == nil)
        store.store.close()
    }

    private static func load(_ name: String, _ store: UpstreamStore) async -> [UInt8]? {
        await withCheckedContinuation { continuation in store.load(name) { continuation.resume(returning: $0) } }
    }
}
