public import Core

extension TemplateCatalog {
    /// Makes the event that a template and a client's own fields describe.
    ///
    /// The input is an event with `template_type` beside its fields. Each field beats the template's; null takes a default
    /// of the template back. Without `end_at` the event ends after the template's length, counted in elapsed time. A
    /// place on a virtual template, or a URL on another, is what the client wants and is kept.
    public func expand(_ json: JSON, _ setting: EventInput.Setting) -> EventInput.Outcome {
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

        var setting = setting
        setting.defaultLength = template?.durationMilliseconds
        switch EventInput.parse(.object(JSONObject(members)), mode: .create, setting) {
        case .invalid(let more): return .invalid(problems + more)
        case .accepted(var event):
            guard problems.isEmpty, let template else { return .invalid(problems) }
            event.approval = event.approval ?? template.requireRSVPApproval
            return .accepted(event)
        case .needsEvent, .unchanged, .emptyUpdate:
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
