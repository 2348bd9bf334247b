import Core
import GatewayAPI
import HTTP
import IO
import LumaAPI
import Settings
import TestKit
import Testing

@testable import Gateway

/// A person agrees before a tool does what reaches people or cannot be taken back: in one way for every row that asks, whether its
/// tool is derived or written by hand.
@Suite struct ConfirmerTests {
    static let asking = Surfaces.all.filter { $0.needsConfirmation && $0.tool != nil }.map(\.operation.name)
    static let derived = asking.filter { SurfaceTests.tools.contains($0) }

    /// A row that asks, on its stage.
    struct Scene {
        let stage: SurfaceStage
        let surface: Surface
        let tool: String
        /// Of the tool.
        let arguments: JSONObject

        init(_ stage: SurfaceStage, _ name: String) throws {
            self.stage = stage
            surface = try Surface.row(name)
            tool = try #require(surface.tool)
            let example = try stage.luma.example(of: surface.operation)
            // What only the preview gets of Luma is no argument; what is said of money does not hurt.
            arguments =
                surface.isDerived(.tool)
                ? surface.given(example) : ["event_id": example["event_id"] ?? "", "refund": true]
        }

        static func play(
            _ name: String, _ settings: [Setting: String] = [:], _ scene: (Scene) async throws -> Void
        ) async throws {
            try await SurfaceStage.play(settings) { try await scene(Scene($0, name)) }
        }

        /// How often Luma was asked to do it.
        var count: Int { stage.luma.count(surface.operation.name) }

        func with(_ confirm: JSON?, _ more: JSONObject = [:]) -> JSONObject {
            var arguments = arguments
            arguments.members += more.members
            arguments["confirm"] = confirm
            return arguments
        }

        func preview() async throws -> JSON {
            let preview = try await stage.result(tool, arguments)
            #expect(preview["status"] == "needs_confirmation" && preview["expires_in_seconds"] == 600, "\(preview)")
            return preview
        }

        func refusal(_ arguments: JSONObject, token: String? = nil) async throws -> String {
            try await stage.assistant(token: token).failure(tool, .object(arguments))
        }

        /// Changes past the gateway what it is about, as another program does, and takes that back.
        func change(back: Bool = false) async throws {
            switch surface.operation.subject?.kind {
            case .guest?:
                try await stage.luma.post(
                    "events/guests/update-status",
                    [
                        "event_id": arguments["event_id"] ?? "", "guest_id": arguments["guest_id"] ?? "",
                        "status": back ? "pending_approval" : "waitlist",
                    ])
            case .event?:
                try await stage.luma.post(
                    "events/update", ["event_id": arguments["event_id"] ?? "", "name": back ? "Before" : "Other"])
            default: Issue.record("nothing is known to change of \(surface.operation.name)")
            }
        }
    }

    @Test func thereAreRowsOfEachKind() {
        #expect(!Self.derived.isEmpty && Self.derived.count < Self.asking.count)
    }

    // MARK: By a token

    @Test(arguments: asking) func nothingIsDoneBeforeSomebodyAgrees(name: String) async throws {
        try await Scene.play(name) { scene in
            let preview = try await scene.preview()
            #expect(scene.stage.luma.changes == 0 && scene.count == 0)
            let done = try await scene.stage.result(scene.tool, scene.with(preview["confirm"]))
            #expect(done["status"] != "needs_confirmation", "\(done)")
            #expect(scene.count == 1 && scene.stage.luma.changes == 1)
        }
    }

    /// What the row shows, by one fresh read, and what would be sent.
    @Test(arguments: derived) func aPreviewShowsWhatItIsAbout(name: String) async throws {
        try await Scene.play(name) { scene in
            let surface = scene.surface
            // What is kept is not looked at.
            for _ in 0..<2 {
                let preview = try await scene.preview()
                #expect(preview["sends"]?.canonical == Neutral.json(.object(scene.arguments)).canonical)
                #expect(preview["about"]?.objectValue?.names == surface.shows)
                let shown = surface.shows.map { preview["about"]?[$0] ?? .null }
                #expect(shown.contains { $0.stringValue != nil }, "\(preview)")
            }
            #expect(scene.stage.luma.asked == [surface.reading, surface.reading])
            try await scene.change()
            let later = try await scene.preview()
            #expect("\(later["about"] ?? .null)".contains("waitlist"), "\(later)")
        }
    }

    @Test(arguments: asking) func aTokenIsGoodOnce(name: String) async throws {
        try await Scene.play(name) { scene in
            let token = try await scene.preview()["confirm"]
            _ = try await scene.stage.result(scene.tool, scene.with(token))
            let again = try await scene.stage.call(scene.tool, scene.with(token))
            let status = again["structuredContent"]?["status"]
            #expect(again["isError"] == true || status == "needs_confirmation", "\(again)")
            #expect(scene.count == 1 && scene.stage.luma.changes == 1)
        }
    }

