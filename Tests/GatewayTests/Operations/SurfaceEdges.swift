import Core
import GatewayAPI
import IO
import LumaAPI
import TestKit
import Testing

@testable import Gateway

/// Each edge of a row asked for the same, hand-made ones too.
extension SurfaceStage {
    /// Full hours far enough from now that no edge has a doubt, the same for every stage of a test.
    private static let (past, future) = (hour(days: -30), hour(days: 30))

    private static func hour(days: Int64) -> JSON {
        let hour: Int64 = 3_600_000
        let now = WallClock.now.milliseconds
        let text = Timestamp(milliseconds: now - now % hour + days * 24 * hour).rfc3339
        return .string(text.replacing(".000Z", with: "Z"))
    }

    /// The example of a row in our words, for any of its edges. The words of those that are written by hand are their own.
    func given(_ surface: Surface) throws -> JSONObject {
        let example = try luma.example(of: surface.operation)
        var given = surface.given(example)
        switch surface.operation.name {
        case "calendars/events/list": (given["after"], given["sort"]) = (Self.past, "start_at")
        case "events/create": given["start_at"] = Self.future
        // The gateway asks for it by itself.
        case "events/cancel": given["cancellation_token"] = nil
        case "entities/lookup": given = ["url": example["slug"] ?? .null]
        default: break
        }
        return given
    }

    /// What an edge tells of what it was asked for: the document, or of hand-made edges, whose documents differ, what they have
    /// in common.
    func told(by edge: Surface.Edge, _ surface: Surface) async throws -> JSON {
        let given = try given(surface)
        let document: JSON
        switch edge {
        case .rest:
            let answer = try await rest(surface, given: given)
            #expect(answer.status == surface.success, "\(answer.text)")
            document = try #require(answer.json)
        case .tool: document = try await perform(surface, given: given)
        case .command: document = try await command(surface, given: given)
        }
        return Neutral.json(surface.handmade.isEmpty ? document : surface.common(document))
    }
}

extension Surface {
    /// Where it is offered.
    var edges: [Edge] {
        Edge.allCases.filter { edge in
            switch edge {
            case .rest: true
            case .tool: tool != nil
            case .command: command != nil
            }
        }
    }

    /// What every hand-made edge tells, in one shape: which events, and as what.
    fileprivate func common(_ document: JSON) -> JSON {
        func members(_ names: [String], of object: JSON) -> JSON {
            .object(JSONObject(names.map { (name: $0, value: object[$0] ?? .null) }))
        }
        func event(_ event: JSON) -> JSON {
            members(["id", "name", "start_at", "end_at", "timezone", "url", "visibility"], of: event)
        }
        if operation.name == "events/cancel" {
            return [
                "id": document["id"] ?? document["event_id"] ?? .null,
                "outcome": members(["status", "guest_count", "refunded"], of: document),
            ]
        }
        guard answer == .page else { return event(document["event"] ?? document) }
        let entries = (document["entries"] ?? document["events"])?.arrayValue ?? []
        return [
            "entries": .array(entries.map(event)), "rest": members(["has_more", "left_out"], of: document),
        ]
    }
}

extension EmulatedLuma {
    /// What it holds, and what was changed, without the times at which that was.
    var standing: JSON {
        func entries(_ path: String, without time: String) -> JSON {
            let entries = look(path)["entries"]?.arrayValue ?? []
            return .array(
                entries.map { .object(JSONObject(($0.objectValue?.members ?? []).filter { $0.name != time })) })
        }
        return [
            "events": entries("/_sandbox/events", without: "created_at"),
            "changes": entries("/_sandbox/changes", without: "at"),
        ]
    }
}
