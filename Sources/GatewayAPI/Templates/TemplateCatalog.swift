public import Core

/// All templates by type: the five that are built in, then the user's own in the order of their files' names.
public struct TemplateCatalog: Sendable {
    /// The built-in ones, then the operator's own.
    public let templates: [Template]

    /// The built-in templates alone.
    public init() { templates = Template.builtIn }

    /// A template file's name and text.
    public struct File: Sendable {
        public let name: String
        public let text: String

        public init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    /// Adds the user's templates.
    ///
    /// A type is defined once. A file that names a built-in type, or one of an earlier file, is refused: whoever relies on
    /// `workshop` asking for approval must not lose that to a file.
    /// - Throws: all problems of all files, each with the file's name.
    public init(files: [File], zones: TimeZoneDatabase) throws(TemplateCatalogError) {
        var templates = Template.builtIn
        var origins: [String: String] = [:]
        var problems: [String] = []
        for file in files {
            switch TemplateFile.parse(file.text, zones: zones) {
            case .failure(let error): problems.append("\(file.name): \(error)")
            case .success(let template):
                if let first = origins[template.type] {
                    problems.append("\(file.name): type \"\(template.type)\" is already defined by \(first)")
                } else if templates.contains(where: { $0.type == template.type }) {
                    problems.append("\(file.name): type \"\(template.type)\" is built in; choose another")
                } else {
                    origins[template.type] = file.name
                    templates.append(template)
                }
            }
        }
        if !problems.isEmpty { throw TemplateCatalogError(problems: problems) }
        self.templates = templates
    }

    /// Whether there are templates besides those that are built in.
    public var hasOwn: Bool { templates.count > Template.builtIn.count }

    /// The template of this type; nil when there is none.
    public subscript(type: String) -> Template? { templates.first { $0.type == type } }

    /// The answer of `GET /templates/`.
    public var json: JSON { .array(templates.map(\.json)) }
}

/// Template files that cannot be used, one line for each problem.
public struct TemplateCatalogError: Error, Sendable, Equatable, CustomStringConvertible {
    public let problems: [String]

    package init(problems: [String]) {
        self.problems = problems
    }

    public var description: String { problems.joined(separator: "\n") }
}

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
        let nearest = value.stringValue.flatMap { NearestName.suggest(for: $0, among: templates.map(\.type)) }
        return "must be \(oneOfTheTypes)\(NearestName.hint(nearest))"
    }
}
