import Core
import IO
import MCP
import ToolSources

/// What callers have subscribed to of one upstream, and what it was asked for. A value.
struct UpstreamSubscriptions {
    /// Resources that it is asked to tell of.
    static let most = 200

    /// By URI; there are no more than `most`.
    var wanted: Set<String> = []
    /// What it was asked for on the session that there is.
    var asked: Set<String> = []
    /// What was wanted before there was that session: it may have changed unheard, so that its subscribers are told.
    var late: Set<String> = []
    /// Changes that are about to be told.
    var updates: Set<String> = []
    /// Requests go one after the other.
    var isAsking = false
    /// Of the revision without a channel of its own: what ends the stream that is heard, and the one that is to replace it.
    var heard: ((UpstreamFault) -> Void)?
    var coming: ((UpstreamFault) -> Void)?
    /// Counts these streams.
    var streams = 0

    /// A new session knows nothing of them.
    mutating func begin() {
        end()
        late = wanted
    }

    /// The session is over.
    mutating func end() {
        (asked, updates) = ([], [])
        (heard, coming) = (nil, nil)
        streams += 1
    }
}

/// Resources of the upstream that callers have subscribed to: it is asked once for each, however many want it.
extension UpstreamKeeper {
    private static let retrySeconds = 60.0
    private static let replaced = UpstreamFault(.ended, mayHaveRun: false, "it is not wanted any more")

    /// Has it tell of these resources from now on, and of no others.
    func want(_ uris: Set<String>) {
        let wanted =
            uris.count > UpstreamSubscriptions.most ? Set(uris.sorted().prefix(UpstreamSubscriptions.most)) : uris
        guard wanted != subscriptions.wanted else { return }
        subscriptions.wanted = wanted
        subscriptions.late.formIntersection(wanted)
        subscriptions.updates.formIntersection(wanted)
        guard let agreement, fault == nil, agreement.tellsOfResources else { return }
        if agreement.revision.era == .legacy { return subscribeEach() }
        start(.subscription, at: clock.now.advanced(seconds: Self.gatherSeconds)) { [weak self] in self?.subscribe() }
    }

    /// Tells of a change soon: several of one resource at about the same time are one.
    func note(updated uri: String) {
        guard subscriptions.wanted.contains(uri) else { return }
        subscriptions.updates.insert(uri)
        guard timers[.updates] == nil else { return }
        start(.updates, at: clock.now.advanced(seconds: Self.gatherSeconds)) { [weak self] in
            guard let self else { return }
            let updates = subscriptions.updates
            subscriptions.updates = []
            for uri in updates.sorted() { updated(uri) }
        }
    }

    // MARK: The revisions with a session

    /// Asks for what is wanted and was not asked for, and the other way round.
    func subscribeEach() {
        guard let link, agreement?.tellsOfResources == true, !subscriptions.isAsking else { return }
        guard nextSubscription != nil else { return }
        link.listen()
        subscriptions.isAsking = true
        start { [self] in
            while self.link === link, let (uri, isWanted) = nextSubscription {
                let session = subscriptions.streams
                if isWanted { subscriptions.asked.insert(uri) } else { subscriptions.asked.remove(uri) }
                let outcome = await link.ask(
                    isWanted ? "resources/subscribe" : "resources/unsubscribe", ["uri": .string(uri)],
                    seconds: Double(entry.limits.listSeconds))
                guard session == subscriptions.streams, isWanted else { continue }
                switch outcome {
                case .success: if subscriptions.late.remove(uri) != nil { note(updated: uri) }
                // It knows of no such thing, and is not asked again on this session.
                case .failure(.error): break
                case .failure(.fault):
                    subscriptions.asked.remove(uri)
                    return askAgainLater()
                }
            }
            subscriptions.isAsking = false
            // What has come meanwhile has found somebody at work.
            if self.link !== link { subscribeEach() }
        }
    }

    private func askAgainLater() {
        subscriptions.isAsking = false
        start(.subscription, at: clock.now.advanced(seconds: Self.retrySeconds)) { [weak self] in self?.subscribeEach()
        }
    }

    private var nextSubscription: (uri: String, isWanted: Bool)? {
        if let uri = subscriptions.wanted.subtracting(subscriptions.asked).min() { return (uri, true) }
        return subscriptions.asked.subtracting(subscriptions.wanted).min().map { ($0, false) }
    }

    // MARK: The revision without one

    /// Has it tell of changes, on a stream that replaces the one before: what changes between the two is heard on one of them.
    func subscribe(after pause: Double = 1) {
        guard let link, let agreement, agreement.revision.era == .modern else { return }
        stop(.subscription)
        var news: JSONObject = [:]
        for (kind, name) in [
            (UpstreamPages.Kind.tools, "toolsListChanged"), (.prompts, "promptsListChanged"),
            (.resources, "resourcesListChanged"),
        ] where agreement.announces(kind) { news[name] = true }
        if !news.isEmpty { stop(.poll) }
        subscriptions.asked = agreement.tellsOfResources ? subscriptions.wanted : []
        if !subscriptions.asked.isEmpty {
            news["resourceSubscriptions"] = .array(subscriptions.asked.sorted().map { .string($0) })
        }
        // What ends from here on is not the newest.
        subscriptions.streams += 1
        subscriptions.coming?(Self.replaced)
        subscriptions.coming = nil
        guard !news.isEmpty else {
            subscriptions.heard?(Self.replaced)
            subscriptions.heard = nil
            return
        }
        let number = subscriptions.streams
        subscriptions.coming = link.request(
            "subscriptions/listen", ["notifications": .object(news)], seconds: .infinity,
            ceiling: MonotonicTime(nanoseconds: .max),
            acknowledged: { [weak self] in
                guard let self, subscriptions.streams == number, let coming = subscriptions.coming else { return }
                let earlier = subscriptions.heard
                (subscriptions.heard, subscriptions.coming) = (coming, nil)
                earlier?(Self.replaced)
                for uri in subscriptions.late.intersection(subscriptions.asked) { note(updated: uri) }
                subscriptions.late = []
            },
            then: { [weak self, weak link] outcome in
                guard let self, self.link === link, !isEnded, subscriptions.streams == number else { return }
                subscriptions.begin()
                poll()
                if case .failure(.error) = outcome { return }
                start(.subscription, at: clock.now.advanced(seconds: pause)) { [weak self] in
                    self?.readLists()
                    self?.subscribe(after: min(2 * pause, 60))
                }
            })
    }
}
