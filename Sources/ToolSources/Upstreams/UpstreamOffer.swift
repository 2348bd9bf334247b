public import Core

/// Everything that an upstream says of itself, as it came: what a pin compares, and what is cleaned for clients.
public struct UpstreamOffer: Sendable, Equatable {
    /// What it calls itself.
    public var serverName = ""
    public var serverVersion = ""
    /// What it tells models of its use.
    public var instructions = ""
    /// Definitions as they came, in the order of its lists.
    public var tools: [JSONObject] = []
    public var prompts: [JSONObject] = []
    public var resources: [JSONObject] = []
    public var templates: [JSONObject] = []
    /// What was left out of its lists, in words for the operator.
    public var notes: [String] = []

    /// Nothing yet.
    public init() {}
}

/// What may be offered of an upstream, by what was seen or approved of it before.
public struct UpstreamVerdict: Sendable, Equatable {
    /// Tools that are hidden, by the server's own names, each with the reason.
    public var hiddenTools: [String: String] = [:]
    /// The same of prompts.
    public var hiddenPrompts: [String: String] = [:]
    /// What it tells models of its use may be shown.
    public var showsInstructions = true
    /// What has changed, in words for the operator.
    public var notes: [String] = []

    /// Everything may be offered.
    public init() {}
}

/// Remembers what upstreams have said of themselves, and what the operator has approved of it. Safe to use from any thread.
public protocol UpstreamPins: Sendable {
    /// Compares an offer with what is known, notes what is seen for the first time, and says what may be offered. Answers on any
    /// thread.
    func judge(
        _ entry: UpstreamEntry, _ offer: UpstreamOffer, then: @escaping @Sendable (UpstreamVerdict) -> Void)

    /// The same of what the upstream has offered before the start of this program. Notes nothing: of what is not known nothing may be
    /// offered, and there is no verdict.
    func judge(
        recalled offer: UpstreamOffer, of entry: UpstreamEntry, then: @escaping @Sendable (UpstreamVerdict?) -> Void)
}

/// Keeps what upstreams have offered last over a restart. Safe to use from any thread.
public protocol UpstreamMemory: Sendable {
    /// What was kept last of the upstream of this name; nil for nothing. Answers on any thread.
    func load(_ name: String, then: @escaping @Sendable ([UInt8]?) -> Void)

    /// Keeps this in its place; nil for nothing.
    func save(_ name: String, _ octets: [UInt8]?)
}
