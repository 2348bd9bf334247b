import Core
import Glibc
import IO
import ToolSources

/// Finds plugins: directories, symbolic links to directories, and single executables. Blocks its thread: never on a loop.
struct PluginFolder {
    /// Plugins that one directory may hold.
    static let maxPlugins = 256
    /// Files of one plugin whose changes are noticed.
    static let maxMarks = 256
    private static let maxDocumentBytes = 1 << 20

    /// What runs a `cli.py` that is not executable itself.
    let python: String
    let isStrict: Bool

    /// Looks at everything in a directory.
    /// - Parameters:
    ///   - leavingOut: the name of a file that is no plugin.
    ///   - only: the one entry that is looked at; nil for all.
    func scan(_ path: String, leavingOut: String?, only: String? = nil) -> PluginScan {
        var scan = PluginScan()
        guard let folder = TrustedPath.real(path), FileMark(folder)?.isDirectory == true else {
            scan.problem = "there is no such directory"
            // It may be made there.
            scan.watched = Self.directory(above: path).map { [$0] } ?? []
            return scan
        }
        scan.watched = [folder]
        if isStrict, let problem = TrustedPath.problem(folder) {
            scan.problem = "it " + problem
            return scan
        }
        let names: [String]
        do throws(SmallFile.Failure) { names = try SmallFile.names(in: folder, suffix: "") } catch {
            scan.problem = "it cannot be read: \(error)"
            return scan
        }
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        where name != "__pycache__" && name != leavingOut && only.map({ $0 == name }) ?? true {
            let shown = OutsideText.line(name, max: ToolNames.maxBytes)
            do throws(Refusal) {
                guard let plugin = try find(folder + "/" + name) else { continue }
                guard scan.found.count < Self.maxPlugins else {
                    throw Refusal("a directory can have at most \(Self.maxPlugins) plugins")
                }
                if let other = scan.found.first(where: { $0.program == plugin.program && $0.words == plugin.words }) {
                    throw Refusal("it is the same program as \(other.name)")
                }
                scan.found.append(plugin)
            } catch {
                scan.refused.append(RefusedPlugin(shown, error.reason))
            }
        }
        refuseRepeated(&scan)
        if let only, scan.found.isEmpty, scan.refused.isEmpty {
            scan.refused = [RefusedPlugin(only, "it is neither a directory nor an executable file")]
        }
        scan.watched += scan.found.map(\.watched)
        return scan
    }

    /// The nearest directory above a path that is there.
    private static func directory(above path: String) -> String? {
        var part = path[...]
        repeat {
            while part.count > 1, part.hasSuffix("/") { part.removeLast() }
            guard let slash = part.lastIndex(of: "/") else { return TrustedPath.real(".") }
            part = slash == part.startIndex ? "/" : part[..<slash]
            if let real = TrustedPath.real(String(part)), FileMark(real)?.isDirectory == true { return real }
        } while part != "/"
        return nil
    }

    /// A name that two have belongs to neither: which of them came first would decide.
    private func refuseRepeated(_ scan: inout PluginScan) {
        var counts: [String: Int] = [:]
        for plugin in scan.found { counts[plugin.name, default: 0] += 1 }
        for plugin in scan.found where counts[plugin.name] != 1 {
            scan.refused.append(RefusedPlugin(plugin.name, "more than one plugin has this name; rename one"))
        }
        scan.found.removeAll { counts[$0.name] != 1 }
    }

    struct Refusal: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// The plugin at a path; nil for what is none and need not be spoken of.
    /// - Throws: why it cannot be used.
    func find(_ path: String) throws(Refusal) -> FoundPlugin? {
        guard let real = TrustedPath.real(path), let mark = FileMark(real) else {
            throw Refusal("its link is broken")
        }
        guard mark.isDirectory || mark.isExecutable else { return nil }
        let entry = path.split(separator: "/").last.map(String.init) ?? ""
        let name = mark.isDirectory ? entry : Self.stem(entry)
        guard ToolNames.isPlugin(name) else {
            throw Refusal("its name must have 1 to 32 letters, digits, _ and -, without __; rename it")
        }
        if isStrict, let problem = TrustedPath.problem(real) { throw Refusal("it " + problem) }
        return mark.isDirectory ? try directory(real, name) : file(real, name, mark)
    }

    /// A name without its extension.
    private static func stem(_ entry: String) -> String {
        guard let dot = entry.lastIndex(of: "."), dot != entry.startIndex else { return entry }
        return String(entry[..<dot])
    }

    private func file(_ real: String, _ name: String, _ mark: FileMark) -> FoundPlugin {
        let folder = real.lastIndex(of: "/").map { String(real[..<$0]) } ?? ""
        return FoundPlugin(
            name: name, program: real, words: [], folder: folder.isEmpty ? "/" : folder, readable: [real],
            document: nil,
            marks: [mark], watched: folder)
    }

