import Glibc
import Synchronization

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

    public var value: UInt64 { number.pointee.load(ordering: .acquiring) }

    /// Counts up by one.
    /// - Returns: the number before.
    public func advance() -> UInt64 {
        number.pointee.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
    }
}
