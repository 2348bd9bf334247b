import Core
import GatewayAPI
import LumaAPI
import Settings
import TestKit
import Testing

@testable import Gateway

/// Writes that are passed on by their rows, whose answer is lost after Luma has done them: each is found as its row says, and
/// never done twice.
@Suite struct LostSurfaceTests {
    @Test(arguments: SurfaceTests.writes) func itIsSettledAsTheRowSays(name: String) async throws {
        let surface = try Surface.row(name)
        try await SurfaceStage.play { stage in
            let input = try stage.luma.example(of: surface.operation)
            stage.luma.lose(name)
            let answer = try await stage.rest(surface, input)
            if surface.operation.recovery.reading == nil {
                #expect(answer.status == 504 && answer.reason == "outcome_unknown", "\(answer.text)")
            } else {
                #expect(answer.status == surface.success, "\(answer.text)")
                // As whole as if the answer had come.
                let document = try #require(answer.json)
                #expect(JSONSchemaChecker(.object(surface.schema)).problems(document) == [])
            }
            #expect(stage.luma.count(name) == 1 && stage.luma.changes == 1)
        }
    }

    /// The guard against a create that is sent twice without a key speaks of the thing that it is about.
    @Test(arguments: SurfaceTests.writes.filter { Catalog[$0]?.makesThing == true })
    func theSameAgainIsRefusedByItsOwnName(name: String) async throws {
        let surface = try Surface.row(name)
        let kind = try #require(surface.operation.subject?.kind).rawValue
        let noun = kind.split(separator: "_").joined(separator: " ")
        try await SurfaceStage.play([.duplicateWindowSeconds: "60"]) { stage in
            let input = try stage.luma.example(of: surface.operation)
            let first = try await stage.rest(surface, input)
            let again = try await stage.rest(surface, input)
            #expect(first.status == 201 && again.status == 409 && again.reason == "duplicate_\(kind)")
            #expect(again.json?["error"]?.stringValue?.hasPrefix("An identical \(noun) ") == true, "\(again.text)")
            #expect(again.json?["details"]?["\(kind)_id"] == first.json?["id"])
            #expect(stage.luma.count(name) == 1)
        }
    }

    @Test(arguments: SurfaceTests.writes, [false, true]) func withAKeyItIsDoneOnceAndAnsweredOnce(
        name: String, isLost: Bool
    ) async throws {
        let surface = try Surface.row(name)
        guard !isLost || surface.operation.recovery.reading != nil else { return }
        try await SurfaceStage.play { stage in
            let input = try stage.luma.example(of: surface.operation)
            if isLost { stage.luma.lose(name) }
            let first = try await stage.rest(surface, input, key: "one")
            let again = try await stage.rest(surface, input, key: "one")
            #expect(first.status == surface.success && again.status == first.status, "\(again.text)")
            #expect(again.text == first.text)
            #expect(first.field("Idempotency-Replayed") == nil && again.field("Idempotency-Replayed") == "true")
            let other = try await stage.rest(surface, try surface.other(than: input), key: "one")
            #expect(other.status == 422 && other.reason == "idempotency_key_reused", "\(other.text)")
            #expect(stage.luma.count(name) == 1 && stage.luma.changes == 1)
        }
    }

    @Test(arguments: SurfaceTests.writes.filter { SurfaceTests.tools.contains($0) }, [false, true])
    func byAToolToo(name: String, isLost: Bool) async throws {
        let surface = try Surface.row(name)
        guard !isLost || surface.operation.recovery.reading != nil else { return }
        try await SurfaceStage.play { stage in
            let input = try stage.luma.example(of: surface.operation)
            if isLost { stage.luma.lose(name) }
            let first = try await stage.perform(surface, input, key: "one")
            let again = try await stage.perform(surface, input, key: "one")
            #expect(first == again)
            #expect(JSONSchemaChecker(.object(surface.schema)).problems(first) == [])
            #expect(stage.luma.count(name) == 1 && stage.luma.changes == 1)
        }
    }
}
