import CLinux

/// What this process holds in memory.
public enum ResidentMemory {
    /// Gives back what only the start has needed. For once, when the program has come to rest; any thread.
    ///
    /// The start touches code and tables that nothing needs again: symbols of thirty libraries, Swift's records of
    /// conformances, parsers of settings. Those pages stay mapped, a third of all that is resident, until the kernel is
    /// short of memory; what is needed comes back from the page cache as it is touched.
    public static func releaseStart() {
        lm_release_memory()
    }
}
