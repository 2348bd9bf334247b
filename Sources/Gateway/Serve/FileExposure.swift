import Glibc
import Settings

/// Whether files that hold secrets, or what must not be changed by others, are open to them.
package enum FileExposure {
    /// What is wrong with a file's or folder's mode and what to do; nil when its owner alone decides, or when it is not there.
    ///
    /// Its group may read it, so that a certificate can be shared with another service; others may do nothing with it.
    package static func problem(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        guard isFolder || status.st_mode & S_IFMT == S_IFREG else { return nil }
        return problem(mode: status.st_mode, isFolder: isFolder)
    }

    /// The same for a mode.
    static func problem(mode: mode_t, isFolder: Bool) -> String? {
        guard mode & 0o027 != 0 else { return nil }
        let isWritable = mode & 0o022 != 0
        let words = isWritable ? "can be changed by other users" : "can be read by other users"
        return "\(words) of this machine (mode \(String(mode & 0o777, radix: 8))): chmod \(isFolder ? 700 : 600) it"
    }

    /// What is open to others of what these settings name.
    /// - Parameter folder: where the state is kept; nil for memory.
    static func problems(_ configuration: Configuration, folder: String?) -> [String] {
        var places: [(name: String, path: String)] = []
        if let key = configuration.tls?.key { places.append(("LUMA_TLS_KEY", key)) }
        if let folder {
            places.append(("LUMA_DATA_DIR", folder))
            for name in ["luma.db", "luma.db-wal", "commits"] {
                places.append(("the file \(name) in LUMA_DATA_DIR", folder + "/" + name))
            }
        }
        return places.compactMap { place in problem(place.path).map { "\(place.name) \($0)" } }
    }
}
