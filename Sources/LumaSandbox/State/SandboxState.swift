import Core

/// Everything that outlives a request and goes into a snapshot.
struct SandboxState: Sendable {
    var mint: IdMint
    let userId: String
    let calendarId: String
    /// Whether the first events were made; they wait for the first use, because their times are relative to it.
    var isSeeded = false
    var events = EventShelf()
    var shelves = ShelfStock()
    var tokens = CancellationTokens()

    init(seed: UInt64) {
        mint = IdMint(seed: seed)
        userId = mint.id("usr-")
        calendarId = mint.id("cal-")
    }

    init(mint: IdMint, userId: String, calendarId: String) {
        self.mint = mint
        self.userId = userId
        self.calendarId = calendarId
    }

    static let calendarSlug = "sandbox-calendar"

    /// Bytes of what callers chose, for the bound on the state.
    var weight: Int { events.weight + shelves.weight }

    /// Whether an address on Luma is in use.
    func isTaken(slug: String) -> Bool { slug == Self.calendarSlug || events.event(slug: slug) != nil }

    mutating func freeSlug() -> String {
        while true {
            let slug = mint.slug()
            if !isTaken(slug: slug) { return slug }
        }
    }
}
