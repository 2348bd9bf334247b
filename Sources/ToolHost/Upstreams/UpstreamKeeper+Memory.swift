import Core
import Crypto
import IO
import MCP
import ToolSources

/// What the upstream has offered before the start is offered until it says itself what there is: a program that is started anew need not
/// lose its tools for that.
extension UpstreamKeeper {
    static let digest: ToolNames.Digest = { (try? Digest.sha256($0)) ?? [] }

    /// Offers what is remembered, as soon as that is known. Nobody waits for it: the store may be slow.
    func recall() {
        guard let memory = settings.memory else { return }
        let executor = reactor.executor
        let bound = LoopBound(self, on: executor)
        memory.load(entry.name) { octets in
            guard let octets else { return }
            executor.execute { bound.value.recalled(octets) }
        }
    }

    private func recalled(_ octets: [UInt8]) {
        guard isUnheard, let offer = UpstreamOffer(kept: octets, of: entry, Self.digest) else { return }
        guard entry.pin != .off, let pins = settings.pins else { return recalled(offer, UpstreamVerdict()) }
        let executor = reactor.executor
        let bound = LoopBound(self, on: executor)
        pins.judge(recalled: offer, of: entry) { verdict in
            guard let verdict else { return }
            executor.execute { bound.value.recalled(offer, verdict) }
        }
    }

    private func recalled(_ offer: UpstreamOffer, _ verdict: UpstreamVerdict) {
        guard isUnheard else { return }
        offers(UpstreamTools(offer, of: entry, verdict: verdict, digest: Self.digest), recalled: offer)
        // It may have failed before that was known.
        beginGrace()
    }

    /// It has not said what it offers.
    private var isUnheard: Bool { offer == nil && hosted == nil && !isEnded }

    /// Keeps what it has said it offers, if that is something else than what is kept.
    func remember(_ offer: UpstreamOffer) {
        guard let memory = settings.memory, offer != self.offer ?? recalled else { return }
        memory.save(entry.name, offer.kept(of: entry, Self.digest))
    }
}
