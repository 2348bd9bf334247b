import Glibc

/// A system call that failed: its name and errno.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name of the system call.
    public let call: String
    /// errno.
    public let code: Int32

    /// Takes errno as it stands now, so it must be called before anything else can change it.
    public init(_ call: String) { self.init(call, code: errno) }

    public init(_ call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    public var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// Why the program cannot start: what a person is told, and the exit code by sysexits.h.
public struct StartFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The exit code.
    public enum Kind: Int32, Sendable {
        /// `EX_UNAVAILABLE`: something outside is in the way, such as a port in use.
        case unavailable = 69
        /// `EX_CONFIG`: something that the settings name cannot be used.
        case configuration = 78
    }

    /// Which exit code the program ends with.
    public let kind: Kind
    /// What is wrong and what to do.
    public let description: String
    /// Another program has the port.
    package let isInUse: Bool

    public init(_ kind: Kind, _ description: String) { self.init(kind, description, isInUse: false) }

    package init(_ kind: Kind, _ description: String, isInUse: Bool) {
        self.kind = kind
        self.description = description
        self.isInUse = isInUse
    }
}
