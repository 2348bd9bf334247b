import Glibc
import Synchronization

/// What was committed to a folder's database, in the file `commits` beside it.
///
/// SQLite ends the recovery of a write-ahead log at the first frame whose checksum is wrong, takes a log that is missing for an
/// empty one, and calls both well: what was committed after that point is forgotten without an error. So each commit is
/// counted, in the database and here, and a database that has fewer than are known here has lost some.
///
/// The number is written after the commit, so at no instant does it tell of more than there is. Two are kept, because not
/// every commit waits for the disk: the last one that did must be there after a loss of power, the last of all only
/// while the machine runs on, when what was written to a file is there whoever has died since.
///
/// The file is mapped; several programs count in it. Belongs to the store's queue.
final class CommitRecord {
    /// In the file, in the machine's own order: it never leaves the machine.
    private struct Layout: ~Copyable {
        /// `magic` once the rest holds.
        let mark: Atomic<UInt64>
        /// The name of the database.
        let name: Atomic<Int64>
        /// The last commit that has waited for the disk.
        let durable: Atomic<Int64>
        /// The last commit.
        let latest: Atomic<Int64>
        /// When the machine was started, as its random id; 0 when that is not known.
        let boot: Atomic<UInt64>
    }

    // Guarded in this program by the store's queue, on which alone this value is used; against other programs, which have the
    // same page mapped, by the atomics of `Layout`. The address never changes.
    private let layout: UnsafeMutablePointer<Layout>
    private let boot: UInt64
    private let path: String
    private let identity: FileIdentity?
    private static let size = MemoryLayout<Layout>.size
    private static let magic: UInt64 = 0x316d_6d6f_6361_6d6c

