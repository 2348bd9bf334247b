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

    @Test func thereAreRowsOfEachKind() {
        #expect(!Self.writes.isEmpty && Self.writes.count < Self.served.count)
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

    @Test(arguments: writes) func aDryRunSendsNothing(name: String) async throws {
        let surface = try Surface.row(name)
        try await SurfaceStage.play { stage in
            let input = try stage.luma.example(of: surface.operation)
            let answer = try await stage.rest(surface, input, query: [(name: "dry_run", value: "true")])
            #expect(answer.status == 200 && answer.json?["status"] == "unchanged" && answer.json?["dry_run"] == true)
            #expect(answer.json?["sends"]?.canonical == JSON.object(surface.operation.sent(input)).canonical)
            #expect(Set(stage.luma.asked).isSubset(of: surface.shows.isEmpty ? [] : [surface.reading]))
            #expect(stage.luma.changes == 0)
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

    @Test func everyToolOfTheTableIsRegisteredOnce() async throws {
        try await SurfaceStage.play { stage in
            let tools = try await stage.assistant().offeredTools()
            #expect(Surfaces.problems(of: Surfaces.all, tools: tools) == [])
            #expect(Set(tools).count == tools.count)
        }
    }
}
