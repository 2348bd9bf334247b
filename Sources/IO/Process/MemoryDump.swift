import CLinux

/// The memory of a program that holds keys and tokens, as a crash would leave it on the disk.
public enum MemoryDump {
    /// Leaves no core from now on, and lets other programs of the same user not look into this one's memory (PR_SET_DUMPABLE).
    /// A debugger of the same user cannot attach any more.
    public static func forbid() { lm_forbid_dump() }
}
