public import Core
import IO

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

    public var description: String { problems.joined(separator: "\n") }
}

extension TemplateCatalog {
    /// Reads the `.json` files of a directory. Blocks: never on a loop.
    /// - Throws: all problems, each with the file's name.
    public static func read(directory: String, zones: TimeZoneDatabase) throws(TemplateCatalogError) -> TemplateCatalog
    {
        var files: [File] = []
        var problems: [String] = []
        let names: [String]
        do throws(SmallFile.Failure) {
            names = try SmallFile.names(in: directory, suffix: ".json")
        } catch {
            throw TemplateCatalogError(problems: ["\(directory): \(error)"])
        }
        for name in names {
            do throws(SmallFile.Failure) {
                guard let text = try SmallFile.read(directory + "/" + name, limit: 256 << 10) else { continue }
                files.append(File(name: name, text: text))
            } catch {
                problems.append("\(name): \(error)")
            }
        }
        do throws(TemplateCatalogError) {
            let catalog = try TemplateCatalog(files: files, zones: zones)
            if problems.isEmpty { return catalog }
        } catch {
            problems += error.problems
        }
        throw TemplateCatalogError(problems: problems)
    }
}