    private func directory(_ real: String, _ name: String) throws(Refusal) -> FoundPlugin {
        var program: String
        var words: [String] = []
        var document: [UInt8]?
        if FileMark(real + "/plugin.json") != nil {
            let file = try trusted(real + "/plugin.json", "plugin.json ")
            let octets: [UInt8]?
            do throws(SmallFile.Failure) {
                octets = try SmallFile.bytes(file, limit: Self.maxDocumentBytes)
            } catch { throw Refusal("plugin.json \(error)") }
            document = octets
            (program, words) = try command(octets ?? [], in: real)
        } else if let runnable = ["run", "cli"].first(where: { FileMark(real + "/" + $0)?.isExecutable == true }) {
            program = real + "/" + runnable
        } else if let mark = FileMark(real + "/cli.py"), mark.isFile {
            program = real + "/cli.py"
            if !mark.isExecutable || !Self.namesInterpreter(program) {
                words = [try trusted(program, "cli.py ")]
                program = python
            }
        } else {
            throw Refusal("it has no plugin.json, no executable run or cli, and no cli.py")
        }
        guard program.hasPrefix("/") else { throw Refusal("LUMA_PLUGINS_PYTHON must be an absolute path") }
        guard let target = TrustedPath.real(program), FileMark(target)?.isExecutable == true else {
            throw Refusal(
                program == python
                    ? "LUMA_PLUGINS_PYTHON is not executable" : "its program is not executable; chmod +x it")
        }
        // An interpreter keeps its name: a virtual environment of Python is known by the link.
        if program != python { program = try trusted(program, "its program ") }
        return FoundPlugin(
            name: name, program: program, words: words, folder: real,
            readable: [real] + (program == python ? Self.installation(of: python) : []), document: document,
            marks: marks(in: real), watched: real)
    }

    /// What an interpreter reads besides the system's files: the directory in which it is installed, such as a virtual
    /// environment, and that of the interpreter to which its link leads.
    private static func installation(of interpreter: String) -> [String] {
        let places = Set([interpreter, TrustedPath.real(interpreter) ?? interpreter])
        return places.sorted().map { root(of: $0) ?? $0 }
    }

    /// The directory of an installation of Python; nil for a program that lies anywhere else, whose surroundings are no business
    /// of a plugin's.
    private static func root(of interpreter: String) -> String? {
        let parts = interpreter.split(separator: "/")
        guard parts.count > 2, parts[parts.count - 2] == "bin" else { return nil }
        let root = "/" + parts.dropLast(2).joined(separator: "/")
        if FileMark(root + "/pyvenv.cfg")?.isFile == true { return root }
        let libraries = (try? SmallFile.names(in: root + "/lib", suffix: "")) ?? []
        return libraries.contains { $0.hasPrefix("python") } ? root : nil
    }

    /// The real path of a file, once it is known that nobody else can change it.
    private func trusted(_ path: String, _ subject: String) throws(Refusal) -> String {
        guard let real = TrustedPath.real(path) else { throw Refusal(subject + "cannot be inspected") }
        if isStrict, let problem = TrustedPath.problem(real) { throw Refusal(subject + problem) }
        return real
    }

    /// The `command` of a `plugin.json`: the first word names a program by a path, those that begin with `./` a file beside it.
    private func command(_ octets: [UInt8], in folder: String) throws(Refusal) -> (String, [String]) {
        let limits = JSONLimits(maxDepth: 64, maxBytes: Self.maxDocumentBytes)
        guard let json = try? JSON.parse(octets, limits: limits) else { throw Refusal("plugin.json is not valid JSON") }
        let words = json["command"]?.arrayValue?.compactMap(\.stringValue) ?? []
        guard let first = words.first, words.count == json["command"]?.arrayValue?.count, words.count <= 64,
            words.allSatisfy({ !$0.utf8.contains(0) })
        else { throw Refusal("plugin.json must have a command, such as [\"./tool\"]") }
        guard first.utf8.contains(UInt8(ascii: "/")) else {
            throw Refusal("the command of plugin.json must begin with a path, such as ./tool or /usr/bin/tool")
        }
        let program = first.hasPrefix("/") ? first : folder + "/" + first
        var others: [String] = []
        for word in words.dropFirst() {
            // The script that an interpreter runs is one of these.
            let subject = OutsideText.line(word, max: 80) + " in its command "
            if word.hasPrefix("./") {
                others.append(try trusted(folder + word.dropFirst(), subject))
            } else if word.hasPrefix("/"), let mark = TrustedPath.real(word).flatMap({ FileMark($0) }),
                mark.isFile || mark.isDirectory
            {
                // A word that is no file, such as a path of an address, is the program's business, and so is a device.
                others.append(try trusted(word, subject))
            } else {
                others.append(word)
            }
        }
        return (program, others)
    }

    /// Whether a script says what runs it.
    private static func namesInterpreter(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var start: [UInt8] = [0, 0]
        return read(descriptor, &start, 2) == 2 && start == Array("#!".utf8)
    }

    /// The files of a plugin's directory, not those of directories in it.
    private func marks(in folder: String) -> [FileMark] {
        let names = (try? SmallFile.names(in: folder, suffix: "")) ?? []
        return names.prefix(Self.maxMarks).compactMap { FileMark(folder + "/" + $0, name: $0) }.filter(\.isFile)
    }
}
