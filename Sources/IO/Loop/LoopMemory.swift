import CLinux
import Glibc

/// Memory of a C library that works on a loop: what it gives back is kept by size for its next request.
///
/// The C library's allocator keeps seven small pieces of a size at hand. With sixty requests in flight they are used up, and all
/// others go through its lists, which it tidies at each large piece: a tenth of the CPU of a request that is passed on.
///
/// Sixteen octets in front of each piece tell how many it holds, so that it comes back to the list that it was taken from.
/// (`malloc_usable_size` may tell more than was asked for: pieces wander off to lists that nobody asks, until those are all that is
/// kept.) So a library that uses these functions must use all of them, and no other. A thread that runs no
/// loop has no `LoopMemory`, and its pieces come from `malloc` and go to `free`, on whatever thread they were made. Belongs
/// to the thread that runs its loop; no call is made by two at a time.
///
/// A program that is built for a sanitizer (`SANITIZE`) does not give it to libcurl: a piece that is kept looks like one in use.
struct LoopMemory {
    /// Octets that are kept, at most, with what stands in front of the pieces: those of some 256 transfers in flight. Two
    /// thirds of that are their receive buffers.
    static let limit = 4 << 20
    /// Larger pieces are not kept.
    static let largest = 16 << 10
    /// In front of a piece; as long as `malloc` aligns.
    private static let header = 16
    /// What a piece costs beyond what it holds: the header, and what malloc notes.
    static let overhead = header + 16
    private static let step = 16
    private static let smallSteps = 64
    private static let classes = smallSteps + 16

    /// The first kept piece of each size; each holds the next one's address in its first octets.
    private let first: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private(set) var kept = 0

    init() {
        first = .allocate(capacity: Self.classes)
        first.initialize(repeating: nil, count: Self.classes)
    }

    /// Gives everything back.
    mutating func release() {
        for index in 0..<Self.classes {
            while let piece = first[index] {
                first[index] = piece.load(as: UnsafeMutableRawPointer?.self)
                Self.discard(piece)
            }
        }
        first.deallocate()
    }

    mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size <= Self.largest else { return Self.make(size) }
        let index = Self.index(above: size)
        guard let piece = first[index] else { return Self.make(Self.size(index)) }
        first[index] = piece.load(as: UnsafeMutableRawPointer?.self)
        kept &-= Self.size(index) &+ Self.overhead
        return piece
    }

    /// Takes back a piece that one of these functions has made.
    mutating func take(_ piece: UnsafeMutableRawPointer) {
        let capacity = Self.capacity(of: piece)
        guard capacity <= Self.largest, kept &+ capacity &+ Self.overhead <= Self.limit else {
            return Self.discard(piece)
        }
        let index = Self.index(above: capacity)
        kept &+= capacity &+ Self.overhead
        piece.storeBytes(of: first[index], as: UnsafeMutableRawPointer?.self)
        first[index] = piece
    }

    // MARK: Pieces

    private static func make(_ capacity: Int) -> UnsafeMutableRawPointer? {
        guard capacity <= .max - header, let start = Glibc.malloc(capacity + header) else { return nil }
        start.storeBytes(of: capacity, as: Int.self)
        return start + header
    }

    fileprivate static func capacity(of piece: UnsafeMutableRawPointer) -> Int {
        (piece - header).load(as: Int.self)
    }

    private static func discard(_ piece: UnsafeMutableRawPointer) { Glibc.free(piece - header) }

    // MARK: Sizes: every sixteen octets up to 1024, then four for each power of two.

    /// The smallest class whose pieces hold `size` octets.
    @inline(__always)
    private static func index(above size: Int) -> Int {
        if size <= smallSteps &* step { return (max(size, 1) &- 1) / step }
        let bits = Int.bitWidth &- 1 &- (size &- 1).leadingZeroBitCount
        let quarter = (size &- 1) &>> (bits &- 2) & 3
        return smallSteps &+ (bits &- 10) &* 4 &+ quarter
    }

    @inline(__always)
    private static func size(_ index: Int) -> Int {
        if index < smallSteps { return (index &+ 1) &* step }
        let large = index &- smallSteps
        return (256 &<< (large &>> 2)) &* (5 &+ large & 3)
    }
}

extension LoopMemory {
    /// That of the loop which the calling thread runs.
    static var current: UnsafeMutablePointer<LoopMemory>? {
        lm_thread_value()?.assumingMemoryBound(to: LoopMemory.self)
    }

    /// - Parameter size: C's `size_t`, so that half of what it can say is negative here, and more than there is.
    private static func piece(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size >= 0 else { return nil }
        if let current { return current.pointee.allocate(size) }
        return make(size <= largest ? Self.size(index(above: size)) : size)
    }

    private static func giveBack(_ piece: UnsafeMutableRawPointer) {
        if let current { current.pointee.take(piece) } else { discard(piece) }
    }

    /// What a C library asks for instead of `malloc` and its kin.
    static let malloc: @convention(c) (Int) -> UnsafeMutableRawPointer? = { piece($0) }

    static let free: @convention(c) (UnsafeMutableRawPointer?) -> Void = { piece in
        if let piece { giveBack(piece) }
    }

    static let calloc: @convention(c) (Int, Int) -> UnsafeMutableRawPointer? = { count, size in
        let (total, overflows) = UInt(bitPattern: count).multipliedReportingOverflow(by: UInt(bitPattern: size))
        guard !overflows, let total = Int(exactly: total), let piece = piece(total) else { return nil }
        memset(piece, 0, total)
        return piece
    }

    static let realloc: @convention(c) (UnsafeMutableRawPointer?, Int) -> UnsafeMutableRawPointer? = { old, size in
        guard let old else { return piece(size) }
        let had = capacity(of: old)
        if size >= 0, had >= size { return old }
        guard let larger = piece(size) else { return nil }
        memcpy(larger, old, had)
        giveBack(old)
        return larger
    }

    static let strdup: @convention(c) (UnsafePointer<CChar>?) -> UnsafeMutablePointer<CChar>? = { text in
        guard let text else { return nil }
        let size = strlen(text) + 1
        guard let piece = piece(size) else { return nil }
        memcpy(piece, text, size)
        return piece.assumingMemoryBound(to: CChar.self)
    }
}
