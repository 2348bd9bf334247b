import GatewayAPI

/// The last requests that one loop has answered, for a person who looks at the gateway.
///
/// Written where the log line is written and as cheap: a place in a ring that is filled once and never grows. It holds what the
/// log holds, so neither a path nor a body nor a token. Not `Sendable`: used on its loop alone.
struct RecentRequests {
    /// How many are kept, of one loop and of all of them together.
    static let capacity = StatusSchema.mostRequests

    private var ring: [RequestRecord] = []
    /// Where the oldest one is, once the ring is full.
    private var oldest = 0

    init() { ring.reserveCapacity(Self.capacity) }

    mutating func note(_ record: RequestRecord) {
        if ring.count < Self.capacity {
            ring.append(record)
        } else {
            ring[oldest] = record
            oldest = oldest + 1 == Self.capacity ? 0 : oldest + 1
        }
    }

    var newestFirst: [RequestRecord] { (ring[oldest...] + ring[..<oldest]).reversed() }

    /// The newest of both, newest first, no more than are kept.
    static func merged(_ a: [RequestRecord], _ b: [RequestRecord]) -> [RequestRecord] {
        var merged: [RequestRecord] = []
        merged.reserveCapacity(min(a.count + b.count, capacity))
        var (restOfA, restOfB) = (a[...], b[...])
        while merged.count < capacity {
            guard let first = restOfA.first else { return merged + restOfB.prefix(capacity - merged.count) }
            guard let second = restOfB.first else { return merged + restOfA.prefix(capacity - merged.count) }
            merged.append(first.time >= second.time ? restOfA.removeFirst() : restOfB.removeFirst())
        }
        return merged
    }
}
