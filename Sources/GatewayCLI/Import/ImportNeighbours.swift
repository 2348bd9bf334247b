import Core
import Glibc
import IO

/// The reports of other imports: those that lie in one folder with this import's, and those that the user's registry knows. A
/// calendar that is exported once more has another name, and its report too.
package struct ImportNeighbours: Sendable {
    /// Reports that are read.
    package static let mostReports = 256
    /// Octets of one report, and of all.
    package static let largest = 64 << 20
    package static let mostBytes = 256 << 20

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
        var left = Self.mostBytes
        for (name, file) in names.map({ ($0, folder + $0) }) + listed.reversed().map({ ($0, $0) }) {
            guard let whole = ImportRegistry.resolved(file), seen.insert(whole).inserted, Self.isReport(file) else {
                continue
            }
            guard reports.count < Self.mostReports, left > 0,
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
            "\(CommandFailure.line(first))\(others) cannot be read: what they tell is not known."
        ]
    }
}
