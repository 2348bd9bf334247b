import Core

/// What waits for an instant.
protocol TimerHandler: AnyObject {
    /// Runs on the loop, once, at that instant or soon after it.
    func timerFired()
}

/// A binary heap of instants and what to do then. A removed timer leaves the heap when its turn comes.
public struct TimerQueue {
    /// Names one timer; never used again.
    public struct Token: Hashable, Sendable { let number: UInt64 }

    private struct Entry {
        let due: MonotonicTime
        let number: UInt64
    }
    private var heap: [Entry] = []
    private var handlers: [UInt64: any TimerHandler] = [:]
    private var lastNumber: UInt64 = 0

    /// The earliest instant that somebody still waits for.
    var earliest: MonotonicTime? {
        mutating get {
            dropRemoved()
            return heap.first?.due
        }
    }

    /// Places of the heap, those of removed timers included.
    var places: Int { heap.count }

    /// The queue keeps the handler alive until it is called, or removed.
    mutating func insert(_ due: MonotonicTime, _ handler: any TimerHandler) -> Token {
        lastNumber += 1
        handlers[lastNumber] = handler
        heap.append(Entry(due: due, number: lastNumber))
        siftUp(heap.count - 1)
        return Token(number: lastNumber)
    }

    mutating func remove(_ token: Token) {
        handlers[token.number] = nil
        // Cancelled deadlines of finished work must not pile up until they would have been due.
        if heap.count > 64, heap.count > 2 * handlers.count { rebuild() }
    }

    /// Takes the handler of the earliest timer that is due, in order of instant, then of insertion.
    mutating func popDue(_ now: MonotonicTime) -> (any TimerHandler)? {
        dropRemoved()
        guard let first = heap.first, first.due <= now else { return nil }
        removeFirst()
        return handlers.removeValue(forKey: first.number)
    }

    private mutating func dropRemoved() {
        while let first = heap.first, handlers[first.number] == nil { removeFirst() }
    }

    private mutating func rebuild() {
        heap = heap.filter { handlers[$0.number] != nil }.sorted(by: Self.precedes)
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        siftDown()
    }

    private static func precedes(_ a: Entry, _ b: Entry) -> Bool {
        a.due == b.due ? a.number < b.number : a.due < b.due
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.precedes(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && Self.precedes(heap[child], heap[least]) {
                least = child
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
