import Core

/// What is known of the definitions that were approved.
public enum PinRecord: Sendable, Equatable {
    /// There were none so far.
    case none
    case pinned(SourcePin)
    /// They cannot be read. Fits behind "the file …".
    case unreadable(String)
}

/// Which definitions of a server are served, and what its operator is told.
public struct PinVerdict: Sendable, Equatable {
    /// Differences that are told one by one.
    private static let maxNotes = 20

    /// Why a definition is held.
    private enum Hold: Sendable, Equatable {
        case nothing
        case all(String)
        case some([SourceDefinitions.Key: String])
    }

    private var hold = Hold.nothing
    /// The server's instructions may be shown.
    public private(set) var showsInstructions = true
    /// For status and `doctor`.
    public private(set) var notes: [String] = []
    /// What is to be recorded as the first that the server gave; nil when nothing is.
    public private(set) var firstContact: SourceDefinitions?
    /// What differs from what was approved; nil when there is nothing to compare.
    public private(set) var comparison: PinComparison?

    /// Judges what a server says now.
    /// - Parameters:
    ///   - source: the server's name, for the commands that notes give.
    ///   - now: its definitions, or why they cannot be pinned.
    ///   - approvesFirst: with `block`, not even the first definitions are served before they are approved.
    public init(
        _ rule: UpstreamEntry.Pin, source: String, pinned: PinRecord, now: Result<SourceDefinitions, SourceTooLarge>,
        approvesFirst: Bool = false
    ) {
        if rule == .off { return }
        let definitions: SourceDefinitions
        switch now {
        case .success(let found): definitions = found
        case .failure(let failure):
            refuse(rule, failure.description)
            return
        }
        switch pinned {
        case .unreadable(let reason):
            refuse(rule, "the file of its pin \(reason): see luma-mcp upstreams approve \(source)")
        case .none where rule == .block && approvesFirst:
            refuse(rule, "it is not approved yet: see luma-mcp upstreams diff \(source)")
        case .none: firstContact = definitions
        case .pinned(let pin): compare(rule, source, pin, definitions)
        }
    }

    /// Why a definition is held; nil when it is served.
    public func reason(_ kind: SourceDefinitions.Kind, _ name: String) -> String? {
        switch hold {
        case .nothing: nil
        case .all(let reason): reason
        case .some(let reasons): reasons[SourceDefinitions.Key(kind, name)]
        }
    }

    private mutating func refuse(_ rule: UpstreamEntry.Pin, _ reason: String) {
        notes = [reason]
        if rule == .block {
            hold = .all(reason)
            showsInstructions = false
        }
    }

    private mutating func compare(
        _ rule: UpstreamEntry.Pin, _ source: String, _ pin: SourcePin, _ definitions: SourceDefinitions
    ) {
        let comparison = PinComparison(pin.definitions, definitions)
        self.comparison = comparison
        if comparison.isSame { return }
        var reasons: [SourceDefinitions.Key: String] = [:]
        if !comparison.server.isEmpty { notes.append("changed of the server itself: \(Self.list(comparison.server))") }
        for difference in comparison.differences {
            let key = difference.key
            let shown = OutsideText.line(key.name, max: ToolNames.maxBytes)
            switch difference.change {
            case .removed: notes.append("\(key.kind.rawValue) \(shown) is gone")
            case .added:
                notes.append("\(key.kind.rawValue) \(shown) is new")
                reasons[key] = "it is new since \(pin.recorded) and not approved"
            case .changed(let members):
                notes.append("\(key.kind.rawValue) \(shown) has another \(Self.list(members))")
                reasons[key] = "its \(Self.list(members)) changed since \(pin.recorded) and is not approved"
            }
        }
        let more = notes.count - Self.maxNotes
        if more > 0 { notes = notes.prefix(Self.maxNotes) + ["and \(more) more differences"] }
        notes.append(
            "luma-mcp upstreams diff \(source) shows what differs, luma-mcp upstreams approve \(source) takes it")
        if rule == .block {
            hold = .some(reasons)
            showsInstructions = comparison.server.isEmpty
        }
    }

    private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}

extension UpstreamVerdict {
    /// What a pin means for an offer.
    public init(_ verdict: PinVerdict, of offer: UpstreamOffer) {
        func held(_ kind: SourceDefinitions.Kind, _ items: [JSONObject]) -> [String: String] {
            var reasons: [String: String] = [:]
            for name in items.compactMap({ $0["name"]?.stringValue }) { reasons[name] = verdict.reason(kind, name) }
            return reasons
        }
        self.init()
        hiddenTools = held(.tool, offer.tools)
        hiddenPrompts = held(.prompt, offer.prompts)
        showsInstructions = verdict.showsInstructions
        notes = verdict.notes
    }
}
