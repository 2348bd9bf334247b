import Glibc

/// A folder for one run of a program, which only this user may enter. It has its name before it is made.
package struct PrivateDirectory: Sendable, Equatable {
    private static let prefix = "call-"
    /// A folder that is deeper is moved up before it is emptied, so that depth costs no descriptors.
    private static let maxDepth = 16
    /// Entries that one removal takes away. What is more stays for the next start.
    private static let maxEntries = 1_000_000

    /// Absolute.
    package let path: String

    /// - Parameter folder: absolute, there, and for these folders alone.
    package init(below folder: String) {
        path = "\(folder)/\(Self.prefix)\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    fileprivate init(path: String) { self.path = path }

    /// Makes it. Blocks its thread.
    package func make() throws(SystemError) {
        guard mkdir(path, 0o700) == 0 else { throw SystemError("mkdir") }
    }

    /// True when it held nothing and is gone.
    func removeIfEmpty() -> Bool { rmdir(path) == 0 || errno == ENOENT }

    /// Takes it away with all that is in it; follows no link. Nothing may work in it any more. Blocks its thread.
    package func remove() throws(SystemError) {
        if removeIfEmpty() { return }
        let root = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard root >= 0 else { throw SystemError("open") }
        var removal = Removal(root: root, left: Self.maxEntries, maxDepth: Self.maxDepth)
        removal.empty(root, depth: 0)
        close(root)
        guard removeIfEmpty() else { throw SystemError("rmdir") }
    }

    /// Removes what an earlier process that was killed has left in `folder`: all that can be removed. Blocks its thread.
    /// - Throws: why the first of those that resist does so, once the others are gone.
    package static func removeLeftovers(below folder: String) throws(SystemError) {
        guard let stream = opendir(folder) else { throw SystemError("opendir") }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(prefix) { names.append(name) }
        }
        closedir(stream)
        var failure: SystemError?
        for name in names {
            do throws(SystemError) {
                try PrivateDirectory(path: "\(folder)/\(name)").remove()
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }
}

/// One walk through a folder that somebody else has filled.
private struct Removal {
    let root: Int32
    /// Entries that it may still take away.
    var left: Int
    let maxDepth: Int
    /// Folders that were moved up, for their names.
    private var moved = 0

    init(root: Int32, left: Int, maxDepth: Int) {
        self.root = root
        self.left = left
        self.maxDepth = maxDepth
    }

    /// Takes away what is in a folder, as often as that makes a difference: what is moved up comes in the next round.
    mutating func empty(_ folder: Int32, depth: Int) {
        // Its owner may have closed it to himself.
        fchmod(folder, 0o700)
        while left > 0, emptyOnce(folder, depth: depth) {}
    }

    /// True when something was taken away.
    private mutating func emptyOnce(_ folder: Int32, depth: Int) -> Bool {
        // A description of its own: places in the list of entries are not shared with `folder`.
        let own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { return false }
        guard let stream = fdopendir(own) else {
            close(own)
            return false
        }
        defer { closedir(stream) }
        var hasChanged = false
        while left > 0, let entry = readdir(stream) {
            // The octets of the name as they are: they need not be text.
            let isGone = withUnsafeMutablePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: name.pointee)) {
                    takeAway($0, from: folder, depth: depth)
                }
            }
            if isGone { hasChanged = true }
        }
        return hasChanged
    }

    private mutating func takeAway(_ name: UnsafePointer<CChar>, from folder: Int32, depth: Int) -> Bool {
        if strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { return false }
        left -= 1
        if unlinkat(folder, name, 0) == 0 { return true }
        guard errno == EISDIR else { return false }
        if unlinkat(folder, name, AT_REMOVEDIR) == 0 { return true }
        fchmodat(folder, name, 0o700, AT_SYMLINK_NOFOLLOW)
        if depth >= maxDepth {
            moved += 1
            return renameat(folder, name, root, ".deep-\(moved)") == 0
        }
        let below = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard below >= 0 else { return false }
        empty(below, depth: depth + 1)
        close(below)
        return unlinkat(folder, name, AT_REMOVEDIR) == 0
    }
}
