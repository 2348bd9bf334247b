import Core
import Store
import TestKit
import Testing

@testable import Gateway

/// What somebody has agreed to, or not, counts for all gateways on one store, and without the store nothing does.
@Suite struct ConfirmationStoreTests {
    private typealias Scene = ConfirmerTests.Scene

    /// What was answered at one gateway is answered at all on its store, whatever state somebody has kept.
    @Test(
        arguments: ConfirmerTests.asking,
        [
            ["action": "decline"], ["action": "cancel"], ["action": "accept", "content": ["confirm": false]],
            ConfirmerTests.agreed,
        ] as [JSON])
    func aFormIsAnsweredOnce(name: String, answer: JSON) async throws {
        let (luma, store) = (EmulatedLuma(), SQLiteStateStore(.memory))
        try await InProcess.serve(luma: luma, store: store) { (here: InProcess) async throws in
            try await InProcess.serve(luma: luma, store: store) { (there: InProcess) async throws in
                let scene = try Scene(SurfaceStage(gateway: here), name)
                var params: JSONObject = ["name": .string(scene.tool), "arguments": .object(scene.arguments)]
                let capabilities: JSON = ["elicitation": [:]]
                let client = MCPClient(here, capabilities: capabilities)
                let asked = try await client.modern("tools/call", params).json?["result"]
                params["requestState"] = try #require(asked?["requestState"])
                params["inputResponses"] = ["agree": answer]
                let first = try await client.modern("tools/call", params).json?["result"]
                #expect(first?["isError"] == false, "\(first ?? .null)")
                let done = answer == ConfirmerTests.agreed ? 1 : 0
                #expect(scene.count == done && luma.changes == done)
                params["inputResponses"] = ["agree": ConfirmerTests.agreed]
                let other = MCPClient(there, capabilities: capabilities)
                let second = try await other.modern("tools/call", params).json?["result"]
                #expect(second?["isError"] == true, "\(second ?? .null)")
                #expect(scene.count == done && luma.changes == done)
            }
        }
    }

    /// Of what is not known to be unused nothing is done, and the model is not told to do without.
    @Test(arguments: ConfirmerTests.asking) func withoutTheStoreNothingIsDone(name: String) async throws {
        let store = ScriptedStore()
        try await InProcess.serve(store: store) { (gateway: InProcess) async throws in
            let scene = try Scene(SurfaceStage(gateway: gateway), name)
            let arguments = scene.with(try await scene.preview()["confirm"])
            store.fail(.takeNonce, StoreFailure(.diskFull))
            let told = try await scene.refusal(arguments)
            #expect(told.contains("nothing was done") && told.contains("then call again"), "\(told)")
            #expect(!told.contains("key") && scene.count == 0 && scene.stage.luma.changes == 0, "\(told)")
            _ = try await scene.stage.result(scene.tool, arguments)
            #expect(scene.count == 1 && scene.stage.luma.changes == 1)
        }
    }
}
