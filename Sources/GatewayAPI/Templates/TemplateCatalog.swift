public import Core

/// All templates by type: the five that are built in, then the user's own in the order of their files' names.
public struct TemplateCatalog: Sendable {
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
