import Synchronization

/// The keys for all loops: replaced as a whole, and known to have been replaced by one number.
public final class KeyTable: Sendable {
    private let generation = Atomic<UInt64>(0)
    private let snapshot: Mutex<KeySnapshot>

    public init(_ snapshot: KeySnapshot = .empty) { self.snapshot = Mutex(snapshot) }

    /// What the keys are now, for whoever asks seldom.
    public var current: KeySnapshot { snapshot.withLock { $0 } }

    /// Puts the next snapshot in place of the last one, unless it is an older one. From then on every request of every loop is judged
    /// by it.
    public func replace(_ next: KeySnapshot) {
        snapshot.withLock { snapshot in
            guard next.version >= snapshot.version else { return }
            snapshot = next
            generation.add(1, ordering: .releasing)
        }
    }

    /// One loop's hold of the snapshot. Looks at the number once a request, and takes the lock when it is another one.
    public struct View {
        private let table: KeyTable
        /// Another one after each change of any key: what was found out before need not hold.
        public private(set) var generation: UInt64
        private var held: KeySnapshot

        /// Holds what is there now.
        public init(_ table: KeyTable) {
            self.table = table
            generation = table.generation.load(ordering: .acquiring)
            held = table.current
        }

        /// The keys by which the request at hand is judged.
        public mutating func snapshot() -> KeySnapshot {
            let now = table.generation.load(ordering: .acquiring)
            if now != generation {
                // In this order: what is taken may be newer than the number, and is then looked at again.
                generation = now
                held = table.current
            }
            return held
        }
    }
}