    /// Also when it is again as it was shown.
    @Test func aTokenIsGoodOnceThoughNothingHasChanged() async throws {
        try await Scene.play("events/guests/update-status") { scene in
            let token = try await scene.preview()["confirm"]
            _ = try await scene.stage.result(scene.tool, scene.with(token))
            try await scene.change(back: true)
            let changes = scene.stage.luma.changes
            #expect(try await scene.refusal(scene.with(token)).contains("This confirmation is not valid"))
            #expect(scene.stage.luma.changes == changes)
        }
    }

    @Test(arguments: asking) func itIsForTheseArgumentsAndForWhoAsked(name: String) async throws {
        try await Scene.play(name, Tokens.guarded) { scene in
            let writer = scene.stage.assistant(token: Tokens.writer)
            let token = try #require(try await writer.result(scene.tool, .object(scene.arguments))["confirm"])
            let asked = scene.stage.luma.asked
            var other = scene.with(token)
            let member = try #require(scene.surface.pathMembers.last)
            other[member] = .string((other[member]?.stringValue ?? "") + "x")
            let cases: [(JSONObject, String)] = [
                (scene.with(.string((token.stringValue ?? "") + "x")), Tokens.writer),
                (other, Tokens.writer), (scene.with(token), Tokens.admin),
            ]
            for (arguments, caller) in cases {
                let told = try await scene.refusal(arguments, token: caller)
                #expect(told.contains("This confirmation is not valid") && told.contains("new preview"), "\(told)")
            }
            // To find that out costs nothing.
            #expect(scene.stage.luma.asked == asked)
            _ = try await writer.result(scene.tool, .object(scene.with(token)))
            #expect(scene.count == 1)
        }
    }

    /// What is true now is shown at once, and is what can be agreed to.
    @Test(arguments: asking) func whatHasChangedSinceIsShownAnew(name: String) async throws {
        try await Scene.play(name) { scene in
            let first = try await scene.preview()
            try await scene.change()
            let changes = scene.stage.luma.changes
            let count = scene.count
            let second = try await scene.stage.result(scene.tool, scene.with(first["confirm"]))
            #expect(second["status"] == "needs_confirmation" && second["changed"] == true, "\(second)")
            #expect(second["confirm"] != first["confirm"])
            #expect(second["next_step"]?.stringValue?.hasPrefix("It has changed since that preview.") == true)
            #expect("\(second)".contains("Other") || "\(second)".contains("waitlist"), "\(second)")
            #expect(scene.count == count && scene.stage.luma.changes == changes)
            let done = try await scene.stage.result(scene.tool, scene.with(second["confirm"]))
            #expect(done["status"] != "needs_confirmation" && scene.count == count + 1, "\(done)")
        }
    }

    /// Nobody is asked about a thing that is not there.
    @Test(arguments: asking, [false, true]) func whatIsNotThereIsToldBeforeTheQuestion(
        name: String, hasForms: Bool
    ) async throws {
        try await Scene.play(name) { scene in
            let member = try #require(scene.surface.pathMembers.last)
            var arguments = scene.arguments
            arguments[member] = .string((arguments[member]?.stringValue ?? "") + "x")
            let client = MCPClient(scene.stage.gateway, capabilities: hasForms ? ["elicitation": [:]] : [:])
            let told = try await client.failure(scene.tool, .object(arguments))
            let list = member == "guest_id" ? "Look them up with list_guests" : "Look it up with list_events"
            #expect(told.contains(list), "\(told)")
            #expect(scene.count == 0 && scene.stage.luma.changes == 0)
        }
    }

    /// A key makes a call safe to repeat, though its confirmation is used and what it is about has changed by it.
    @Test(arguments: derived) func aCallWithAKeyIsAnsweredAsBefore(name: String) async throws {
        try await Scene.play(name) { scene in
            let arguments = scene.with(try await scene.preview()["confirm"], ["idempotency_key": "one"])
            let first = try await scene.stage.result(scene.tool, arguments)
            #expect(try await scene.stage.result(scene.tool, arguments) == first)
            #expect(scene.count == 1 && scene.stage.luma.changes == 1)
        }
    }

