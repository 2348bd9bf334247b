public import Core

/// One call of a tool, as an operator is told of it: who, what, and how it went. It has no place for arguments or results.
public struct ToolAudit: Sendable, Equatable {
    /// How a call ended.
    public enum Outcome: String, Sendable, CaseIterable {
        case ok
        /// A result that says what to change.
        case toolError = "tool_error"
        case invalidArguments = "invalid_arguments"
        /// The client is asked first, and calls again.
        case inputRequired = "input_required"
        /// There is no such tool, or none for this principal.
        case refused
        /// It took longer than it may.
        case timeout
        /// As much is under way as may be, or was begun in the last minute, so it was not begun.
        case busy
        /// Nobody knows whether it has had its effect.
        case outcomeUnknown = "outcome_unknown"
        case cancelled
        /// An error of the protocol.
        case failed
    }

    /// What stands for the source of a tool that is built in.
    public static let builtIn = "builtin"

    /// Whose call it was.
    public let label: String
    /// Nil for a name that no tool can have, which may be any text.
    public var tool: String?
    /// Where the tool comes from; nil when there is none of this name for whoever has called.
    public var source: String?
    /// Tells calls with different arguments apart, and nothing else of them.
    public var argumentDigest: String
    /// The host that an argument has named as the place of a file; nil when none was to be fetched.
    public var host: String?
    /// How it ended.
    public var outcome: Outcome
    /// From its arrival to its result.
    public var durationNanoseconds: Int64

    /// One call.
    public init(
        label: String, tool: String? = nil, source: String? = nil, argumentDigest: String, outcome: Outcome,
        durationNanoseconds: Int64
    ) {
        self.label = label
        self.tool = tool
        self.source = source
        self.argumentDigest = argumentDigest
        self.outcome = outcome
        self.durationNanoseconds = durationNanoseconds
    }

    /// Notes which tool is called.
    mutating func name(_ tool: Tool) {
        self.tool = tool.name
        source = tool.source ?? Self.builtIn
    }
}

/// Is told of every call of a tool, on the dispatcher's loop.
public protocol ToolAuditor: AnyObject {
    /// The time, for durations.
    var now: MonotonicTime { get }
    /// Called once for each call, when it has ended.
    func audit(_ call: ToolAudit)
}
