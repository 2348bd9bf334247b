import Glibc
import Synchronization

/// Which gateways use a folder: each holds the lock of one byte of the file `gateways`, which the kernel frees however it ends.
/// Whether it is alone can be told without the database, also when that cannot be used.
///
/// The file's first page is mapped. It holds a number that whoever comes counts up, and who has the whole budget for itself: so
/// one that is alone sees by loading a word that it no longer is.
public final class GatewayMembers: Sendable {
    /// In the file, in the machine's own order: it never leaves the machine.
    private struct Layout: ~Copyable {
        /// Counted up by whoever comes, and by whoever has news for the others.
        let generation: Atomic<UInt64>
        /// The place of the gateway that has the whole budget for itself; 0 when none has.
        let owner: Atomic<UInt64>
        /// A bit for each gateway that cannot reach the database, by its place.
        let cutOff: Atomic<UInt64>
    }

    /// Gateways of one folder.
    public static let most = 64

    // `nonisolated(unsafe)` is guarded by the value itself, which is atomic; the address never changes.
    private nonisolated(unsafe) let layout: UnsafeMutablePointer<Layout>
    private let descriptor: Int32
    /// From 1.
    private let place: UInt64
    private static let size = MemoryLayout<Layout>.size
    /// Where the bytes begin that are locked: they need not exist.
    private static let locks: off_t = 4096
    // Of <fcntl.h>, where they are hidden from programs that do not ask for Linux's own.
    private static let getLock: Int32 = 36
    private static let setLock: Int32 = 37

    /// Takes a place, and tells those that are there.
    /// - Parameter folder: made with mode 0700 when it is not there.
    /// - Returns: nil when the file cannot be made, opened, locked or mapped, or when all places are taken.
    public init?(folder: String) {
        if mkdir(folder, 0o700) != 0, errno != EEXIST { return nil }
        let file = open(folder + "/gateways", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard file >= 0 else { return nil }
        // Makes the file long enough and leaves what is in it. A page without room on the disk could not be written to.
        guard let place = (1...UInt64(Self.most)).first(where: { Self.take($0, file) }),
            posix_fallocate(file, 0, off_t(Self.size)) == 0,
            let memory = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
            // MAP_FAILED
            memory != UnsafeMutableRawPointer(bitPattern: -1)
        else {
            close(file)
            return nil
        }
        layout = memory.bindMemory(to: Layout.self, capacity: 1)
        descriptor = file
        self.place = place
        // What a dead one has left in this place.
        setCutOff(false)
        announce()
    }

    deinit {
        setCutOff(false)
        releaseOwnership()
        munmap(layout, Self.size)
        close(descriptor)
    }

    /// Another number when there is news: somebody has come, or the budget was closed. To read it is to load a word; any thread.
    public var generation: UInt64 { layout.pointee.generation.load(ordering: .sequentiallyConsistent) }

    /// Tells the others to look.
    /// - Returns: the number from now on.
    @discardableResult public func announce() -> UInt64 {
        layout.pointee.generation.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
    }

    /// Gateways that live, this one included: a system call for each.
    public var count: Int { 1 + Self.count(descriptor) }

    /// Gateways that use a folder, for one that is none of them: takes no place, and tells nobody.
    public static func count(in folder: String) -> Int {
        let file = open(folder + "/gateways", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        return count(file)
    }

    private static func count(_ file: Int32) -> Int {
        var count = 0
        var next = locks
        let end = locks + off_t(most)
        while next < end, let taken = conflict(file, next, end - next) {
            count += 1
            next = taken + 1
        }
        return count
    }

    /// Takes the whole budget, if this gateway is alone.
    /// - Returns: the generation until which that holds; nil when others live.
    public func takeOwnership() -> UInt64? {
        let seen = generation
        guard count == 1 else { return nil }
        layout.pointee.owner.store(place, ordering: .sequentiallyConsistent)
        // Whoever has come meanwhile may not have seen it.
        guard count == 1, generation == seen else {
            releaseOwnership()
            return nil
        }
        return seen
    }

    /// Leaves the budget to all.
    public func releaseOwnership() {
        _ = layout.pointee.owner.compareExchange(
            expected: place, desired: 0, ordering: .sequentiallyConsistent)
    }

    /// Who has the whole budget for itself.
    public enum Ownership: Sendable, Equatable {
        case nobody
        /// A gateway that lives.
        case another
        /// One that is dead, or must be taken for it. It has none any more, and the caller alone is told so.
        case left
    }

    /// Asked by one that is not the owner.
    /// - Parameter isPatient: false when a living one has had its time to answer. It sees the generation before it sends anything.
    public func ownership(isPatient: Bool) -> Ownership {
        let owner = layout.pointee.owner.load(ordering: .sequentiallyConsistent)
        guard owner != 0 else { return .nobody }
        // In its own place it stands for a dead one that had this place before.
        let byte = Self.locks + off_t(clamping: owner) - 1
        if owner != place, isPatient, Self.conflict(descriptor, byte, 1) != nil { return .another }
        let exchange = layout.pointee.owner.compareExchange(
            expected: owner, desired: 0, ordering: .sequentiallyConsistent)
        return exchange.exchanged ? .left : .nobody
    }

    /// Says whether this gateway spends its share without the database.
    public func setCutOff(_ isCutOff: Bool) {
        let bit: UInt64 = 1 << (place - 1)
        if isCutOff {
            layout.pointee.cutOff.bitwiseOr(bit, ordering: .sequentiallyConsistent)
        } else {
            layout.pointee.cutOff.bitwiseAnd(~bit, ordering: .sequentiallyConsistent)
        }
    }

    /// Others that live and spend their share without the database.
    public var cutOff: Int {
        let bits = layout.pointee.cutOff.load(ordering: .sequentiallyConsistent)
        guard bits != 0 else { return 0 }
        return (1...UInt64(Self.most)).count { other in
            other != place && bits & 1 << (other - 1) != 0
                && Self.conflict(descriptor, Self.locks + off_t(other) - 1, 1) != nil
        }
    }

    private static func take(_ place: UInt64, _ file: Int32) -> Bool {
        var bytes = range(locks + off_t(place) - 1, 1)
        return fcntl(file, setLock, &bytes) == 0
    }

    /// The first byte of these that another one has locked; nil when there is none.
    private static func conflict(_ file: Int32, _ start: off_t, _ length: off_t) -> off_t? {
        var found = range(start, length)
        // What cannot be inspected may be alive.
        guard fcntl(file, getLock, &found) == 0 else { return start }
        return found.l_type == Int16(F_UNLCK) ? nil : max(found.l_start, start)
    }

    private static func range(_ start: off_t, _ length: off_t) -> flock {
        var range = flock()
        range.l_type = Int16(F_WRLCK)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = start
        range.l_len = length
        return range
    }
}
