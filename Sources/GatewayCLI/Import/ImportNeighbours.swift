import Core
import Glibc
import IO

/// The reports of other imports: those that lie in one folder with this import's, and those that the user's registry knows. A
/// calendar that is exported once more has another name, and its report too.
package struct ImportNeighbours: Sendable {
    /// Reports that are read.
    package static let maxReports = 256
    /// Octets of one report, and of all.
    package static let largest = 64 << 20
    /// The most that is read of the calendar's events.
    package static let maxBytes = 256 << 20

    /// What they tell of rows that went to the same gateway, by their names.
    private(set) var reports: [(name: String, entries: [ImportReport.Entry])] = []
    /// The names of those that are too many or too large to be read, or cannot be read.
    private(set) var unread: [String] = []

    /// - Parameters:
    ///   - path: this import's report.
    ///   - place: where its rows go.
    ///   - listed: reports that may lie elsewhere.
    package init(of path: String, at place: ImportReport.Place, listed: [String] = []) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? "./"
        let own = slash.map { String(path[path.index(after: $0)...]) } ?? path
        // A folder that cannot be read has none.
        let names = ((try? SmallFile.names(in: folder, suffix: ".ndjson")) ?? []).filter { $0 != own }
        var seen = Set([path, folder + own].compactMap(ImportRegistry.resolved))
        var left = Self.maxBytes
        for (name, file) in names.map({ ($0, folder + $0) }) + listed.reversed().map({ ($0, $0) }) {
            guard let whole = ImportRegistry.resolved(file), seen.insert(whole).inserted, Self.isReport(file) else {
                continue
            }
            guard reports.count < Self.maxReports, left > 0,
                let bytes = try? SmallFile.bytes(file, limit: min(Self.largest, left))
            else {
                unread.append(name)
                continue
            }
            left -= bytes.count
            if let entries = ImportReport.words(of: bytes, at: place), !entries.isEmpty {
                reports.append((name, entries))
            }
        }
    }

    /// Whether a file begins as a report does; nothing else is read.
    private static func isReport(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        var beginning = [UInt8](repeating: 0, count: ImportReport.beginning.count)
        let count = Glibc.read(descriptor, &beginning, beginning.count)
        return count == beginning.count && beginning == ImportReport.beginning
    }

    /// What must be told of them.
    package var warnings: [String] {
        guard let first = unread.first else { return [] }
        let others = unread.count > 1 ? " and \(unread.count - 1) other reports" : ""
        return [
            "\(CommandFailure.line(first))\(others) cannot be read, so its rows are not known."
        ]
    }
}

/// Where the reports of this user's imports lie, whichever folders they are in: one path a line in the file `imports` of the folder
/// in which programs keep their state (XDG Base Directory Specification). What is listed and is gone since is passed over.
package struct ImportRegistry: Sendable {
    /// Reports that are kept in the list.
    package static let most = 1000
    /// Twice as many paths of the longest kind: longer is no list that was written here.
    private static let largest = 2 * most * Int(PATH_MAX)

    /// Nil where the environment names no home.
    package let path: String?

    package init(_ environment: [String: String]) {
        func folder(_ name: String, _ below: String) -> String? {
            environment[name].flatMap { $0.hasPrefix("/") ? $0 + below : nil }
        }
        path = (folder("XDG_STATE_HOME", "") ?? folder("HOME", "/.local/state")).map { $0 + "/luma-mcp/imports" }
    }

    /// The newest last; empty where there is no list that can be read.
    package var reports: [String] { lines?.suffix(Self.most).map(String.init) ?? [] }

    /// All that is listed; nil where it cannot be read.
    private var lines: [Substring]? {
        guard let path else { return nil }
        do throws(SmallFile.Failure) {
            return try SmallFile.read(path, limit: Self.largest)?.split(separator: "\n") ?? []
        } catch {
            return nil
        }
    }

    /// Notes a report that is there. Who has no place for state is known by the reports beside his own.
    package func add(_ report: String) {
        guard let path, let whole = Self.resolved(report), !whole.contains("\n") else { return }
        let lines = lines
        guard lines?.contains(Substring(whole)) != true else { return }
        Self.makeFolder(of: path)
        // What was listed long ago is looked at by nobody, and what cannot be read never will be.
        guard let lines, lines.count < 2 * Self.most else {
            let kept = (lines ?? []).suffix(Self.most - 1).map(String.init) + [whole]
            try? WholeFile.replace(path, Array(kept.map { $0 + "\n" }.joined().utf8), mode: 0o600)
            return
        }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        try? WholeFile.write(Array((whole + "\n").utf8), to: descriptor)
    }

    /// The path of a file that is there, without links and from the root.
    package static func resolved(_ path: String) -> String? {
        guard let whole = realpath(path, nil) else { return nil }
        defer { free(whole) }
        return String(cString: whole)
    }

    /// With those above it that are missing; nobody else may look into them.
    private static func makeFolder(of path: String) {
        var end = path.startIndex
        while let slash = path[end...].dropFirst().firstIndex(of: "/") {
            mkdir(String(path[..<slash]), 0o700)
            end = slash
        }
    }
}
