import Core
import HTTP
import IO
import LumaAPI
import LumaSandbox
import Synchronization
import TestKit

/// Luma behind a gateway that is asked in process: the emulator, without a socket either. Any thread.
final class EmulatedLuma: Sendable {
    private struct State {
        var sandbox: Sandbox
        var asked: [String] = []
        var cancelled: [String] = []
        var held: Set<String> = []
        var losing: Set<String> = []
        var answers: [String: ScriptedTransport.Answer] = [:]
        var secrets: [String: Set<String>] = [:]
    }

    /// Where the gateway believes it to be.
    static let origin = "https://luma.test"
    private let state: Mutex<State>

    init(_ configuration: SandboxConfiguration = SandboxConfiguration()) {
        state = Mutex(State(sandbox: Sandbox(configuration)))
    }

    /// The operations that were asked for, in order, such as `events/create`.
    var asked: [String] { state.withLock { $0.asked } }

    /// Those whose caller did not wait for the answer.
    var cancelled: [String] { state.withLock { $0.cancelled } }

    /// What was sent and answered that the rows call secret, by operation: texts, each also without the address that it ends.
    var secrets: [String: Set<String>] { state.withLock { $0.secrets } }

    func count(_ operation: String) -> Int { asked.count { $0 == operation } }

    /// Leaves an operation without an answer until it is released. It takes effect then.
    func hold(_ operation: String) { state.withLock { _ = $0.held.insert(operation) } }

    func release(_ operation: String) { state.withLock { _ = $0.held.remove(operation) } }

    /// Loses the next answer of an operation, after it took effect.
    func lose(_ operation: String) { state.withLock { _ = $0.losing.insert(operation) } }

    /// What the emulator tells somebody else.
    func look(_ path: String, _ query: [(name: String, value: String)] = []) -> JSON {
        let asked = SandboxRequest(method: .get, path: path, query: query, apiKey: "another key")
        let now = WallClock.now
        let told = state.withLock { $0.sandbox.handle(asked, now: now, monotonic: LoopClock.monotonicNow) }
        return (try? JSON.parse(told.body)) ?? .null
    }

    /// How many changes there were.
    var changes: Int { look("/_sandbox/changes")["entries"]?.arrayValue?.count ?? 0 }

    /// Answers an operation with this from now on; nil for what the emulator says.
    func answer(_ operation: String, with answer: ScriptedTransport.Answer?) {
        state.withLock { $0.answers[operation] = answer }
    }

    /// Makes an event past the gateway, as another program does.
    /// - Returns: its id.
    func create(_ event: JSON) async throws -> JSON {
        let request = OutboundRequest(
            method: .post, url: Self.origin + "/v1/events/create",
            fields: [Field("x-luma-api-key", "another"), Field("content-type", "application/json")],
            body: event.encoded, deadline: LoopClock.monotonicNow)
        let answer = try await answer(request).get()
        guard let id = try JSON.parse(answer.body)["id"] else {
            throw NotMade(description: String(decoding: answer.body, as: UTF8.self))
        }
        return id
    }

    /// Luma has said why not.
    struct NotMade: Error, CustomStringConvertible { let description: String }

    func answer(_ request: OutboundRequest) async -> ScriptedTransport.Answer {
        let target = request.url.dropFirst(Self.origin.count)
        let path = String(target.prefix { $0 != "?" })
        let operation = String(path.dropFirst("/v1/".count))
        let answer = await respond(to: request, target, path, operation)
        note(operation, request, answer)
        return answer
    }

    private func note(_ operation: String, _ request: OutboundRequest, _ answer: ScriptedTransport.Answer) {
        guard let row = Catalog[operation], !row.secretInput.isEmpty || !row.secretAnswer.isEmpty else { return }
        var texts = (try? JSON.parse(request.body))?.texts(of: row.secretInput) ?? []
        if case .success(let response) = answer, let document = try? JSON.parse(response.body) {
            texts.formUnion(document.texts(of: row.secretAnswer))
        }
        if !texts.isEmpty { state.withLock { $0.secrets[operation, default: []].formUnion(texts) } }
    }

    private func respond(
        to request: OutboundRequest, _ target: Substring, _ path: String, _ operation: String
    ) async -> ScriptedTransport.Answer {
        state.withLock { $0.asked.append(operation) }
        while state.withLock({ $0.held.contains(operation) }) {
            do {
                try await Task.sleep(for: .milliseconds(2))
            } catch {
                state.withLock { $0.cancelled.append(operation) }
                return .lost(.cancelled)
            }
        }
        if let answer = state.withLock({ $0.answers[operation] }) { return answer }
        func field(_ name: String) -> String? { request.fields.first { $0.name.lowercased() == name }?.value }
        let query = (try? QueryString(parsing: String(target.dropFirst(path.count + 1))))?.items ?? []
        let asked = SandboxRequest(
            method: request.method == .get ? .get : .post, path: path, query: query, apiKey: field("x-luma-api-key"),
            calendarId: field("x-luma-calendar-id"), contentType: field("content-type"), body: request.body)
        let now = WallClock.now
        let told = state.withLock { $0.sandbox.handle(asked, now: now, monotonic: LoopClock.monotonicNow) }
        if state.withLock({ $0.losing.remove(operation) != nil }) { return .lost(.timeout) }
        let fields = told.allFields.map { Field($0.name.lowercased(), $0.value) } + [Field("date", now.httpDate)]
        return .success(OutboundResponse(status: told.status, fields: fields, body: told.body))
    }
}

extension JSON {
    /// The texts of members of these names, at any depth, each also without the address that it ends.
    fileprivate func texts(of names: Set<String>, isWithin: Bool = false) -> Set<String> {
        switch self {
        case .string(let text):
            isWithin ? [text, text.split(separator: "=").last.map { String($0) } ?? text] : []
        case .array(let items): items.reduce(into: []) { $0.formUnion($1.texts(of: names, isWithin: isWithin)) }
        case .object(let object):
            object.members.reduce(into: []) { texts, member in
                texts.formUnion(member.value.texts(of: names, isWithin: isWithin || names.contains(member.name)))
            }
        default: []
        }
    }
}
