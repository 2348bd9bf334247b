import Core
import GatewayAPI
import HTTP
import LumaAPI
import Settings
import TestKit
import Testing

@testable import Gateway

/// A gateway in process before the emulator with its seeds: asked by REST and as an assistant asks.
struct SurfaceStage {
    let gateway: InProcess
    var luma: EmulatedLuma { gateway.luma }

    /// Plays a scene on a stage of its own.
    /// - Parameters:
    ///   - given: settings of the gateway.
    ///   - hasTokens: it asks for a token, one of `Tokens`.
    static func play(
        _ given: [Setting: String] = [:], hasTokens: Bool = false, _ scene: (SurfaceStage) async throws -> Void
    ) async throws {
        var settings = given
        if hasTokens { settings[.authTokens] = Tokens.setting }
        try await InProcess.serve(settings) { try await scene(SurfaceStage(gateway: $0)) }
    }

    private func ask(_ line: String, _ body: JSON?, _ fields: [String], token: String?) async throws -> Answer {
        try await gateway.ask(line, fields + (token.map(Tokens.bearer) ?? []), body)
    }

    /// What was logged so far.
    func log() async -> String {
        String(decoding: JSON.array(await gateway.logLines()).encoded, as: UTF8.self)
    }

    // MARK: REST

    /// - Parameters:
    ///   - input: Luma's.
    ///   - query: parameters beside it.
    func rest(
        _ surface: Surface, _ input: JSONObject, query: [(name: String, value: String)] = [], key: String? = nil,
        token: String? = nil
    ) async throws -> Answer {
        try await rest(surface, given: surface.given(input), query: query, key: key, token: token)
    }

    /// The same for an input in our words.
    func rest(
        _ surface: Surface, given: JSONObject, query: [(name: String, value: String)] = [], key: String? = nil,
        token: String? = nil
    ) async throws -> Answer {
        let (line, body) = surface.request(given, query: query)
        return try await ask(line, body, key.map { ["Idempotency-Key: \"\($0)\""] } ?? [], token: token)
    }

    // MARK: As an assistant

    func assistant(token: String? = nil) -> MCPClient { MCPClient(gateway, token.map(Tokens.bearer) ?? []) }

    func call(_ tool: String, _ arguments: JSONObject) async throws -> JSON {
        try await assistant().call(tool, .object(arguments))
    }

    /// The structured result of a tool that has not failed, without its notice.
    func result(_ tool: String, _ arguments: JSONObject) async throws -> JSON {
        let content = try await assistant().result(tool, .object(arguments))
        var result = try #require(content.objectValue, "\(tool): \(content)")
        #expect(result["notice"] == ToolBox.notice)
        result["notice"] = nil
        return .object(result)
    }

    /// Has a tool do what a row's input says, with the confirmation that it wants.
    func perform(_ surface: Surface, _ input: JSONObject, key: String? = nil) async throws -> JSON {
        var given = surface.given(input)
        if let key { given["idempotency_key"] = .string(key) }
        return try await perform(surface, given: given)
    }

    /// The same for an input in our words.
    func perform(_ surface: Surface, given: JSONObject) async throws -> JSON {
        let tool = try #require(surface.tool)
        let first = try await result(tool, given)
        guard first["status"] == "needs_confirmation" else { return first }
        var agreed = given
        agreed["confirm"] = first["confirm"]
        return try await result(tool, agreed)
    }
}

extension Answer {
    /// The fields of which a refusal says what is wrong with them.
    var refused: [String] { json?["details"]?["fields"]?.arrayValue?.compactMap { $0["field"]?.stringValue } ?? [] }
}

extension EmulatedLuma {
    /// The example of a row, about an event that a guest waits to be let into.
    func example(of operation: LumaAPI.Operation) throws -> JSONObject {
        let guests = try #require(Catalog["events/guests/list"]?.path)
        func isAwaited(_ event: String) -> Bool {
            let entries = look(guests, [(name: "event_id", value: event)])["entries"]?.arrayValue ?? []
            return entries.contains { $0["approval_status"] == "pending_approval" }
        }
        let events = (look("/_sandbox/events")["entries"]?.arrayValue ?? []).filter { $0["platform"] == "luma" }
        let awaited = events.compactMap { $0["id"]?.stringValue }.first(where: isAwaited)
        let event = try #require(awaited)
        let ids = ExampleIDs.of(event: event) { row, input in
            look(row.path, input.members.map { (name: $0.name, value: $0.value.stringValue ?? "") })
        }
        let example = operation.example.filled(with: ids)
        for (name, value) in example.members {
            #expect(value.stringValue?.hasSuffix("-") != true, "nothing stands for \(name)")
        }
        return example
    }
}

extension Surface {
    /// The row of an operation that a test is about.
    static func row(_ operation: String) throws -> Surface { try #require(Surfaces[operation: operation]) }

    /// The operation by which its preview looks.
    var reading: String { operation.recovery.reading?.operation ?? "" }

    /// The status of its success.
    var success: Int { operation.makesThing ? 201 : 200 }

    /// The request line and the body of REST for an input in our words.
    func request(
        _ given: JSONObject, query more: [(name: String, value: String)]
    ) -> (line: String, body: JSON?) {
        var target = route.pattern
        for name in pathMembers {
            target = target.replacing("{\(name)}", with: PercentCoding.encode(given[name]?.stringValue ?? ""))
        }
        let open = JSONObject(given.members.filter { !pathMembers.contains($0.name) })
        // By hand a DELETE is asked by its query.
        let hasBody = operation.body != nil && (route.method != .delete || isDerived(.rest))
        var query = QueryString(more)
        for (name, value) in hasBody ? [] : open.members {
            for item in value.arrayValue ?? [value] {
                query.append(name, item.stringValue ?? String(decoding: item.encoded, as: UTF8.self))
            }
        }
        if !query.isEmpty { target += "?" + query.text }
        return ("\(route.method.token) \(target)", hasBody && !open.isEmpty ? .object(open) : nil)
    }

    /// Luma's input in the words of this gateway.
    func given(_ input: JSONObject) -> JSONObject {
        let isDescending = input["sort_direction"]?.stringValue?.hasPrefix("desc") ?? false
        var given = JSONObject()
        for (name, value) in input.members {
            switch name {
            case "pagination_cursor": given["cursor"] = value
            case "pagination_limit": given["limit"] = value
            case "sort_column": given["sort"] = isDescending ? .string("-" + (value.stringValue ?? "")) : value
            case "sort_direction": break
            default: given[name] = value
            }
        }
        return given
    }

    /// The input with another id as the last that its path names.
    func other(than input: JSONObject) throws -> JSONObject {
        let name = try #require(pathMembers.last)
        var other = input
        other[name] = .string((input[name]?.stringValue ?? "") + "x")
        return other
    }
}
