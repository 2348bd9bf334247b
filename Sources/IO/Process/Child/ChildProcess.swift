package import Core

/// A program that is run once: what it is given, and what it may use.
package struct ChildProcess: Sendable {
    /// Where it works.
    package enum Directory: Sendable {
        /// An absolute path, which stays as it is.
        case at(String)
        /// One of its own below this one, empty, and emptied or removed afterwards. `PrivateDirectory` says what this one must be.
        case own(below: String)
    }

    /// What happens at the cap of its output.
    package enum Overflow: Sendable {
        /// It is stopped.
        case error
        /// What comes first is kept, the rest read and let go.
        case head
        /// What comes last is kept.
        case tail
    }

    /// An absolute path; no shell looks at it.
    package var program: String
    /// The words after the program's name, as they are.
    package var arguments: [String]
    /// All of its environment: nothing is inherited.
    package var environment: [String: String]
    /// The names of variables that hold the path of its directory, unless `environment` has them.
    package var directoryVariables: [String] = []
    package var directory: Directory
    /// What it reads from its standard input before the end of that.
    package var input: [UInt8] = []
    /// Octets of its standard output that are kept.
    package var outputLimit = 1 << 20
    /// What happens when it writes more than `outputLimit`.
    package var overflow = Overflow.error
    /// The last octets of its standard error output that are kept.
    package var errorLimit = 8 << 10
    package var limits = ChildLimits()
    package var sandbox = ChildSandbox()
    /// When it is told to end (SIGTERM to its group); nil for a program that runs as long as it is wanted.
    package var deadline: MonotonicTime?
    /// Seconds from there until it is killed.
    package var patience = 2.0
    /// Seconds that others may still write to its output once it has ended.
    package var drain = 0.25

    package init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], in directory: Directory,
        deadline: MonotonicTime?
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.deadline = deadline
    }
}

/// What one process may use (setrlimit(2)); each of its children as much again.
package struct ChildLimits: Sendable {
    /// Seconds of computing; nil for five more than it has until its deadline, and for no limit where it has none.
    package var processorSeconds: Int?
    /// The largest file that it may write, in octets.
    package var fileBytes = 64 << 20
    /// Open descriptors.
    package var descriptors = 256
    /// Octets of address space; nil for no limit. What reserves much and uses little (Go, Java, Node) fails with one.
    package var memoryBytes: Int?

    package init() {}
}

/// How a run came to its end.
package struct ChildResult: Sendable {
    /// How the process itself ended.
    package enum Ending: Sendable, Equatable {
        case exited(Int)
        case killed(signal: Int)
    }
    /// Why it was stopped.
    package enum Stop: Sendable, Equatable {
        case deadline, cancelled
        /// It wrote more than `outputLimit`, and `overflow` is `error`.
        case overflow
    }

    /// How the process ended, stopped or not.
    package let ending: Ending
    /// Nil when it ended by itself.
    package let stopped: Stop?
    /// Its standard output.
    package let output: CappedOutput
    /// Its standard error output.
    package let errors: CappedOutput
    /// From the call until nothing of it was left.
    package let seconds: Double
}

/// Why a program did not run. What it would have changed is as it was.
package enum ChildFailure: Error, Sendable, Equatable {
    case notStarted(SpawnFailure)
    /// The task was cancelled before its turn came.
    case cancelled
    /// The deadline passed before its turn came.
    case overdue
    /// Too many wait to be started.
    case busy
}

/// The step of a start that failed, with errno. For the log: neither names a path.
package struct SpawnFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The steps, in their order. The words stand in the log.
    package enum Stage: String, Sendable {
        /// A word that holds a NUL, or a path that is not absolute.
        case words
        case pipes, sandbox, clone, session, parent, descriptors, directory, limits, privileges, ruleset, calls, exec
        /// It ran, and was killed at once because the loop could not watch it.
        case watch
    }

    /// The step that failed.
    package let stage: Stage
    /// errno of that step.
    package let code: Int32

    package var description: String { SystemError(stage.rawValue, code: code).description }
}
