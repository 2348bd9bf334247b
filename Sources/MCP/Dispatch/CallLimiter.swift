public import Core

/// Why a call of a tool does not begin: whoever calls has made as many as it may.
public struct CallRefusal: Sendable, Equatable {
    /// What there are too many of.
    public enum Cause: Sendable, Equatable {
        /// So many calls are in progress.
        case concurrency(Int)
        /// So many calls have begun within a minute.
        case perMinute(Int)
    }

    public let cause: Cause
    /// Whole seconds after which it is worth to try again, at least 1.
    public let retryAfterSeconds: Int

    /// A refusal for this cause.
    public init(_ cause: Cause, retryAfterSeconds: Int) {
        self.cause = cause
        self.retryAfterSeconds = max(1, retryAfterSeconds)
    }

    /// A stable word for programs.
    public var code: String {
        switch cause {
        case .concurrency: "concurrent_calls"
        case .perMinute: "calls_per_minute"
        }
    }

    private var message: String {
        switch cause {
        case .concurrency(let most):
            "This token may have \(Plural.count(most, "call")) of tools in progress, and has as many"
        case .perMinute(let most):
            "This token may make \(Plural.count(most, "call")) of tools in a minute, and has made as many"
        }
    }

    /// What is told instead of a result.
    var result: ToolResult {
        let wait =
            switch cause {
            case .concurrency: "Wait for the answer to one of them, then call again."
            case .perMinute: "Call again in \(Plural.count(retryAfterSeconds, "second"))."
            }
        var result = ToolResult.failure("\(message). \(wait)", .busy)
        result.httpFailure = ToolResult.HTTPFailure(
            code: code, message: message, restStatus: 429, directStatus: 429, retryAfterSeconds: retryAfterSeconds)
        return result
    }
}

/// Counts the calls of tools of those who may make only some. Asked on the dispatcher's loop.
public protocol CallLimiter: AnyObject {
    /// Lets a call begin, of which `ended` is told when it has ended.
    /// - Returns: why it may not; nil when it may.
    func begin(_ principal: Principal) -> CallRefusal?
    /// A call that was let in has ended.
    func ended(_ principal: Principal)
}
