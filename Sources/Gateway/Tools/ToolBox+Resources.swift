import Core
import HTTP
import IO
import MCP

/// What can be read without a tool: events, the calendar, the templates.
extension ToolBox {
    private static let json = "application/json"
    private static let eventsTemplate = "luma://events/{event_id}"
    private static let templatesTemplate = "luma://templates/{template_type}"
    /// How long the ids that completion proposes are taken for news, in seconds.
    private static let recentSeconds = 30.0

    func addResources(to registry: inout Registry) {
        registry.add(
            Resource(
                "luma://calendar", name: "calendar", title: "Upcoming events",
                description: "The next events of the calendar, soonest first.", mimeType: Self.json
            ) { [self] call, uri throws(CallFailure) in
                let now = seal.now.rfc3339
                let input = RequestInput(
                    endpoint: .listEvents, query: [("limit", "50"), ("after", now), ("sort", "start_at")])
                let page = try await read(uri, input, call)
                let document: JSON = [
                    "notice": Self.notice,
                    "events": .array((page["entries"]?.arrayValue ?? []).map(Self.abridged)),
                    "has_more": page["has_more"] ?? false,
                ]
                return [ResourceContents(uri: uri, json: document)]
            })
        for template in catalog.templates {
            registry.add(
                Resource(
                    "luma://templates/\(template.type)", name: "template-\(template.type)",
                    title: "Template \(template.type)",
                    description: "What an event of the kind \(template.type) starts with.", mimeType: Self.json
                ) { _, uri throws(CallFailure) in [ResourceContents(uri: uri, json: template.json)] })
        }
        registry.add(
            ResourceTemplate(
                Self.eventsTemplate, name: "event", title: "Event", description: "One event of the calendar.",
                mimeType: Self.json, completers: ["event_id": eventIDs]
            ) { [self] call, uri, variables throws(CallFailure) in
                let input = RequestInput(endpoint: .getEvent, parameter: variables["event_id"])
                let document: JSON = ["notice": Self.notice, "event": Self.abridged(try await read(uri, input, call))]
                return [ResourceContents(uri: uri, json: document)]
            })
        registry.add(
            ResourceTemplate(
                Self.templatesTemplate, name: "template", title: "Template",
                description: "What an event of one kind starts with.", mimeType: Self.json,
                completers: ["template_type": templateTypes]
            ) { [catalog] _, uri, variables throws(CallFailure) in
                guard let template = catalog[variables["template_type"] ?? ""] else { throw .notFound(uri: uri) }
                return [ResourceContents(uri: uri, json: template.json)]
            })
    }

    private func read(_ uri: String, _ input: RequestInput, _ call: Call) async throws(CallFailure) -> JSON {
        do throws(APIError) {
            return try await rest(input, call)
        } catch {
            if error.reason == .eventNotFound { throw .notFound(uri: uri) }
            let data: JSON = ["reason": .string(error.reason.rawValue)]
            throw .error(.internalError(error.message, data: data))
        }
    }

    // MARK: Completion

    var templateTypes: Completer {
        { [catalog] _, begun throws(CallFailure) in
            catalog.templates.map(\.type).filter { $0.hasPrefix(begun.lowercased()) }
        }
    }

    /// Zones whose name, or whose last part, begins as the text does.
    var zoneNames: Completer {
        { [zones] _, begun throws(CallFailure) in
            let wanted = begun.lowercased().map { $0 == " " ? "_" : $0 }
            let text = String(wanted)
            return zones.names.filter { name in
                let lower = name.lowercased()
                return lower.hasPrefix(text) || lower.contains("/" + text)
            }
        }
    }

    /// Ids of upcoming events that begin as the text does, or whose name holds it.
    var eventIDs: Completer {
        { [self] call, begun throws(CallFailure) in
            let text = begun.lowercased()
            return await recentEvents(call).filter { event in
                event.id.lowercased().hasPrefix(text) || event.name.lowercased().contains(text)
            }.map(\.id)
        }
    }

    private func recentEvents(_ call: Call) async -> [(id: String, name: String)] {
        if let recent, recent.until > worker.clock.now { return recent.events }
        let input = RequestInput(
            endpoint: .listEvents, query: [("limit", "50"), ("after", seal.now.rfc3339), ("sort", "start_at")])
        do throws(APIError) {
            let events = (try await rest(input, call)["entries"]?.arrayValue ?? []).compactMap { event in
                event["id"]?.stringValue.map { (id: $0, name: event["name"]?.stringValue ?? "") }
            }
            recent = (events, worker.clock.now.advanced(seconds: Self.recentSeconds))
            return events
        } catch {
            // Without Luma there is nothing to propose, which is no reason to fail.
            return []
        }
    }
}
