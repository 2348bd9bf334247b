import Core
import GatewayAPI
import GatewayCLI
import LumaAPI
import Settings
import TestKit
import Testing

@testable import Gateway

/// Every row of the table on each of its edges, whether the edge is derived or made by hand, against the emulator.
@Suite struct EverySurfaceTests {
    static let all = Surfaces.all.map(\.operation.name)
    /// Those whose lost answers `LostSurfaceTests` do not play, as they are made by hand.
    static let handmadeWrites = Surfaces.all.filter { $0.operation.isWrite && !$0.isDerived(.rest) }
        .map(\.operation.name)

    @Test func thereAreRowsOfEachKind() {
        #expect(Surfaces.all.contains { $0.edges == Surface.Edge.allCases && $0.handmade.isEmpty })
        #expect(Surfaces.all.contains { $0.handmade == Set(Surface.Edge.allCases) })
        #expect(!Self.handmadeWrites.isEmpty)
    }

    /// REST, tool and command tell the same, and Luma has the same of them. A write is made anew for each: the same seed
    /// gives the same ids.
    @Test(arguments: all) func everyEdgeGivesTheSame(name: String) async throws {
        let surface = try Surface.row(name)
        var first: (told: JSON, standing: JSON)?
        for edge in surface.edges {
            try await SurfaceStage.play { stage in
                let told = try await stage.told(by: edge, surface)
                let standing = stage.luma.standing
                #expect(told["entries"]?.arrayValue?.isEmpty != true, "an empty list proves nothing")
                #expect(stage.luma.changes == (surface.operation.isWrite ? 1 : 0), "\(edge)")
                if surface.operation.isWrite { #expect(stage.luma.count(name) == 1, "\(edge)") }
                let log = await stage.log()
                #expect(!"\(told)".contains("secret-key") && !log.contains("secret-key"), "\(edge)")
                guard let shown = first else {
                    first = (told, standing)
                    return
                }
                #expect(told == shown.told, "\(edge)")
                #expect(standing == shown.standing, "\(edge)")
            }
        }
    }

    /// Luma has done it and its answer is lost: each edge finds out, and tells what it would have told.
    @Test(arguments: handmadeWrites) func aLostAnswerIsSettledOnEveryEdge(name: String) async throws {
        let surface = try Surface.row(name)
        #expect(surface.operation.recovery.reading != nil)
        var whole = JSON.null
        try await SurfaceStage.play { whole = try await $0.told(by: .rest, surface) }
        for edge in surface.edges {
            try await SurfaceStage.play { stage in
                stage.luma.lose(name)
                let told = try await stage.told(by: edge, surface)
                #expect(told == whole, "\(edge)")
                #expect(stage.luma.count(name) == 1 && stage.luma.changes == 1, "\(edge)")
            }
        }
    }

    /// Without the scope REST and the command are refused, and the tool is hidden and refused, before Luma hears of it.
    @Test(arguments: all) func aTokenMayWhatItsScopeSays(name: String) async throws {
        let surface = try Surface.row(name)
        let isWrite = surface.operation.isWrite
        try await SurfaceStage.play(hasTokens: true) { stage in
            let given = try stage.given(surface)
            let (reader, writer) = (Tokens.reader, Tokens.writer)
            #expect(try await stage.rest(surface, given: given).status == 401)
            let read = try await stage.rest(surface, given: given, token: reader)
            #expect(read.status == (isWrite ? 403 : 200), "\(read.text)")
            if isWrite { #expect(read.reason == "insufficient_scope") }
            if let tool = surface.tool {
                #expect(try await stage.assistant(token: reader).offeredTools().contains(tool) != isWrite)
                #expect(try await stage.assistant(token: writer).offeredTools().contains(tool))
                if isWrite {
                    let refused = try await stage.assistant(token: reader).ask(
                        "tools/call", ["name": .string(tool), "arguments": .object(given)])
                    #expect("\(refused["error"] ?? .null)".contains("This token may only read"), "\(refused)")
                }
            }
            if surface.command != nil {
                #expect(try await stage.failure(surface, given: given) == .noPermission)
                let status = try await stage.failure(surface, given: given, token: reader)
                #expect(status == (isWrite ? .noPermission : nil))
            }
            if isWrite { #expect(stage.luma.asked == []) }
            #expect(try await stage.rest(surface, given: given, token: writer).status == surface.success)
        }
    }
}
