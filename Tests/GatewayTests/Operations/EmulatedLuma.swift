import Core
import HTTP
import LumaAPI
import LumaSandbox
import Synchronization
import TestKit
import Testing

/// The emulator with its seeds as the Luma of a gateway, from any thread. It counts what was asked, and loses answers when it is told to.
final class EmulatedLuma: Sendable {
    private struct State {
        var sandbox = Sandbox(SandboxConfiguration(rateLimit: 100_000))
        /// Operations whose next answer is lost after it took effect.
        var losing: Set<String> = []
    }

    /// 2026-06-01T12:00:00Z: the same requests give the same answers, ids and all.
    private static let now = Timestamp(milliseconds: 1_780_315_200_000)
    private let state = Mutex(State())

    func answer(_ request: OutboundRequest) -> ScriptedTransport.Answer {
        let isRead = request.method == .get
        let parts = request.url.dropFirst("https://luma.test".count).split(separator: "?", maxSplits: 1)
        let path = String(parts.first ?? "")
        let query = try? QueryString(parsing: String(parts.dropFirst().first ?? ""))
        let asked = SandboxRequest(
            method: isRead ? .get : .post, path: path, query: query?.items ?? [], apiKey: "key", body: request.body)
        let operation = Catalog.route(isRead ? .get : .post, path)?.operation.name ?? ""
        return state.withLock { state -> ScriptedTransport.Answer in
            let told = state.sandbox.handle(asked, now: Self.now, monotonic: MonotonicTime(nanoseconds: 0))
            if state.losing.remove(operation) != nil { return .lost(.timeout) }
            return .success(OutboundResponse(status: told.status, body: told.body))
        }
    }

    /// Has the answer to the next call of this operation lost.
    func lose(_ operation: String) { state.withLock { _ = $0.losing.insert(operation) } }

    /// How often each operation was called.
    var requests: [String: Int] { state.withLock { $0.sandbox.counters.requests } }

    /// How many changes there were.
    var changes: Int { look("/_sandbox/changes")["entries"]?.arrayValue?.count ?? 0 }

    private func look(_ path: String, _ query: [(name: String, value: String)] = []) -> JSON {
        let asked = SandboxRequest(method: .get, path: path, query: query, apiKey: "key")
        return state.withLock { state -> JSON in
            let told = state.sandbox.handle(asked, now: Self.now, monotonic: MonotonicTime(nanoseconds: 0))
            return (try? JSON.parse(told.body)) ?? .null
        }
    }

    /// The example of a row, about an event that a guest waits to be let into.
    func example(of operation: LumaAPI.Operation) throws -> JSONObject {
        func entries(_ path: String, of event: String) -> [JSON] {
            look(path, [(name: "event_id", value: event)])["entries"]?.arrayValue ?? []
        }
        func asking(_ event: String) -> String? {
            let guests = entries("/v1/events/guests/list", of: event)
            return guests.first { $0["approval_status"] == "pending_approval" }?["id"]?.stringValue
        }
        let events = (look("/_sandbox/events")["entries"]?.arrayValue ?? []).filter { $0["platform"] == "luma" }
        let event = try #require(events.compactMap { $0["id"]?.stringValue }.first { asking($0) != nil })
        var texts = ["evt-": event]
        texts["gst-"] = asking(event)
        texts["ttype-"] = entries("/v1/events/ticket-types/list", of: event).first?["id"]?.stringValue
        let example = operation.example.filled(with: texts)
        for (name, value) in example.members {
            #expect(value.stringValue?.hasSuffix("-") != true, "nothing stands for \(name)")
        }
        return example
    }
}
