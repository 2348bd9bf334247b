import CLinux
import Core
import Glibc

/// A directory in which one program runs after another, open all the while. Belongs to the spawner, which locks it.
struct RunDirectory: Sendable {
    /// A directory that has held many entries stays large.
    private static let largestBytes = 1 << 14

    /// The folder in which it is.
    let folder: String
    let place: PrivateDirectory
    /// Of this directory, whatever stands at its path.
    let descriptor: Int32
    private let identity: FileIdentity
    /// What bound the last program that ran in it.
    private(set) var ruleset: KeptRuleset?

    /// Makes it.
    init(below folder: String) throws(SystemError) {
        let place = PrivateDirectory(below: folder)
        try place.make()
        let descriptor = open(place.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            let error = SystemError("open")
            if descriptor >= 0 { Glibc.close(descriptor) }
            _ = place.removeIfEmpty()
            throw error
        }
        self.folder = folder
        self.place = place
        self.descriptor = descriptor
        identity = FileIdentity(status)
    }

    /// It is what its path leads to.
    var isInPlace: Bool {
        var status = stat()
        return lstat(place.path, &status) == 0 && FileIdentity(status) == identity
    }

    /// It is as one that was just made. Its last user may have given others a way in, which is closed here.
    var isAsNew: Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size <= Self.largestBytes,
            status.st_mode & 0o7777 == 0o700 || fchmod(descriptor, 0o700) == 0
        else { return false }
        return lm_is_empty_directory(descriptor) == 1
    }

    /// The ruleset of the last program, for one that is granted the same; nil when there is none that still holds.
    mutating func ruleset(for grant: SandboxGrant, now: MonotonicTime) -> Int32? { ruleset?.use(for: grant, now: now) }

    /// Keeps what binds the next program, instead of what bound the last one.
    mutating func keep(_ ruleset: KeptRuleset?) {
        self.ruleset?.close()
        self.ruleset = ruleset
    }

    /// Lets go of it. It stays where it is.
    func close() {
        ruleset?.close()
        Glibc.close(descriptor)
    }
}

/// Empty directories of runs that are over, for those to come. Made anew for each run they would cost a file system such as ext4,
/// which does not use the inode of a removed directory again at once, more than the rest of a start.
struct SpareDirectories {
    private static let most = 16

    private var spares: [RunDirectory] = []

    /// One that is left over, or a new one.
    mutating func take(below folder: String) throws(SystemError) -> RunDirectory {
        while let index = spares.lastIndex(where: { $0.folder == folder }) {
            let spare = spares.remove(at: index)
            if spare.isInPlace { return spare }
            spare.close()
        }
        return try RunDirectory(below: folder)
    }

    /// What became of a directory that is over.
    enum Fate: Equatable {
        case kept
        /// So that the other one is to be removed.
        case keptInsteadOf(PrivateDirectory)
        /// It is not as it was, and is to be removed.
        case used
    }

    /// Takes one that is over. One that is not kept is closed, and still there.
    mutating func takeBack(_ directory: RunDirectory) -> Fate {
        guard directory.isAsNew else {
            directory.close()
            return .used
        }
        spares.append(directory)
        guard spares.count > Self.most else { return .kept }
        // The oldest may be of a folder that is not used any more.
        let oldest = spares.removeFirst()
        oldest.close()
        return .keptInsteadOf(oldest.place)
    }
}
