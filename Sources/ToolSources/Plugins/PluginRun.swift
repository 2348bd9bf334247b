/// How a plugin's process ended, and what it wrote.
public struct PluginRun: Sendable, Equatable {
    /// How the process ended, or why it was stopped.
    public enum End: Sendable, Equatable {
        case exited(Int32)
        /// By this signal, which nobody here sent.
        case signalled(Int32)
        /// It was stopped when its time was over.
        case deadline
        /// It was stopped when it wrote more than it may, for a command that takes that as an error.
        case outputTooLarge
        /// It was stopped because nobody waits for it any more.
        case cancelled
        /// It was not started: too many programs wait for that already.
        case busy
        /// It was not started: its time was over before its turn came.
        case overdue
        /// It could not be started. Why stands in the log alone.
        case unavailable
    }

    /// How it ended.
    public var end: End
    /// Standard output as far as it was kept: the beginning, or the end for a command that keeps that.
    public var output: [UInt8]
    /// Octets of standard output that were not kept.
    public var omitted: Int
    /// The last of standard error.
    public var errorOutput: [UInt8]

    /// A process that ended so.
    public init(_ end: End, output: [UInt8] = [], omitted: Int = 0, errorOutput: [UInt8] = []) {
        self.end = end
        self.output = output
        self.omitted = omitted
        self.errorOutput = errorOutput
    }
}

/// What kind of failure a call of a plugin ends with: stable words of `structuredContent.error.code`.
public enum PluginErrorCode: String, Sendable, CaseIterable {
    case invalidToolName = "invalid_tool_name"
    case pluginNotFound = "plugin_not_found"
    case pluginError = "plugin_error"
    case timeout
    case internalError = "internal_error"
    case invalidArguments = "invalid_arguments"
    case invalidOutput = "invalid_output"
    case outputTooLarge = "output_too_large"
    case busy
    /// A rule stands against the file that the call names.
    case fetchRefused = "fetch_refused"
    /// The file that the call names could not be fetched.
    case fetchFailed = "fetch_failed"
    case pluginUnavailable = "plugin_unavailable"
    case cancelled
}