    /// Whoever has lost the answer may have lost the confirmation with it: of what is done nobody is asked again, nor told that
    /// nothing has happened.
    @Test(arguments: derived, [false, true]) func aCallWithTheKeyOfOneThatIsDoneNeedsNoWord(
        name: String, hasForms: Bool
    ) async throws {
        try await Scene.play(name) { scene in
            let key: JSONObject = ["idempotency_key": "one"]
            // A preview leaves the key free.
            for _ in 0..<2 {
                let preview = try await scene.stage.result(scene.tool, scene.with(nil, key))
                #expect(preview["status"] == "needs_confirmation", "\(preview)")
            }
            let confirm = try await scene.preview()["confirm"]
            let first = try await scene.stage.result(scene.tool, scene.with(confirm, key))
            let asked = scene.stage.luma.asked
            let client = MCPClient(scene.stage.gateway, capabilities: hasForms ? ["elicitation": [:]] : [:])
            var again = try await client.result(scene.tool, .object(scene.with(nil, key))).objectValue
            again?["notice"] = nil
            #expect(again.map { .object($0) } == first)
            #expect(scene.stage.luma.asked == asked)
            // Of other arguments it is said at once.
            var other = scene.with(nil, key)
            let member = try #require(scene.surface.pathMembers.last)
            other[member] = .string((other[member]?.stringValue ?? "") + "x")
            let told = try await client.failure(scene.tool, .object(other))
            #expect(told.contains("Use a new key for another request."), "\(told)")
            #expect(scene.count == 1 && scene.stage.luma.changes == 1)
        }
    }

    /// Also where only a form counts, and this client shows none.
    @Test(arguments: derived) func whatWasAgreedToInAFormIsToldToWhoShowsNone(name: String) async throws {
        try await Scene.play(name, [.cancelConfirmation: "form"]) { scene in
            let arguments = scene.with(nil, ["idempotency_key": "one"])
            let (_, done) = try await fillIn(scene, Self.agreed, arguments: arguments)
            let again = try await scene.stage.call(scene.tool, arguments)
            #expect(again["isError"] == false, "\(again)")
            #expect(again["structuredContent"] == done["structuredContent"])
            #expect(scene.count == 1 && scene.stage.luma.changes == 1)
        }
    }

    /// Nothing was done, so nobody has to be asked again.
    @Test(arguments: derived) func aRefusalByLumaLeavesTheTokenGood(name: String) async throws {
        try await Scene.play(name) { scene in
            let arguments = scene.with(try await scene.preview()["confirm"])
            scene.stage.luma.answer(name, with: .json(400, ["message": "Not now"]))
            #expect(try await scene.refusal(arguments).contains("Not now"))
            scene.stage.luma.answer(name, with: nil)
            _ = try await scene.stage.result(scene.tool, arguments)
            #expect(scene.stage.luma.changes == 1)
        }
    }

    // MARK: By a form

