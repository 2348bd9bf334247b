import Core
import GatewayAPI
import LumaAPI
import Settings
import TestKit
import Testing

@testable import Gateway

/// Every row that passes an operation on, by its own example, against the emulator.
@Suite struct SurfaceTests {
    static let served = Surfaces.all.filter { $0.isDerived(.rest) }.map(\.operation.name)
    static let writes = Surfaces.all.filter { $0.operation.isWrite && $0.isDerived(.rest) }
        .map(\.operation.name)
    /// Those whose tool is made of the row.
    static let tools = Surfaces.all.filter { $0.isDerived(.tool) }.map(\.operation.name)
    static let confirmed = tools.filter { Surfaces[operation: $0]?.needsConfirmation == true }

    @Test func thereAreRowsOfEachKind() {
        #expect(!Self.writes.isEmpty && Self.writes.count < Self.served.count)
        #expect(!Self.confirmed.isEmpty && Self.confirmed.count < Self.tools.count)
    }

    @Test(arguments: served) func itsDocumentIsThePromisedOneAndNothingOfItIsLogged(name: String) async throws {
        let surface = try Surface.row(name)
        try await SurfaceStage.play { stage in
            let input = try stage.luma.example(of: surface.operation)
            let answer = try await stage.rest(surface, input)
            #expect(answer.status == surface.success, "\(answer.text)")
            let document = try #require(answer.json)
            #expect(JSONSchemaChecker(.object(surface.schema)).problems(document) == [])
            #expect(stage.luma.changes == (surface.operation.isWrite ? 1 : 0))
            #expect(!answer.text.contains("secret-key"))
            let log = await stage.log()
            #expect(log.contains("\(surface.success)") && !log.contains("secret-key"), "\(log)")
            for member in surface.pathMembers { #expect(!log.contains(input[member]?.stringValue ?? "?"), "\(log)") }
        }
    }

    @Test(arguments: tools) func restAndToolGiveTheSame(name: String) async throws {
        let surface = try Surface.row(name)
        let isWrite = surface.operation.isWrite
        var told = JSON.null
        try await SurfaceStage.play { stage in
            let input = try stage.luma.example(of: surface.operation)
            told = try #require(try await stage.rest(surface, input).json)
            if !isWrite {
                #expect(try await stage.perform(surface, input) == Neutral.json(told))
            }
        }
        // A write is made anew: the same seed gives the same ids.
        guard isWrite else { return }
        try await SurfaceStage.play { stage in
            let result = try await stage.perform(surface, try stage.luma.example(of: surface.operation))
            #expect(result == Neutral.json(told))
            #expect(stage.luma.count(name) == 1 && stage.luma.changes == 1)
        }
    }

    /// An agreement is for what was shown, and for nothing else.
    @Test(arguments: confirmed) func whatReachesPeopleIsShownBeforeItIsDone(name: String) async throws {
        let surface = try Surface.row(name)
        let tool = try #require(surface.tool)
        try await SurfaceStage.play { stage in
            let input = try stage.luma.example(of: surface.operation)
            let arguments = surface.given(input)
            let preview = try await stage.result(tool, arguments)
            #expect(preview["status"] == "needs_confirmation")
            #expect(preview["sends"]?.canonical == Neutral.json(.object(input)).canonical)
            let token = try #require(preview["confirm"])
            var wrong = arguments
            wrong["confirm"] = .string((token.stringValue ?? "") + "x")
            var other = try surface.other(than: arguments)
            other["confirm"] = token
            for refused in [wrong, other] {
                let answer = try await stage.call(tool, refused)
                #expect(answer["isError"] == true)
                #expect("\(answer)".contains("This confirmation is not valid"), "\(answer)")
            }
            #expect(stage.luma.asked == [] && stage.luma.changes == 0)
            var agreed = arguments
            agreed["confirm"] = token
            _ = try await stage.result(tool, agreed)
            #expect(stage.luma.count(name) == 1 && stage.luma.changes == 1)
        }
    }

    @Test func whoIsNotThereIsToBeLookedUpInTheList() async throws {
        let surface = try Surface.row("events/guests/update-status")
        let tool = try #require(surface.tool)
        try await SurfaceStage.play { stage in
            var arguments = surface.given(try surface.other(than: try stage.luma.example(of: surface.operation)))
            arguments["confirm"] = try await stage.result(tool, arguments)["confirm"]
            let told = try await MCPClient(stage.gateway).failure(tool, .object(arguments))
            #expect(told.contains("Look them up with list_guests"), "\(told)")
        }
    }

    /// Where only a form counts, a model cannot agree by itself.
    @Test(arguments: confirmed) func whereOnlyAFormCountsATokenIsNoWord(name: String) async throws {
        let surface = try Surface.row(name)
        let tool = try #require(surface.tool)
        try await SurfaceStage.play([.cancelConfirmation: "form"]) { stage in
            let input = try stage.luma.example(of: surface.operation)
            let without = MCPClient(stage.gateway)
            let with = MCPClient(stage.gateway, capabilities: ["elicitation": [:]])
            var params: JSONObject = ["name": .string(tool)]
            for confirm in [nil, "x"] as [JSON?] {
                var arguments = surface.given(input)
                arguments["confirm"] = confirm
                let told = try await without.failure(tool, .object(arguments))
                #expect(told.contains("only when its user agrees in a form"), "\(told)")
                #expect(told.contains("luma-mcp \(surface.command ?? "?")"), "\(told)")
                let asked = try await with.call(tool, .object(arguments))
                #expect(asked["inputRequests"]?["agree"]?["method"] == "elicitation/create", "\(asked)")
                params["arguments"] = .object(arguments)
                params["requestState"] = asked["requestState"]
            }
            #expect(stage.luma.asked == [] && stage.luma.changes == 0)
            params["inputResponses"] = ["agree": ["action": "accept", "content": ["confirm": true]]]
            let done = try await with.modern("tools/call", params).json?["result"]
            #expect(done?["isError"] == false, "\(done ?? .null)")
            #expect(stage.luma.count(name) == 1 && stage.luma.changes == 1)
        }
    }

    @Test(arguments: writes) func aDryRunSendsNothing(name: String) async throws {
        let surface = try Surface.row(name)
        try await SurfaceStage.play { stage in
            let input = try stage.luma.example(of: surface.operation)
            let answer = try await stage.rest(surface, input, query: [(name: "dry_run", value: "true")])
            #expect(answer.status == 200 && answer.json?["status"] == "unchanged" && answer.json?["dry_run"] == true)
            #expect(answer.json?["sends"]?.canonical == JSON.object(input).canonical)
            #expect(stage.luma.asked == [] && stage.luma.changes == 0)
        }
    }

    @Test(arguments: served) func whatIsNotKnownIsRefusedByItsName(name: String) async throws {
        let surface = try Surface.row(name)
        try await SurfaceStage.play { stage in
            let input = try stage.luma.example(of: surface.operation)
            var more = input
            more["nonsense"] = 1
            let parameter = try await stage.rest(surface, input, query: [(name: "nonsense", value: "1")])
            #expect(parameter.status == 422 && parameter.refused == ["nonsense"], "\(parameter.text)")
            if surface.operation.body != nil {
                let member = try await stage.rest(surface, more)
                #expect(member.status == 422 && member.refused == ["nonsense"], "\(member.text)")
            }
            if let tool = surface.tool, surface.isDerived(.tool) {
                let answer = try await stage.call(tool, surface.given(more))
                #expect(answer["isError"] == true && "\(answer)".contains("nonsense is not known"), "\(answer)")
            }
            #expect(stage.luma.asked == [])
        }
    }

    @Test(arguments: served) func aTokenMayWhatItsScopeSays(name: String) async throws {
        let surface = try Surface.row(name)
        let isWrite = surface.operation.isWrite
        try await SurfaceStage.play(hasTokens: true) { stage in
            let input = try stage.luma.example(of: surface.operation)
            #expect(try await stage.rest(surface, input).status == 401)
            let read = try await stage.rest(surface, input, token: Tokens.reader)
            #expect(read.status == (isWrite ? 403 : 200), "\(read.text)")
            if let tool = surface.tool {
                #expect(try await stage.assistant(token: Tokens.reader).offeredTools().contains(tool) != isWrite)
                #expect(try await stage.assistant(token: Tokens.writer).offeredTools().contains(tool))
            }
            if isWrite {
                #expect(read.reason == "insufficient_scope")
                if let tool = surface.tool {
                    let refused = try await stage.assistant(token: Tokens.reader).ask(
                        "tools/call", ["name": .string(tool), "arguments": .object(surface.given(input))])
                    #expect("\(refused["error"] ?? .null)".contains("This token may only read"), "\(refused)")
                }
                #expect(stage.luma.asked == [])
            }
            #expect(try await stage.rest(surface, input, token: Tokens.writer).status == surface.success)
        }
    }

    @Test func everyToolOfTheTableIsRegisteredOnce() async throws {
        try await SurfaceStage.play { stage in
            let tools = try await stage.assistant().offeredTools()
            #expect(Surfaces.problems(of: Surfaces.all, tools: tools) == [])
            #expect(Set(tools).count == tools.count)
        }
    }
}
