public import Core

/// The number of a write in the store.
public struct WriteID: Sendable, Hashable {
    let number: Int64
}

/// A write that is about to be sent.
public struct WriteRecord: Sendable {
    /// Whose calendar is written to.
    public let account: String
    /// The request with a key that it belongs to.
    public let request: RequestID?
    /// The name of the operation.
    public let operation: String
    /// The id of what it changes; nil when it makes something new.
    public let subject: String?
    /// What the thing that it makes can be found by. Of a write that changes a thing: not nil when the thing can no longer
    /// be found by what it was made with.
    public let mark: String?
    /// What is sent, without secrets; forgotten once the write is settled.
    public let body: [UInt8]
    /// The digest of who sends what; nil when nobody will ask for it.
    public let digest: [UInt8]?
    /// What the sender wants to know again when the request is made anew.
    public let notes: [UInt8]
    /// When it is recorded, on this machine's clock.
    public let now: Timestamp
    /// The same instant on the clock of whoever gets it, as far as it was known.
    public let sentAt: Timestamp
    /// The same instant in milliseconds since the machine was started, and what tells that start from others: what is learned of
    /// the receiver's clock later counts too.
    public let sentTick: Int64?
    /// The start of the machine that `sentTick` counts from; empty when it is not known.
    public let boot: String
    /// Refuse it when a write of the same digest was recorded since then; nil asks nothing.
    public let unlessSince: Timestamp?
    /// The operation that ends what a write has made: what is known to be ended is no reason to refuse the same again.
    public let endedBy: String?

    public init(
        account: String, request: RequestID?, operation: String, subject: String?, mark: String?, body: [UInt8],
        digest: [UInt8]?, notes: [UInt8], now: Timestamp, sentAt: Timestamp, sentTick: Int64? = nil,
        boot: String = "", unlessSince: Timestamp? = nil, endedBy: String? = nil
    ) {
        self.account = account
        self.request = request
        self.operation = operation
        self.subject = subject
        self.mark = mark
        self.body = body
        self.digest = digest
        self.notes = notes
        self.now = now
        self.sentAt = sentAt
        self.sentTick = sentTick
        self.boot = boot
        self.unlessSince = unlessSince
        self.endedBy = endedBy
    }
}

/// What a write was recorded as.
public enum RecordStanding: Sendable, Equatable {
    case recorded(WriteID)
    /// A write of the same digest came shortly before.
    /// - Parameter result: the id of what it made; nil while that is not known.
    case duplicate(result: String?)
}

/// What became of a write.
public enum WriteEffect: Sendable, Equatable {
    /// It surely had no effect.
    case none
    /// It took effect.
    /// - Parameter result: the id of what it made.
    case done(result: String?)
    /// It can never be found out.
    case unknown
}

/// A write of an earlier run of the same request, settled since.
public struct EarlierWrite: Sendable, Equatable {
    /// The name of the operation.
    public let operation: String
    /// The id of what it was to change; nil when it was to make something new.
    public let subject: String?
    /// What its sender wanted to know again.
    public let notes: [UInt8]
    /// What became of it.
    public let effect: WriteEffect
}

/// How later writes stand in the way of telling what a write has done.
public enum Overtaking: Sendable, Equatable {
    /// None does.
    case none
    /// One may, of which it is not known yet whether it took effect.
    case open
    /// Each of these is no longer found by what it was made with, or is gone, and no known write has made it: it may be this
    /// write's.
    /// - Parameter isOpen: there may be more of them, of which it is not known yet.
    case hidden(by: [String], isOpen: Bool)
    /// The thing that this write was to change was changed after it.
    case overtaken
}

/// Whether things of which it is not known what has made them may be a lost create's.
public enum Suspicion: Sendable, Equatable {
    /// They are others', or were there before.
    case none
    /// They may be another's whose write is under way: ask again when that has ended.
    case open
    /// Nothing clears all of them.
    case remains
}

/// What came of recording a found thing as the effect of a write.
public enum Adoption: Sendable, Equatable {
    case recorded
    /// It belongs to another write.
    case ofAnother
    /// Another program has a write with the same mark under way, and it may be that one's: ask again when that has ended.
    case contested
    /// The write was settled before.
    case settledBefore
}

/// A write whose outcome is to be found out.
public struct AbandonedWrite: Sendable, Equatable {
    public let id: WriteID
    /// The name of the operation.
    public let operation: String
    /// The id of what it was to change; nil when it was to make something new.
    public let subject: String?
    /// What was sent, without secrets.
    public let body: [UInt8]
    /// When it was sent, on the clock of whoever got it, as far as it was known.
    public let sentAt: Timestamp
    /// Milliseconds since the start of the machine that `boot` names; nil when that was not recorded.
    public let sentTick: Int64?
    /// The start of the machine that `sentTick` counts from; empty when it is not known.
    public let boot: String
    /// A write with the same mark is under way: what is found may be its own.
    public let isContested: Bool
    /// Ids that belong to other writes with the same mark.
    public let claimed: [String]
}
