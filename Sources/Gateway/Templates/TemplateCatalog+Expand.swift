public import Core

extension TemplateCatalog {
    /// Makes the event that a template and a client's own fields describe.
    ///
    /// The input is an event with `template_type` beside its fields. Each field beats the template's; null takes a default
    /// of the template back. Without `end_at` the event ends after the template's length, counted in elapsed time. A
    /// place on a virtual template, or a URL on another, is what the client wants and is kept.
    public func expand(_ json: JSON, zones: TimeZoneDatabase) -> EventInput.Outcome {
        guard let object = json.objectValue else {
            return .invalid([FieldProblem("", "the body must be a JSON object")])
        }
        var problems: [FieldProblem] = []
        var template: Template?
        if let type = object["template_type"] {
            template = type.stringValue.flatMap { self[$0] }
            if template == nil { problems.append(FieldProblem("template_type", unknown(type))) }
        } else {
            problems.append(FieldProblem("template_type", "is required: \(oneOfTheTypes)"))
        }

        let defaults = template?.eventDefaults.members ?? []
        var members = object.members.filter { member in
            member.name != "template_type"
                && !(member.value.isNull && defaults.contains { $0.name == member.name })
        }
        members += defaults.filter { member in !object.members.contains { $0.name == member.name } }

        switch EventInput.parse(.object(JSONObject(members)), mode: .create, zones: zones) {
        case .invalid(let more): return .invalid(problems + more)
        case .accepted(var event):
            guard problems.isEmpty, let template else { return .invalid(problems) }
            if event.end == nil, let start = event.start {
                let end = Timestamp(milliseconds: start.milliseconds + template.durationMilliseconds)
                event.end = end
                let place = event.body.members.firstIndex { $0.name == "start_at" }.map { $0 + 1 }
                event.body.members.insert(("end_at", .string(end.rfc3339)), at: place ?? event.body.members.endIndex)
            }
            event.approval = event.approval ?? template.requireRSVPApproval
            return .accepted(event)
        case .needsEventZone, .emptyUpdate:
            preconditionFailure("these outcomes belong to updates")
        }
    }

    private var oneOfTheTypes: String { "one of " + templates.map(\.type).joined(separator: ", ") }

    private func unknown(_ value: JSON) -> String {
        let hint =
            value.stringValue.flatMap { NearestName.suggest(for: $0, among: templates.map(\.type)) }
            .map { "; did you mean \($0)?" } ?? ""
        return "must be \(oneOfTheTypes)\(hint)"
    }
}
