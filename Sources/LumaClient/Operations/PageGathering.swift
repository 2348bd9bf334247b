import Core

/// Makes one page of a list out of several answers, where a single one would be larger than what is taken from Luma.
///
/// A page that is too large is asked for again with half the entries, down to one. What follows is asked for in the size that
/// fitted, until there are as many entries as were wanted. So a caller sees the page that it has asked for; only when that takes
/// too many requests or octets, it gets a shorter one, and goes on from its cursor. Pure: it says what to ask for next.
struct PageGathering {
    /// Requests for one page.
    static let mostRequests = 16
    /// Octets of the answers that one page is made of, as far as the last of them can be known beforehand.
    static let mostOctets = 16 << 20
    /// Entries of a page of which the caller has said no number.
    static let usualLimit = 50

    /// What to ask for next.
    private(set) var parameters: EventListParameters
    /// Entries to ask for at once; nil while the page is asked for as it was wanted.
    private(set) var size: Int?
    private let wanted: Int
    private var entries: [JSON] = []
    private var octets = 0
    private var requests = 0

    /// - Parameter size: what an earlier page of the same list was made of; nil when that was whole.
    init(_ parameters: EventListParameters, size: Int? = nil) {
        self.parameters = parameters
        wanted = parameters.limit ?? Self.usualLimit
        guard let size, size < wanted else { return }
        self.size = size
        self.parameters.limit = size
    }

    /// Takes an answer to what was asked for.
    /// - Returns: the page, when it is complete.
    mutating func take(_ page: ListPage, octets: Int) -> ListPage? {
        requests += 1
        guard let size else { return page }
        entries += page.entries
        self.octets += octets
        let goesOn = page.hasMore && !page.entries.isEmpty && page.nextCursor != parameters.cursor
        guard goesOn, entries.count < wanted, requests < Self.mostRequests, self.octets < Self.mostOctets else {
            return ListPage(entries: entries, hasMore: page.hasMore, nextCursor: page.nextCursor)
        }
        parameters.cursor = page.nextCursor
        parameters.limit = min(size, wanted - entries.count)
        return nil
    }

    /// Halves what is asked for at once, as the answer was too large.
    /// - Returns: false when it is one entry already, or there were too many requests.
    mutating func halve() -> Bool {
        requests += 1
        let asked = parameters.limit ?? Self.usualLimit
        guard asked > 1, requests < Self.mostRequests else { return false }
        size = asked / 2
        parameters.limit = size
        return true
    }

    /// What there is of the page, before what cannot be got; nil when that is nothing.
    var beginning: ListPage? {
        entries.isEmpty ? nil : ListPage(entries: entries, hasMore: true, nextCursor: parameters.cursor)
    }
}