    /// Opens the file, and makes it when it is not there.
    /// - Parameter boot: tells this run of the machine from others; 0 when nothing does.
    convenience init(folder: String, boot: UInt64 = bootIdentity) throws(StoreFailure) {
        let path = Self.path(folder)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw StoreFailure(systemError: errno) }
        // The mapping outlives the descriptor.
        defer { close(descriptor) }
        guard Self.size(descriptor) != nil else { throw StoreFailure(.cannotOpen) }
        // Makes the file long enough and leaves what is in it. A page without room on the disk could not be written to.
        let failure = posix_fallocate(descriptor, 0, off_t(Self.size))
        guard failure == 0 else { throw StoreFailure(systemError: failure) }
        try self.init(descriptor, PROT_READ | PROT_WRITE, boot, path)
    }

    /// What there is, only to be compared with; nil when there is nothing.
    static func existing(folder: String) throws(StoreFailure) -> CommitRecord? {
        let path = Self.path(folder)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StoreFailure(systemError: errno)
        }
        defer { close(descriptor) }
        guard let found = size(descriptor) else { throw StoreFailure(.cannotOpen) }
        return found < size ? nil : try CommitRecord(descriptor, PROT_READ, bootIdentity, path)
    }

    private init(
        _ descriptor: Int32, _ protection: Int32, _ boot: UInt64, _ path: String
    ) throws(StoreFailure) {
        let memory = mmap(nil, Self.size, protection, MAP_SHARED, descriptor, 0)
        guard let memory, memory != UnsafeMutableRawPointer(bitPattern: -1) else {
            throw StoreFailure(systemError: errno)
        }
        layout = memory.bindMemory(to: Layout.self, capacity: 1)
        self.boot = boot
        self.path = path
        identity = FileIdentity(of: path)
    }

    /// Whether its file is still found under its name: what is noted in another one the next program does not know.
    var isInPlace: Bool { FileIdentity(of: path) == identity }

    private static func path(_ folder: String) -> String { folder + "/commits" }

    /// The length of a file; nil when it is something else.
    private static func size(_ descriptor: Int32) -> Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return status.st_size
    }

    deinit { munmap(layout, Self.size) }

    /// Whether a database was counted here before.
    var isKnown: Bool { layout.pointee.mark.load(ordering: .acquiring) != 0 }

    /// Compares a database with what is known.
    /// - Parameter find: gives the name of the database and the number of its last commit, nil when it counts none. Called once
    ///   what is known was read: what is committed meanwhile is in the database and not here.
    /// - Throws: what is wrong with it, or what `find` throws.
    func check(_ find: () throws -> (name: Int64, number: Int64)?) throws {
        // Read once: who looks without the write lock may meet a gateway that begins to count.
        let mark = layout.pointee.mark.load(ordering: .acquiring)
        if mark == 0 { return }
        let isSameRun = boot != 0 && layout.pointee.boot.load(ordering: .relaxed) == boot
        let least = isSameRun ? layout.pointee.latest.load(ordering: .acquiring) : durable
        let name = layout.pointee.name.load(ordering: .relaxed)
        guard mark == Self.magic else { throw StoreProblem(.corrupt, "the file commits is damaged") }
        guard let found = try find(), found.name == name else {
            throw StoreProblem(.corrupt, "the database is not the one that the file commits tells of")
        }
        guard found.number < least else { return }
        throw StoreProblem(
            .corrupt,
            "the database has lost \(least - found.number) of its \(least) commits: its log is damaged or gone")
    }

    private var durable: Int64 { layout.pointee.durable.load(ordering: .acquiring) }

    /// Begins to count for a database that `check` has found right, or that is new. Called with its write lock held.
    func begin(name: Int64, number: Int64) {
        let isSame = isKnown && layout.pointee.name.load(ordering: .relaxed) == name
        if isSame, layout.pointee.boot.load(ordering: .relaxed) == boot, boot != 0 { return }
        // While it changes it says nothing.
        layout.pointee.mark.store(0, ordering: .releasing)
        layout.pointee.name.store(name, ordering: .relaxed)
        if !isSame { layout.pointee.durable.store(0, ordering: .relaxed) }
        // What was lost with the power is not missed.
        layout.pointee.latest.store(number, ordering: .relaxed)
        layout.pointee.boot.store(boot, ordering: .relaxed)
        layout.pointee.mark.store(Self.magic, ordering: .releasing)
    }

    /// Notes a commit, after it was made.
    /// - Parameter isDurable: it has waited for the disk.
    func note(_ number: Int64, isDurable: Bool) {
        layout.pointee.latest.max(number, ordering: .relaxed)
        if isDurable { layout.pointee.durable.max(number, ordering: .relaxed) }
    }

    /// The random id that the kernel takes at its start, shortened; 0 when it cannot be read.
    static let bootIdentity: UInt64 = {
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var text = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &text, text.count)
        var digits: UInt64 = 0
        for byte in text.prefix(max(0, count)) {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { continue }
            digits = digits << 4 | UInt64(digit)
        }
        return digits
    }()
}

/// A number that programs with the same folder count up together, in a file that each has mapped: to read it is to load a
/// word. It tells each of them at once that another has done something; what, it does not tell.
public final class SharedCounter: Sendable {
    // `nonisolated(unsafe)` is guarded by the value itself, which is atomic; the address never changes.
    private nonisolated(unsafe) let number: UnsafeMutablePointer<Atomic<UInt64>>
    private static let size = MemoryLayout<Atomic<UInt64>>.size

    /// - Parameter folder: made with mode 0700 when it is not there.
    /// - Returns: nil when the file cannot be made, opened or mapped.
    public init?(folder: String) {
        if mkdir(folder, 0o700) != 0, errno != EEXIST { return nil }
        let descriptor = open(folder + "/writes", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return nil }
        // The mapping outlives the descriptor.
        defer { close(descriptor) }
        // Makes the file long enough and leaves what is in it. A page without room on the disk could not be written to.
        guard posix_fallocate(descriptor, 0, off_t(Self.size)) == 0,
            let memory = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            // MAP_FAILED
            memory != UnsafeMutableRawPointer(bitPattern: -1)
        else { return nil }
        number = memory.bindMemory(to: Atomic<UInt64>.self, capacity: 1)
    }

    deinit { munmap(number, Self.size) }

    /// The number as it is now; safe from any thread.
    public var value: UInt64 { number.pointee.load(ordering: .acquiring) }

    /// Counts up by one.
    /// - Returns: the number before.
    public func advance() -> UInt64 {
        number.pointee.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
    }
}
