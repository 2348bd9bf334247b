/// The first or the last octets of a stream, and how many there were.
package struct CappedOutput: Sendable {
    /// Which end of a stream is kept.
    package enum Kept: Sendable { case first, last }

    /// The most octets that are kept.
    package let limit: Int
    private let kept: Kept
    private var held: [UInt8] = []
    /// All octets that came.
    package private(set) var total = 0

    package init(_ kept: Kept, limit: Int) {
        self.kept = kept
        self.limit = limit
    }

    /// What is kept, at most `limit` octets.
    package var bytes: [UInt8] { held.count > limit ? Array(held.suffix(limit)) : held }

    /// True when something came that is not kept.
    package var isCut: Bool { total > limit }

    /// Takes the next octets of the stream.
    package mutating func append(_ octets: UnsafeRawBufferPointer) {
        total += octets.count
        switch kept {
        case .first: held.append(contentsOf: octets.prefix(max(limit - held.count, 0)))
        case .last:
            held.append(contentsOf: octets.suffix(limit))
            // Not at each piece: the rest has to move.
            if held.count > 2 * limit { held.removeFirst(held.count - limit) }
        }
    }
}
