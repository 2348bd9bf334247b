import Core
import GatewayAPI
import IO

extension TemplateCatalog {
    /// Reads the `.json` files of a directory. Blocks: never on a loop.
    /// - Throws: all problems, each with the file's name.
    static func read(directory: String, zones: TimeZoneDatabase) throws(TemplateCatalogError) -> TemplateCatalog {
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
