public import Core

/// One call of a tool, as an operator is told of it: who, what, and how it went. It has no place for arguments or results.
public struct ToolAudit: Sendable, Equatable {
    /// How a call ended.
    public enum Outcome: String, Sendable {
        case ok
        /// A result that says what to change.
        case toolError = "tool_error"
        case invalidArguments = "invalid_arguments"
        /// The client is asked first, and calls again.
        case inputRequired = "input_required"
        /// There is no such tool, or none for this principal.
        case refused
        case cancelled
        /// An error of the protocol.
        case failed
    }

    /// Whose call it was.
    public let label: String
    /// Nil for a name that no tool can have, which may be any text.
    public var tool: String?
    /// Tells calls with different arguments apart, and nothing else of them.
    public var argumentDigest: String
    public var outcome: Outcome
    public var durationNanoseconds: Int64
}

/// Is told of every call of a tool, on the dispatcher's loop.
public protocol ToolAuditor: AnyObject {
    /// The time, for durations.
    var now: MonotonicTime { get }
    /// Called once for each call, when it has ended.
    func audit(_ call: ToolAudit)
}
