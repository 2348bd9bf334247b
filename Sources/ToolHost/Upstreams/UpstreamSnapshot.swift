package import ToolSources

/// One upstream at one moment, for the operator.
package struct UpstreamState: Sendable, Equatable {
    /// How it is with it.
    package enum Phase: String, Sendable {
        /// It answers.
        case on
        /// Nothing is known of it yet.
        case connecting
        /// It does not answer; it is tried again.
        case down
        /// Its program has ended too often, and is left alone for a while.
        case held
        /// It is switched off, or a setting that it needs is not there.
        case off
        /// Its entry cannot be used.
        case refused
    }

    package var name: String
    package var phase: Phase
    /// Why it is not on.
    package var reason: String?
    /// `http` or `stdio`; nil for an entry that cannot be used.
    package var transport: String?
    /// What it calls itself.
    package var server: String?
    package var revision: String?
    /// What is offered of it now.
    package var offered = UpstreamTools()
    /// It does not answer, or has not yet, and what it has offered before is offered all the same for a while.
    package var isStale = false
    /// Messages that were passed over, since it is connected.
    package var strays = 0
}

/// All upstreams at one moment. It does not change: the next one has a higher generation.
package struct UpstreamSnapshot: Sendable, Equatable {
    package var generation: UInt64 = 0
    /// In the order of the file.
    package var upstreams: [UpstreamState] = []
    /// What is wrong with the file, in words for the operator.
    package var problems: [String] = []

    package init() {}

    /// Some are being asked for the first time.
    package var isSettling: Bool { upstreams.contains { $0.phase == .connecting } }
}
