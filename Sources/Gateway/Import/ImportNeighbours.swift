import Core
import Glibc
import IO

/// The reports of other imports that lie in one folder with this import's: a calendar that is exported once more has another
/// name, and its report too, but mostly the same folder.
struct ImportNeighbours: Sendable {
    /// Reports that are read.
    static let mostReports = 256
    /// Octets of one report, and of all.
    static let largest = 64 << 20
    static let mostBytes = 256 << 20

    /// What they tell of rows that went to the same gateway, by their names.
    private(set) var reports: [(name: String, entries: [ImportReport.Entry])] = []
    /// The names of those that are too many or too large to be read, or cannot be read.
    private(set) var unread: [String] = []

    /// - Parameters:
    ///   - path: this import's report.
    ///   - place: where its rows go.
    init(of path: String, at place: ImportReport.Place) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? "./"
        let own = slash.map { String(path[path.index(after: $0)...]) } ?? path
        // A folder that cannot be read has none.
        let names = (try? SmallFile.names(in: folder, suffix: ".ndjson")) ?? []
        var left = Self.mostBytes
        for name in names where name != own && Self.isReport(folder + name) {
            guard reports.count < Self.mostReports, left > 0,
                let bytes = try? SmallFile.bytes(folder + name, limit: min(Self.largest, left))
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
    var warnings: [String] {
        guard let first = unread.first else { return [] }
        let others = unread.count > 1 ? " and \(unread.count - 1) other reports" : ""
        return [
            "\(CommandFailure.line(first))\(others) in the folder of the report cannot be read: what they tell is not known."
        ]
    }
}
