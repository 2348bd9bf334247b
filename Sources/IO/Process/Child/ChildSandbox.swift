import CLinux
import Glibc

/// How closely a program is held.
package enum SandboxLevel: String, Sendable, CaseIterable {
    /// Not at all but by its deadline and the caps of its output; for development.
    case none
    /// By limits of what it may use.
    case limits
    /// By those, no new privileges, a filter of system calls, and Landlock where the kernel has it.
    case standard = "default"
    /// As `standard`, and a kernel without one of these does not run it.
    case strict

    var isBound: Bool { self == .standard || self == .strict }
}

/// A level, and what the operator grants beyond it.
package struct ChildSandbox: Sendable, Equatable {
    package var level = SandboxLevel.standard
    /// Files and folders that it may read and execute; what is not there is passed over.
    package var readable: [String] = []
    /// The same that it may change, too.
    package var writable: [String] = []
    /// Sockets of every kind. Without it there are none; with a Unix socket among the paths, Unix sockets: the kernel does not tell
    /// to which of them a program connects.
    package var hasNetwork = false

    package init() {}
}

/// What the kernel lends to sandboxes, as far as this process may use it.
package struct SandboxSupport: Sendable, Equatable {
    /// The version of Landlock; 0 for none.
    package let landlock: Int
    /// System calls can be filtered (seccomp).
    package let filtersCalls: Bool

    package init(landlock: Int, filtersCalls: Bool) {
        self.landlock = landlock
        self.filtersCalls = filtersCalls
    }

    /// That of this machine; asked once, in some tenths of a millisecond.
    package static let current = SandboxSupport(
        landlock: Int(lm_landlock_version()), filtersCalls: lm_filters_calls() == 1)

    /// What of a level is in force here.
    package func inForce(_ level: SandboxLevel) -> SandboxInForce { SandboxInForce(level, self) }
}

/// What holds a program of some level on some kernel; for status and `doctor`.
package struct SandboxInForce: Sendable, Equatable, CustomStringConvertible {
    package let level: SandboxLevel
    /// System calls that reach into other processes, mounts, keys and, without a grant, sockets are refused.
    package let bindsCalls: Bool
    /// The version of Landlock by which files are bound; 0 when they are not.
    package let landlock: Int
    /// False when the level asks for more than the kernel has: nothing is run then.
    package let mayRun: Bool

    init(_ level: SandboxLevel, _ support: SandboxSupport) {
        self.level = level
        bindsCalls = level.isBound && support.filtersCalls
        landlock = level.isBound ? support.landlock : 0
        mayRun = level != .strict || support.landlock > 0 && support.filtersCalls
    }

    /// Signals to processes outside are refused (Landlock 6).
    private var bindsSignals: Bool { landlock >= 6 }

    package var description: String {
        let parts = [
            level == .none ? nil : "limits",
            level.isBound ? "no new privileges" : nil,
            bindsCalls ? "filtered system calls" : nil,
            landlock > 0 ? "bound files\(bindsSignals ? " and signals" : "") (Landlock \(landlock))" : nil,
        ].compactMap(\.self)
        let missing = [
            level.isBound && !bindsCalls ? "seccomp" : nil,
            level.isBound && landlock == 0 ? "Landlock" : nil,
        ].compactMap(\.self)
        var words = level.rawValue + ": " + (parts.isEmpty ? "nothing" : parts.joined(separator: ", "))
        if !missing.isEmpty { words += "; not in this kernel: " + missing.joined(separator: ", ") }
        if !mayRun { words += "; so nothing is run" }
        return words
    }
}

/// What every program needs that is bound to files: the system's own, nothing of this program's.
private enum SystemPaths {
    static let readable = resolved([
        "/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/ssl/certs", "/etc/ssl/cert.pem",
        "/etc/ssl/openssl.cnf", "/etc/pki/tls", "/etc/pki/ca-trust", "/etc/localtime", "/etc/passwd", "/etc/group",
        "/etc/nsswitch.conf", "/proc/cpuinfo", "/proc/meminfo", "/dev/random", "/dev/urandom",
    ])
    static let network = ["/etc/resolv.conf", "/etc/hosts", "/etc/services", "/etc/gai.conf"]
    static let devices = ["/dev/null", "/dev/zero"]

    /// Those that are there, without links, and without what lies below another: most of them are in /usr today. A file may be
    /// another by the next start, so only its path is kept.
    private static func resolved(_ paths: [String]) -> [String] {
        var found: [String] = []
        for path in paths {
            guard let resolved = realpath(path, nil) else { continue }
            let place = String(cString: resolved)
            free(resolved)
            if !found.contains(where: { place == $0 || place.hasPrefix($0 + "/") }) { found.append(place) }
        }
        return found
    }
}

extension SandboxGrant {
    /// A Landlock ruleset, which the caller closes; -1 for a program that is not bound to files.
    /// - Parameter folder: that in which it works, which is its own or not.
    func ruleset(
        _ support: SandboxSupport, in folder: Int32, isOwn: Bool
    ) throws(SpawnFailure) -> Int32 {
        let version = Int32(support.inForce(sandbox.level).landlock)
        guard version > 0 else { return -1 }
        let ruleset = lm_landlock_ruleset(version, sandbox.hasNetwork ? 1 : 0)
        guard ruleset >= 0 else { throw SpawnFailure(stage: .sandbox, code: errno) }
        let reading = Int32(LM_MAY_READ | LM_MAY_EXECUTE)
        let writing = reading | Int32(LM_MAY_WRITE)
        let grants: [(paths: [String], may: Int32)] = [
            (SystemPaths.readable, reading), (sandbox.hasNetwork ? SystemPaths.network : [], reading),
            (SystemPaths.devices, Int32(LM_MAY_READ | LM_MAY_WRITE)), ([program], reading),
            (sandbox.readable.filter { $0 != program }, reading), (sandbox.writable, writing),
        ]
        var code: Int32 = 0
        for (paths, may) in grants where code == 0 {
            for path in paths where code == 0 && lm_landlock_allow(ruleset, version, path, may) != 0 {
                // Of what is not there, or is closed to this process, nothing could be used.
                code = [ENOENT, ENOTDIR, EACCES, ELOOP].contains(errno) ? 0 : errno
            }
        }
        if code == 0, lm_landlock_allow_open(ruleset, version, folder, isOwn ? writing : reading) != 0 { code = errno }
        if code == 0 { return ruleset }
        close(ruleset)
        throw SpawnFailure(stage: .sandbox, code: code)
    }

    /// The system calls that it is refused (`LM_CALLS_*`).
    func refusedCalls(_ support: SandboxSupport) -> Int32 {
        guard support.inForce(sandbox.level).bindsCalls else { return Int32(LM_CALLS_ALL) }
        if sandbox.hasNetwork { return Int32(LM_CALLS_ORDINARY) }
        return Int32(hasSocket ? LM_CALLS_LOCAL : LM_CALLS_ALONE)
    }
}
