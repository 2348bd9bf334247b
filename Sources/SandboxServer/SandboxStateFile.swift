import Core
import Dispatch
import Glibc
package import IO
package import LumaSandbox

/// The file that `luma-mcp sandbox --state FILE` keeps its events in. Written whole beside the old one and renamed
/// over it, on a queue of its own: a crash leaves the old state or the new one.
package final class SandboxStateFile: Sendable {
    /// More than the emulator's own bound on its state can ever become as text.
    private static let largest = 256 << 20
    private let path: String
    private let queue = DispatchQueue(label: "luma-mcp.sandbox-state")

    /// - Parameter path: of a link, the file behind it is kept.
    package init(path: String) {
        guard let real = realpath(path, nil) else {
            self.path = path
            return
        }
        self.path = String(cString: real)
        free(real)
    }

    /// The saved state, nil when there is no file yet. Blocks: start-up only.
    /// - Throws: `StartFailure` for a file that cannot be read or is not a saved state.
    package func load(_ configuration: SandboxConfiguration) throws(StartFailure) -> Sandbox? {
        do {
            guard let text = try SmallFile.read(path, limit: Self.largest) else { return nil }
            let limits = JSONLimits(maxDepth: 64, maxBytes: Self.largest, maxValues: .max)
            return try Sandbox(snapshot: try JSON.parse(text, limits: limits), configuration)
        } catch let error as JSONError {
            throw StartFailure(.configuration, "\(path) is not JSON: \(error.kind.rawValue) at byte \(error.offset)")
        } catch let error as SnapshotError {
            throw StartFailure(.configuration, "\(path) is not a saved state of the sandbox: \(error.problem)")
        } catch {
            throw StartFailure(.configuration, "\(path) cannot be read: \(error)")
        }
    }

    /// Writes the state for the first time, so that a place where nothing can be kept is known before anything is.
    /// Blocks: start-up only.
    package func begin(_ bytes: [UInt8]) throws(StartFailure) {
        do throws(SystemError) { try WholeFile.replace(path, bytes, mode: 0o600) } catch {
            throw StartFailure(.configuration, "the sandbox's state cannot be kept in \(path): \(error)")
        }
    }

    /// Writes in the background, in order.
    package func save(_ bytes: [UInt8]) {
        queue.async { [path] in
            do throws(SystemError) { try WholeFile.replace(path, bytes, mode: 0o600) } catch {
                StandardError.write("luma-mcp: the sandbox's state could not be saved to \(path): \(error)")
            }
        }
    }

    /// Returns when everything is written.
    package func finish() { queue.sync {} }
}
