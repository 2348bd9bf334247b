import Glibc

/// A system call that failed: its name and errno.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    public let call: String
    public let code: Int32

    /// Takes errno as it stands now, so it must be called before anything else can change it.
    public init(_ call: String) { self.init(call, code: errno) }

    public init(_ call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    public var description: String { "\(call): \(String(cString: strerror(code)))" }
}
