import CLinux
import Core
import Glibc

/// Tells a file from every other that is there.
struct FileIdentity: Equatable, Sendable {
    private let device: UInt
    private let inode: UInt
    let isSocket: Bool

    init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        isSocket = status.st_mode & S_IFMT == S_IFSOCK
    }

    /// What a path leads to; nil when nothing is there.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }
}

/// What a program may use besides the system's own files and its directory, and which files that is at the moment.
struct SandboxGrant: Equatable, Sendable {
    let program: String
    let sandbox: ChildSandbox
    private let files: [FileIdentity?]

    /// Looks at the file system.
    init(_ child: ChildProcess) {
        program = child.program
        sandbox = child.sandbox
        files = [FileIdentity(program)] + (sandbox.readable + sandbox.writable).map { FileIdentity($0) }
    }

    /// A Unix socket is granted.
    var hasSocket: Bool { files.dropFirst().contains { $0?.isSocket == true } }
}

/// A Landlock ruleset that binds one program after another, since making one takes dozens of system calls: those that run in one
/// directory and are granted the same. Each adds its own /proc/self to it, of a process that is gone when the next one comes.
struct KeptRuleset: Sendable {
    private static let maxUses = 32
    /// The system's own files may be others after that, as when packages are installed.
    private static let seconds = 1.0

    let descriptor: Int32
    private let grant: SandboxGrant
    private let made: MonotonicTime
    private var uses = 1

    init(_ descriptor: Int32, for grant: SandboxGrant, now: MonotonicTime) {
        self.descriptor = descriptor
        self.grant = grant
        made = now
    }

    /// The ruleset for the next program; nil when there has to be another.
    mutating func use(for grant: SandboxGrant, now: MonotonicTime) -> Int32? {
        guard uses < Self.maxUses, now.seconds(since: made) < Self.seconds, grant == self.grant else { return nil }
        uses += 1
        return descriptor
    }

    func close() { Glibc.close(descriptor) }
}
