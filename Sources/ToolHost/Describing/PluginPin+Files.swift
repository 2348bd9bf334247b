import Core
import Crypto
import IO
import ToolSources

/// Why a plugin has no pin. Fits behind its name.
struct PinFault: Error, Equatable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

extension FoundPlugin {
    /// The files that make it what it is: those in its directory, and those that its command names, wherever they lie. Of an
    /// interpreter that runs one of these nothing is said: it is the system's, as its libraries are.
    fileprivate var files: [String] {
        let own = marks.map { $0.name.isEmpty ? program : folder + "/" + $0.name }
        let named = words.filter { FileMark($0)?.isFile == true }
        let isInterpreted = !named.isEmpty && !program.hasPrefix(folder + "/")
        return Set(own + named + (isInterpreted ? [] : [program])).sorted()
    }
}

extension PluginPin {
    /// Octets of one file.
    private static let maxFileBytes = 256 << 20

    /// What pins a plugin as it is now, wherever it lies. Blocks its thread while its files are read.
    init(_ found: FoundPlugin, _ described: DescribedPlugin) throws(PinFault) {
        guard found.marks.count < PluginFolder.maxMarks else {
            throw PinFault("has more files in its directory than can be pinned")
        }
        var octets: [UInt8] = []
        for path in found.files {
            let name = path.hasPrefix(found.folder + "/") ? path.dropFirst(found.folder.utf8.count + 1) : path[...]
            let content: [UInt8]
            do throws(SmallFile.Failure) {
                content = try SmallFile.bytes(path, limit: Self.maxFileBytes) ?? []
            } catch {
                throw PinFault("has a file that cannot be pinned: \(error)")
            }
            octets += Array(name.utf8) + [0] + (try Self.digest(content))
        }
        self.init(try Self.digest(octets + (try Self.digest(described.text))))
    }

    static func result(_ found: FoundPlugin, _ described: DescribedPlugin) -> Result<PluginPin, PinFault> {
        do throws(PinFault) { return .success(try PluginPin(found, described)) } catch { return .failure(error) }
    }

    private static func digest(_ octets: [UInt8]) throws(PinFault) -> [UInt8] {
        do { return try Digest.sha256(octets) } catch { throw PinFault("cannot be pinned: \(error)") }
    }
}
