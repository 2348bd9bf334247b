import Core
import GatewayAPI
import LumaAPI
import Settings
import TestKit
import Testing

@testable import Gateway

/// What is kept of reads when a write has ended: of every read that is served, after every write that is.
@Suite struct SurfaceCacheTests {
    /// Those that are kept: an address is looked up anew each time.
    static let reads = Surfaces.all.filter { !$0.operation.isWrite && $0.operation.name != "entities/lookup" }
    static let writes = Surfaces.all.filter(\.operation.isWrite).map(\.operation.name)
    /// Nothing of it is too old before a test has ended.
    private static let settings: [Setting: String] = [.cacheSeconds: "3600"]

    /// The status of a read; 504 when only what is kept is asked for and nothing is.
    private static func read(
        _ stage: SurfaceStage, _ surface: Surface, _ input: JSONObject, keptOnly: Bool = false
    ) async throws -> Int {
        let line = surface.request(surface.given(input), query: []).line
        return try await stage.gateway.ask(line, keptOnly ? ["Cache-Control: only-if-cached"] : []).status
    }

    /// An event of the emulator's that is another one than this.
    private static func other(than event: String, _ stage: SurfaceStage) throws -> String {
        let events = stage.luma.look("/_sandbox/events")["entries"]?.arrayValue ?? []
        let ids = events.filter { $0["platform"] == "luma" }.compactMap { $0["id"]?.stringValue }
        return try #require(ids.first { $0 != event })
    }

    /// Each read with its input about an event; one that is about none comes once.
    private static func wanted(
        _ stage: SurfaceStage, _ event: String, _ other: String
    ) throws -> [(surface: Surface, input: JSONObject)] {
        try reads.flatMap { surface -> [(surface: Surface, input: JSONObject)] in
            let own = try stage.luma.example(of: surface.operation)
            guard own["event_id"] != nil else { return [(surface, own)] }
            return [event, other].map { id in
                var input = own
                input["event_id"] = .string(id)
                return (surface, input)
            }
        }
    }

    @Test func thereAreReadsOfEachKind() {
        #expect(Self.reads.contains { $0.handmade.contains(.rest) } && Self.reads.count >= 3)
        #expect(Self.reads.contains { !$0.handmade.contains(.rest) } && Self.writes.count >= 5)
    }

    @Test(arguments: writes) func aWriteDropsWhatItMakesOldAndNothingElse(name: String) async throws {
        let write = try Surface.row(name)
        try await SurfaceStage.play(Self.settings) { stage in
            let update = try Surface.row("events/update")
            let event = try #require(try stage.luma.example(of: update.operation)["event_id"]?.stringValue)
            let wanted = try Self.wanted(stage, event, try Self.other(than: event, stage))
            for (surface, input) in wanted {
                #expect(try await Self.read(stage, surface, input) == 200, "\(surface.name)")
                #expect(try await Self.read(stage, surface, input, keptOnly: true) == 200, "\(surface.name)")
            }
            let input = try stage.luma.example(of: write.operation)
            // What guests have paid is given back where that is asked for.
            let query = name == "events/cancel" ? [(name: "refund", value: "true")] : []
            // The path by hand gets its token from Luma itself.
            let given = write.given(input).members.filter { $0.name != "cancellation_token" }
            let written = try await stage.rest(write, JSONObject(given), query: query)
            #expect([200, 201].contains(written.status), "\(written.text)")
            let touched = write.operation.touched(by: input)
            for (surface, input) in wanted {
                let isOld = touched.makesOld(surface.operation.shown(by: input))
                let status = try await Self.read(stage, surface, input, keptOnly: true)
                #expect(status == (isOld ? 504 : 200), "\(surface.name) \(JSON.object(input))")
            }
        }
    }

    /// A read that was asked for before a write had ended shows what was so before: who asked then gets it, and nobody later.
    @Test func aReadThatIsUnderWayWhenAWriteEndsIsNotKept() async throws {
        let (list, write) = (try Surface.row("events/guests/list"), try Surface.row("events/guests/update-status"))
        try await SurfaceStage.play(Self.settings) { stage in
            let input = try stage.luma.example(of: list.operation)
            stage.luma.hold("events/guests/list")
            let early = try await stage.gateway.open(list.request(input, query: []).line)
            #expect(await soon { stage.luma.count("events/guests/list") == 1 })
            let written = try await stage.rest(write, try stage.luma.example(of: write.operation))
            #expect(written.status == 200, "\(written.text)")
            stage.luma.release("events/guests/list")
            #expect(try await early.answer().status == 200)
            #expect(try await Self.read(stage, list, input, keptOnly: true) == 504)
            #expect(try await Self.read(stage, list, input) == 200)
            #expect(stage.luma.count("events/guests/list") == 2)
            #expect(try await Self.read(stage, list, input, keptOnly: true) == 200)
        }
    }
}
