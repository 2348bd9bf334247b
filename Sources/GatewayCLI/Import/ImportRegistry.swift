import Core
import Glibc
import IO

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
