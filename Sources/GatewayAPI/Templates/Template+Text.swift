package import Core

/// What a template means: in words for a person, and as a request to begin with.
extension Template {
    /// `Lasts 3 h. Registrations need approval. Usually online. Sets visibility: private.`
    package var summary: String { facts.map { $0 + "." }.joined(separator: " ") }

    private var facts: [String] {
        var facts = ["Lasts " + (EventOutcome.text(ofLength: durationMilliseconds) ?? "less than a minute")]
        facts.append(requireRSVPApproval ? "Registrations need approval" : "Registrations need no approval")
        facts.append(isVirtual ? "Usually online" : "Usually at a place")
        if let defaults = Self.words(eventDefaults) { facts.append("Sets " + defaults) }
        return facts
    }

    /// `visibility: private, max_capacity: 40`; nil without any.
    package static func words(_ defaults: JSONObject) -> String? {
        guard !defaults.members.isEmpty else { return nil }
        return defaults.members.map { name, value in
            let text = value.stringValue ?? String(decoding: value.encoded, as: UTF8.self)
            return name + ": " + APIError.shortened(text, to: 60)
        }.joined(separator: ", ")
    }

    /// A body for `POST /templates/create`, which is also the arguments of `create_event_from_template`.
    package var example: JSON {
        var members: [(name: String, value: JSON)] = [
            ("template_type", .string(type)), ("name", "Your event"), ("start_at", "2030-05-04T18:00:00"),
            ("timezone", "Europe/Berlin"),
        ]
        let hasPlace = eventDefaults["meeting_url"] != nil || eventDefaults["geo_address_json"] != nil
        if !hasPlace, isVirtual {
            members.append(("meeting_url", "https://meet.example.com/room"))
        } else if !hasPlace {
            members.append(("geo_address_json", ["type": "manual", "address": "1 Main Street, Springfield"]))
        }
        return .object(JSONObject(members))
    }

    /// As a text for hosts that take no documents.
    package var markdown: String {
        var lines = ["# \(name)", ""]
        if !description.isEmpty { lines += [description, ""] }
        lines += facts.map { "- " + $0 }
        lines += ["", "For example, `create_event_from_template` with", ""]
        return (lines + ["    " + String(decoding: example.encoded, as: UTF8.self)]).joined(separator: "\n")
    }
}
