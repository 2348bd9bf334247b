import Core

/// A service whose operations are offered as tools, as its document describes it.
public struct Forwarder: Sendable {
    /// What one call, and all of them together, may take of this gateway.
    public struct Limits: Sendable, Equatable {
        /// For name look-up, connect and TLS together.
        public var connectSeconds = 10
        /// From the first octet of the request to the last of the answer.
        public var timeoutSeconds = 60
        /// Between two pieces of an answer that comes in pieces.
        public var idleSeconds = 30
        /// Octets of a request's body.
        public var requestBytes = 1 << 20
        /// Of an answer's body, when it is no longer compressed.
        public var responseBytes = 4 << 20
        /// Calls at once.
        public var concurrency = 8
        /// Calls that wait for one of those.
        public var queue = 32
        /// Requests in a minute; nil for as many as come.
        public var perMinute: Int?
    }

    /// When the service counts as failed, so that nothing is sent to it for a while.
    public struct Breaker: Sendable, Equatable {
        /// Failures in a row; 0 for never.
        public var failures = 5
        /// How long nothing is sent then.
        public var openSeconds = 30
    }

    /// Unique among the forwarders of a gateway.
    public let name: String
    public let description: String
    /// Where the service is.
    public let base: ServiceBase
    /// Which addresses it may have.
    public let allow: ServiceBase.Allowance
    public let limits: Limits
    public let retry: RetryRule
    public let breaker: Breaker
    /// How it knows this gateway: the first way whose secrets are all set.
    public let auth: AuthRule
    /// The settings of each way, when none is complete; a call fails and names them.
    public let missing: [[String]]
    /// In the order of the document.
    public let tools: [ForwarderTool]
    /// Fields of every request.
    let fields: [FieldTemplate]
    /// Takes everything secret that its document names out of what the service answers.
    let mask: Redactor

    /// The tool of this name.
    public func tool(_ name: String) -> ForwarderTool? { tools.first { $0.definition.name == name } }

    /// Seconds that a call of this tool may take in all.
    public func seconds(for tool: ForwarderTool) -> Int { tool.timeoutSeconds ?? limits.timeoutSeconds }
}

extension Forwarder {
    /// The fields of an answer that are read, in lower case: what documents refer to, when to ask again, how the body is encoded, and
    /// what a login gives.
    public var answerFields: [String] {
        var names =
            ValueReader.answerFields + [
                "content-encoding", "set-cookie", "x-ratelimit-remaining", "x-ratelimit-reset",
            ]
        if case .login(let login) = auth, case .field(let name) = login.source, !names.contains(name) {
            names.append(name)
        }
        return names
    }

    /// Those of which an answer may have several, and each counts.
    public static let repeatedFields = ["link", "set-cookie"]
}

/// A header field of a request.
struct FieldTemplate: Sendable, Equatable {
    /// In lower case.
    let name: String
    let value: ValueTemplate
}