    /// Asks by a form, does something, and gives an answer.
    private func fillIn(
        _ scene: Scene, _ response: JSON, arguments: JSONObject? = nil, meanwhile: () async throws -> Void = {}
    ) async throws -> (question: String, result: JSON) {
        let client = MCPClient(scene.stage.gateway, capabilities: ["elicitation": [:]])
        var params: JSONObject = ["name": .string(scene.tool), "arguments": .object(arguments ?? scene.arguments)]
        let asked = try await client.modern("tools/call", params).json?["result"]
        let request = try #require(asked?["inputRequests"]?["agree"], "\(asked ?? .null)")
        #expect(request["method"] == "elicitation/create")
        #expect(scene.count == 0 && scene.stage.luma.changes == 0)
        let state = try #require(asked?["requestState"]?.stringValue)
        // Who carries it must not be able to agree by it in the user's stead.
        for word in ["confirm", scene.tool] { #expect(!SealTests.holds(state, word)) }
        try await meanwhile()
        params["requestState"] = .string(state)
        params["inputResponses"] = ["agree": response]
        let done = try await client.modern("tools/call", params).json?["result"]
        return (request["params"]?["message"]?.stringValue ?? "", try #require(done))
    }

    static let agreed: JSON = ["action": "accept", "content": ["confirm": true]]

    @Test(arguments: asking) func aFormAsksByThePreview(name: String) async throws {
        try await Scene.play(name) { scene in
            let shown = try await scene.preview()
            let (question, done) = try await fillIn(scene, Self.agreed)
            #expect(!question.contains("\n"))
            for value in scene.surface.shows.compactMap({ shown["about"]?[$0]?.stringValue }) {
                #expect(question.contains(Neutral.cited(value)), "\(question)")
            }
            #expect(done["isError"] == false && done["structuredContent"]?["status"] != "needs_confirmation", "\(done)")
            #expect(scene.count == 1 && scene.stage.luma.changes == 1)
        }
    }

    @Test(
        arguments: asking,
        [["action": "decline"], ["action": "cancel"], ["action": "accept", "content": ["confirm": false]]] as [JSON])
    func whoDoesNotAgreeHasNothingDone(name: String, response: JSON) async throws {
        try await Scene.play(name) { scene in
            let (_, result) = try await fillIn(scene, response)
            let status = result["structuredContent"]?["status"]
            #expect(result["isError"] == false && (status == "kept" || status == "unchanged"), "\(result)")
            #expect(result["structuredContent"]?["confirm"] == nil)
            #expect(scene.count == 0 && scene.stage.luma.changes == 0)
        }
    }

    @Test(arguments: asking) func whatHasChangedWhileTheFormWasOpenIsNotDone(name: String) async throws {
        try await Scene.play(name) { scene in
            var count = 0
            let (_, result) = try await fillIn(scene, Self.agreed) {
                try await scene.change()
                count = scene.count
            }
            #expect(result["isError"] == true, "\(result)")
            #expect("\(result["content"] ?? .null)".contains("Nothing was done: it has changed"), "\(result)")
            #expect(scene.count == count && scene.stage.luma.changes == 1)
        }
    }

    /// Where only a form counts, a model cannot agree by itself.
    @Test(arguments: asking) func whereOnlyAFormCountsATokenIsNoWord(name: String) async throws {
        try await Scene.play(name, [.cancelConfirmation: "form"]) { scene in
            for confirm in [nil, "x"] as [JSON?] {
                let told = try await scene.refusal(scene.with(confirm))
                #expect(told.contains("accepts a confirmation only through a form"), "\(told)")
                #expect(told.contains("luma-mcp \(scene.surface.command ?? "?")"), "\(told)")
            }
            #expect(scene.stage.luma.asked == [])
            let (_, done) = try await fillIn(scene, Self.agreed, arguments: scene.with("x"))
            #expect(done["isError"] == false && scene.count == 1, "\(done)")
        }
    }

    /// Nobody was asked yet, so nobody can have agreed: neither in that round nor in the next.
    @Test(arguments: asking) func whoAnswersBeforeTheQuestionHasNotAgreed(name: String) async throws {
        try await Scene.play(name, [.cancelConfirmation: "form"]) { scene in
            let client = MCPClient(scene.stage.gateway, capabilities: ["elicitation": [:]])
            var params: JSONObject = [
                "name": .string(scene.tool), "arguments": .object(scene.arguments),
                "inputResponses": ["agree": Self.agreed],
            ]
            for responses in [nil, [:], ["other": Self.agreed]] as [JSON?] {
                let asked = try await client.modern("tools/call", params).json?["result"]
                #expect(asked?["inputRequests"]?["agree"] != nil, "\(asked ?? .null)")
                params["requestState"] = try #require(asked?["requestState"])
                params["inputResponses"] = responses
            }
            #expect(scene.count == 0 && scene.stage.luma.changes == 0)
        }
    }

    // MARK: Over REST

    /// A preview by one way is what is done by another, for the same caller.
    @Test(arguments: derived) func aDryRunGivesAConfirmationToo(name: String) async throws {
        try await Scene.play(name) { scene in
            let (surface, stage) = (scene.surface, scene.stage)
            let input = try stage.luma.example(of: surface.operation)
            func confirm() async throws -> String {
                let told = try await stage.rest(surface, input, query: [(name: "dry_run", value: "true")])
                #expect(told.status == 200 && told.json?["about"]?.objectValue?.names == surface.shows, "\(told.text)")
                #expect(told.json?["expires_in_seconds"] == 600)
                return try #require(told.json?["confirm"]?.stringValue)
            }
            func send(_ confirm: String) async throws -> Answer {
                try await stage.rest(surface, input, query: [(name: "confirm", value: confirm)])
            }
            let old = try await confirm()
            try await scene.change()
            let stale = try await send(old)
            #expect(stale.status == 412 && stale.reason == "confirmation_stale", "\(stale.text)")
            #expect(stale.json?["details"]?["changed"] == true)
            let (count, new) = (scene.count, try await confirm())
            #expect(try await send(new + "x").json?["details"]?["changed"] == nil)
            #expect(scene.count == count)
            #expect(try await send(new).status == surface.success)
            #expect(try await send(new).reason == "confirmation_stale")
            #expect(scene.count == count + 1)
            // Who asks for nothing to be shown is not asked: a program knows what it does.
            #expect(try await stage.rest(surface, input).status == surface.success)
        }
    }
}

extension EmulatedLuma {
    /// Does something past the gateway, as another program does.
    fileprivate func post(_ operation: String, _ body: JSON) async throws {
        let request = OutboundRequest(
            method: .post, url: Self.origin + "/v1/" + operation,
            fields: [Field("x-luma-api-key", "another"), Field("content-type", "application/json")],
            body: body.encoded, deadline: LoopClock.monotonicNow)
        let answer = try await answer(request).get()
        #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    }
}
