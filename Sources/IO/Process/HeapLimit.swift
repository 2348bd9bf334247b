import CLinux

/// The C library's heaps. It gives each thread one of its own, eight for each processor at most, and what a thread has given
/// back is then of use to that thread only; but a loop goes on in whatever thread Dispatch has for it.
public enum HeapLimit {
    /// Lets all threads share one heap for each processor that may be used. Call it before there is a second thread.
    public static func set() { _ = lm_limit_heaps(Int32(clamping: Affinity.usableCores)) }
}
