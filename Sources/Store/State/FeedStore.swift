public import Core

/// A calendar feed: what somebody who knows its address may read without a token.
public struct FeedRecord: Sendable, Equatable {
    /// Not secret; the address holds it with a signature.
    public let id: String
    /// Whose events it shows; feeds of one account know nothing of another's.
    public let account: String
    /// What its maker calls it.
    public let name: String
    /// What of the calendar it shows, in the form of whoever stores it.
    public let filter: [UInt8]
    /// Who has made it.
    public let creator: String
    public let createdAt: Timestamp
    /// To the minute; nil when nobody has read it yet.
    public let usedAt: Timestamp?

    public init(
        id: String, account: String, name: String, filter: [UInt8], creator: String, createdAt: Timestamp,
        usedAt: Timestamp? = nil
    ) {
        self.id = id
        self.account = account
        self.name = name
        self.filter = filter
        self.creator = creator
        self.createdAt = createdAt
        self.usedAt = usedAt
    }
}

/// What is known of an id that an address holds.
public struct FeedLookup: Sendable, Equatable {
    /// What addresses are signed with; nil when no feed was ever made.
    public let key: [UInt8]?
    /// Nil when there is none, or none any more.
    public let feed: FeedRecord?

    public init(key: [UInt8]?, feed: FeedRecord?) {
        self.key = key
        self.feed = feed
    }
}

/// An event as a feed is about to show it.
public struct FeedEntry: Sendable, Equatable {
    /// The event's UID in the calendar.
    public let uid: String
    /// Of all that the feed says of it; another one is a change.
    public let digest: [UInt8]
    /// When it was last changed as far as is known, for one that the feed has not shown before.
    public let modifiedAt: Timestamp

    public init(uid: String, digest: [UInt8], modifiedAt: Timestamp) {
        self.uid = uid
        self.digest = digest
        self.modifiedAt = modifiedAt
    }
}

/// Which state of an event a feed shows, by which calendar programs tell what is newer (RFC 5545 §3.8.7.4).
public struct FeedRevision: Sendable, Equatable {
    /// How often it has changed since it was first shown; never smaller than before.
    public let sequence: Int
    /// When it was first shown as it is now; always later than before.
    public let modifiedAt: Timestamp

    public init(sequence: Int, modifiedAt: Timestamp) {
        self.sequence = sequence
        self.modifiedAt = modifiedAt
    }
}

/// The feeds of a gateway, and the key that signs their addresses.
///
/// Called as the rest of the store is: from any thread, told on the store's queue.
public protocol FeedStore: Sendable {
    /// Adds a feed. Gives the key to sign its address with; nil when its creator has as many as are left of `most` for the
    /// account: who is alone may have half.
    ///
    /// - Parameter fresh: the key from now on, if there is none yet: programs that share the store must agree on one.
    func addFeed(_ feed: FeedRecord, max: Int, key fresh: [UInt8], then: @escaping Then<[UInt8]?>)
    /// The account's feeds, oldest first.
    func feeds(_ account: String, then: @escaping Then<[FeedRecord]>)
    /// Looks for a feed of the account.
    func feed(_ id: String, of account: String, then: @escaping Then<FeedLookup>)
    /// Notes that a feed was read, once a minute at most, so that who polls it does not wear out the disk.
    func useFeed(_ id: String, at now: Timestamp)
    /// Compares what a feed is about to show with what it showed last, and gives the revision of each entry, in their order.
    ///
    /// What was shown once is remembered for months after it is gone from the feed, so that one that comes back is not older
    /// than it was. Of a feed that is not there any more nothing is remembered.
    func reviseFeed(_ id: String, _ entries: [FeedEntry], at now: Timestamp, then: @escaping Then<[FeedRevision]>)
    /// Revokes a feed for good; false when there is none. When `then` is called the revocation outlives a loss of power.
    func removeFeed(_ id: String, of account: String, then: @escaping Then<Bool>)
}
