import Core
import GatewayAPI
import IO
import LumaAPI
import MCP
import Settings
import Store
import Synchronization
import TestKit
import Testing

@testable import Gateway
@testable import LumaClient

/// What clients of MCP hear of each write of the table: of each resource that reads otherwise after it, and of no other.
@Suite struct SurfaceAnnouncementTests {
    static let writes = Surfaces.all.filter(\.operation.isWrite).map(\.operation.name)
    /// What is read is what Luma has.
    private static let settings: [Setting: String] = [.cacheSeconds: "0"]
    private static let calendar = "luma://calendar"

    /// The resources that were said to have changed.
    private final class Heard: Sendable {
        private let changes = Mutex<[Change]>([])

        init(_ gateway: InProcess) {
            _ = gateway.shared.mcp.changes.add { [self] change in changes.withLock { $0.append(change) } }
        }

        var uris: [String] {
            changes.withLock { $0 }.compactMap { (change: Change) -> String? in
                guard case .resourceUpdated(let uri) = change else { return nil }
                return uri
            }.sorted()
        }
    }

    /// How the calendar and each event read, by their URIs, without the time at which they were read.
    private static func readings(_ stage: SurfaceStage) async throws -> [String: JSON] {
        let events = stage.luma.look("/_sandbox/events")["entries"]?.arrayValue ?? []
        var readings: [String: JSON] = [:]
        for uri in events.compactMap({ $0["id"]?.stringValue }).map({ "luma://events/" + $0 }) + [calendar] {
            let answer = try await stage.assistant().ask("resources/read", ["uri": .string(uri)])
            // One that is not there reads as nothing.
            guard let text = answer["result"]?["contents"]?.arrayValue?.first?["text"]?.stringValue else { continue }
            var document = try #require(try JSON.parse(text).objectValue)
            document["now"] = nil
            readings[uri] = .object(document)
        }
        try #require(readings[calendar]?["events"]?.arrayValue?.isEmpty == false && readings.count > 3)
        return readings
    }

    private static func changed(_ before: [String: JSON], _ after: [String: JSON]) -> [String] {
        Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
    }

    @Test(arguments: writes, [false, true]) func whatReadsOtherwiseIsAnnouncedOnceAndNothingElse(
        name: String, isLost: Bool
    ) async throws {
        let surface = try Surface.row(name)
        guard !isLost || surface.operation.recovery.reading != nil else { return }
        for edge in surface.edges {
            try await SurfaceStage.play(Self.settings) { stage in
                let before = try await Self.readings(stage)
                let heard = Heard(stage.gateway)
                if isLost { stage.luma.lose(name) }
                _ = try await stage.told(by: edge, surface)
                #expect(stage.luma.changes == 1)
                #expect(heard.uris == Self.changed(before, try await Self.readings(stage)), "\(edge)")
            }
        }
    }

    /// The three that there are: what shows on the calendar, what shows on its event alone, and what shows on neither.
    @Test(arguments: [("events/update", 2), ("events/guests/update-status", 1), ("events/coupons/create", 0)])
    func soManyResourcesShowIt(name: String, count: Int) async throws {
        let surface = try Surface.row(name)
        try await SurfaceStage.play(Self.settings) { stage in
            let heard = Heard(stage.gateway)
            _ = try await stage.told(by: .rest, surface)
            #expect(heard.uris.count == count && heard.uris.contains(Self.calendar) == (count == 2))
        }
    }

    /// Every write that is offered says which event it is about, or makes one: else nobody could be told whose resource it is.
    @Test(arguments: writes) func everyWriteNamesWhatItChanges(name: String) throws {
        let operation = try Surface.row(name).operation
        // What is new is known by its id once it is made.
        let touched = operation.touched(by: operation.example).naming(new: "evt-")
        #expect(touched.owner == .thing(LumaAPI.Operation.Thing(.event, "evt-")))
    }

    @Test(arguments: writes) func aRepeatWithItsKeyIsNoNews(name: String) async throws {
        let surface = try Surface.row(name)
        try await SurfaceStage.play { stage in
            let heard = Heard(stage.gateway)
            let given = try stage.given(surface)
            let first = try await stage.rest(surface, given: given, key: "one")
            let count = heard.uris.count
            let again = try await stage.rest(surface, given: given, key: "one")
            #expect(first.status == surface.success && again.status == first.status, "\(again.text)")
            #expect(again.field("Idempotency-Replayed") == "true" && heard.uris.count == count)
        }
    }

    /// What another program has left behind, and is found to be done, is news when it is found.
    @Test(arguments: writes.filter { Catalog[$0]?.recovery.reading != nil })
    func whatIsFoundLaterIsAnnouncedThen(name: String) async throws {
        let surface = try Surface.row(name)
        try await SurfaceStage.play(Self.settings) { stage in
            let before = try await Self.readings(stage)
            try await Self.leave(surface.operation, try stage.given(surface), stage)
            try await InProcess.serve(luma: stage.luma) { (other: InProcess) async throws in
                _ = try await SurfaceStage(gateway: other).told(by: .rest, surface)
            }
            let heard = Heard(stage.gateway)
            let task = await stage.gateway.perform { $0.loopContext.startReconciler() }
            #expect(await soon { await stage.log().contains("The outcome of a write was determined") })
            task.cancel()
            await task.value
            #expect(await stage.log().contains(#""found":"done""#))
            #expect(heard.uris == Self.changed(before, try await Self.readings(stage)))
        }
    }

    /// Records a write whose program is gone.
    private static func leave(
        _ operation: LumaAPI.Operation, _ input: JSONObject, _ stage: SurfaceStage
    ) async throws {
        let write = JournaledWrite(operation, input)
        let now = WallClock.now
        let (store, account) = (stage.gateway.shared.store, stage.gateway.shared.storeAccount)
        let record = WriteRecord(
            account: account, request: nil, operation: write.operation, subject: write.subject, mark: write.mark,
            body: JSON.object(write.body).encoded, digest: nil, notes: [], now: now, sentAt: now)
        let standing: RecordStanding = try await withCheckedThrowingContinuation { continuation in
            store.record(record) { continuation.resume(with: $0) }
        }
        var written: WriteID?
        if case .recorded(let id) = standing { written = id }
        store.abandon(try #require(written, "\(standing)"))
    }
}
