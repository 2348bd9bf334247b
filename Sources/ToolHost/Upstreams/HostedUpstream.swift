import Core
import IO
import MCP
import Synchronization
import ToolSources

/// An upstream with what is offered of it, for all loops; another one whenever that changes. Safe to use from any thread.
final class HostedUpstream: Sendable {
    let entry: UpstreamEntry
    let offered: UpstreamTools
    private let keeper: LoopBound<UpstreamKeeper>
    private let home: LoopExecutor

    /// On the upstreams' loop.
    init(_ keeper: UpstreamKeeper, _ offered: UpstreamTools, on reactor: Reactor) {
        entry = keeper.entry
        self.offered = offered
        self.keeper = LoopBound(keeper, on: reactor.executor)
        home = reactor.executor
    }

    /// Makes a call there for whoever listens to the exchange.
    func call(_ call: UpstreamCall, _ exchange: UpstreamExchange) {
        let (keeper, home) = (keeper, home)
        home.execute {
            keeper.value.call(
                call, progress: { exchange.tell(progress: $0) },
                asked: { question in
                    switch question {
                    case .asked(let params, let answer): exchange.tell(.asked(params, UpstreamReply(answer, on: home)))
                    case .withdrawn: exchange.tell(.withdrawn)
                    }
                },
                then: { exchange.tell(.ended($0)) })
        }
    }

    /// Nobody waits for a call any more.
    func giveUp(_ number: UInt64) {
        let keeper = keeper
        home.execute { keeper.value.giveUp(number) }
    }
}

/// One request for a caller, on its way to the upstreams' loop.
struct UpstreamCall: Sendable {
    let number: UInt64
    let method: String
    let params: JSONObject
    /// What it asks for: the tool, the prompt, or the URI.
    let name: String
    /// Whether one that may have been made may be made again.
    let isRepeatable: Bool
    /// What the caller's client can do for the server.
    let capabilities: JSONObject
}

/// What the calls of upstreams share, whichever they are and on whichever loop they are made.
package struct UpstreamRuns: Sendable {
    /// Calls of all upstreams together.
    private static let most = 256

    package let slots = CallSlots(max: most)
    let held = HeldCalls()
    let log: @Sendable (HostEvent) -> Void

    init(log: @escaping @Sendable (HostEvent) -> Void) { self.log = log }
}
