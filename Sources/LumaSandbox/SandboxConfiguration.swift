/// How an emulator behaves; everything that is not fixed by Luma's API.
public struct SandboxConfiguration: Sendable {
    /// Which API keys are good.
    public enum Keys: Sendable {
        /// Every key except those that start with `invalid`, so that a refused key can be tried by hand.
        case any
        case only(Set<String>)
    }

    public var keys: Keys
    /// Makes ids, slugs and tokens; the same seed and the same requests give the same answers.
    public var seed: UInt64
    /// Requests per key and minute.
    public var rateLimit: Int
    /// The most events that the state may hold.
    public var maxEvents: Int
    /// The most guests that all events may have together.
    public var maxGuests: Int
    /// The most bytes that the settings of all events and what is kept for them may take together.
    public var maxStateBytes: Int
    /// The longest body that is read.
    public var maxBodyBytes: Int
    /// Whether a time zone of this name exists; by default every name of the right form does.
    public var isTimeZone: @Sendable (String) -> Bool
    /// Whether the first use finds a few events.
    public var startsWithEvents: Bool

    public init(
        keys: Keys = .any, seed: UInt64 = 1, rateLimit: Int = 200, maxEvents: Int = 10_000, maxGuests: Int = 10_000,
        maxStateBytes: Int = 64 << 20, maxBodyBytes: Int = 256 << 10, startsWithEvents: Bool = true,
        isTimeZone: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.keys = keys
        self.seed = seed
        self.rateLimit = rateLimit
        self.maxEvents = maxEvents
        self.maxGuests = maxGuests
        self.maxStateBytes = maxStateBytes
        self.maxBodyBytes = maxBodyBytes
        self.startsWithEvents = startsWithEvents
        self.isTimeZone = isTimeZone
    }

    func accepts(key: String) -> Bool {
        switch keys {
        case .any: !key.hasPrefix("invalid")
        case .only(let keys): keys.contains(key)
        }
    }
}
