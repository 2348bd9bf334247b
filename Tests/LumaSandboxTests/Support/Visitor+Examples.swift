import Core
import HTTP
import LumaAPI
import TestKit
import Testing

@testable import LumaSandbox

extension Visitor {
    /// The example of a row, about things that this sandbox holds: an event with a guest who waits for approval, if there is one.
    mutating func example(of operation: LumaAPI.Operation) throws -> JSONObject {
        let events = get("/_sandbox/events").entries.filter { $0["platform"] == "luma" }
        var answers: [JSON] = []
        for event in events {
            answers.append(get("/v1/events/get", ["event_id": event["id"]?.stringValue ?? ""]).json)
        }
        func first(having status: String) -> String? {
            answers.first { ($0["guest_counts"]?[status]?["guests"]?.intValue ?? 0) > 0 }?["id"]?.stringValue
        }
        let event = try #require(first(having: "pending_approval") ?? first(having: "approved"))
        var texts = ExampleIDs.of(event: event) { row, input in call(row, input).json }
        if operation.name == "events/cancel" {
            let asked = post("/v1/events/cancel/request", ["event_id": .string(event)])
            texts["token"] = asked.json["cancellation_token"]?.stringValue
        }
        return operation.example.filled(with: texts)
    }

    /// Sends an input as the operation takes it, on its current path or another.
    mutating func call(_ operation: LumaAPI.Operation, at path: String? = nil, _ input: JSONObject) -> Reply {
        let path = path ?? operation.path
        guard operation.body == nil else { return post(path, .object(input)) }
        let query = input.members.flatMap { member in
            (member.value.arrayValue ?? [member.value]).map { value in
                (name: member.name, value: value.stringValue ?? String(decoding: value.encoded, as: UTF8.self))
            }
        }
        return send(SandboxRequest(method: .get, path: path, query: query, apiKey: key))
    }
}
