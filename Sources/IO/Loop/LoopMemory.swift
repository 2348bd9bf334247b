import CLinux
import Glibc

/// Memory of a C library that works on a loop: what it gives back is kept by size for its next request.
///
/// The C library's allocator keeps seven small pieces of a size at hand. With sixty requests in flight they are used up, and all
/// others go through its lists, which it tidies at each large piece: a tenth of the CPU of a request that is passed on.
///
/// Each piece is one of `malloc`'s own, and its size is asked of that (`malloc_usable_size`). So whatever thread gives one back,
/// and whether it was ever here or not, nothing can be mixed up: a thread that runs no loop has no `LoopMemory`, and
/// uses `malloc` and `free`. Belongs to the thread that runs its loop; no call is made by two at a time.
struct LoopMemory {
    /// Octets that are kept, at most.
    static let limit = 1 << 20
    /// Larger pieces are not kept.
    static let largest = 16 << 10
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
                Glibc.free(piece)
            }
        }
        first.deallocate()
    }

    mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size <= Self.largest else { return Glibc.malloc(size) }
        let index = Self.index(above: size)
        guard let piece = first[index] else { return Glibc.malloc(Self.size(index)) }
        first[index] = piece.load(as: UnsafeMutableRawPointer?.self)
        kept &-= Self.size(index)
        return piece
    }

    mutating func take(_ piece: UnsafeMutableRawPointer) {
        let size = lm_usable_size(piece)
        guard size <= 2 * Self.largest else { return Glibc.free(piece) }
        let index = Self.index(below: size)
        let own = Self.size(index)
        guard kept &+ own <= Self.limit else { return Glibc.free(piece) }
        kept &+= own
        piece.storeBytes(of: first[index], as: UnsafeMutableRawPointer?.self)
        first[index] = piece
    }

    // MARK: Sizes: every sixteen octets up to 1024, then four for each power of two.

    /// The smallest class whose pieces hold `size` octets.
    @inline(__always)
    private static func index(above size: Int) -> Int {
        if size <= smallSteps &* step { return (max(size, 1) &- 1) / step }
        let bits = Int.bitWidth &- 1 &- (size &- 1).leadingZeroBitCount
        let quarter = (size &- 1) &>> (bits &- 2) & 3
        return smallSteps &+ (bits &- 10) &* 4 &+ quarter
    }

    /// The largest class whose pieces are no longer than `size`, which is 16 at least.
    @inline(__always)
    private static func index(below size: Int) -> Int {
        if size < (smallSteps &+ 1) &* step { return min(size / step, smallSteps) &- 1 }
        let above = index(above: min(size, largest))
        return Self.size(above) <= size ? above : above &- 1
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
    private static var current: UnsafeMutablePointer<LoopMemory>? {
        lm_thread_value()?.assumingMemoryBound(to: LoopMemory.self)
    }

    /// What a C library asks for instead of `malloc` and its kin.
    static let malloc: @convention(c) (Int) -> UnsafeMutableRawPointer? = { size in
        if let current { return current.pointee.allocate(size) }
        return Glibc.malloc(size)
    }

    static let free: @convention(c) (UnsafeMutableRawPointer?) -> Void = { piece in
        guard let piece else { return }
        if let current { current.pointee.take(piece) } else { Glibc.free(piece) }
    }

    static let calloc: @convention(c) (Int, Int) -> UnsafeMutableRawPointer? = { count, size in
        let (total, overflows) = count.multipliedReportingOverflow(by: size)
        guard !overflows, let current else { return Glibc.calloc(count, size) }
        guard let piece = current.pointee.allocate(total) else { return nil }
        memset(piece, 0, total)
        return piece
    }

    static let realloc: @convention(c) (UnsafeMutableRawPointer?, Int) -> UnsafeMutableRawPointer? = { piece, size in
        guard let current, let piece, size > 0 else { return Glibc.realloc(piece, size) }
        let had = lm_usable_size(piece)
        if had >= size { return piece }
        guard size <= largest else { return Glibc.realloc(piece, size) }
        guard let larger = current.pointee.allocate(size) else { return nil }
        memcpy(larger, piece, had)
        current.pointee.take(piece)
        return larger
    }

    static let strdup: @convention(c) (UnsafePointer<CChar>?) -> UnsafeMutablePointer<CChar>? = { text in
        guard let text else { return nil }
        let size = strlen(text) + 1
        guard let piece = malloc(size) else { return nil }
        memcpy(piece, text, size)
        return piece.assumingMemoryBound(to: CChar.self)
    }
}
