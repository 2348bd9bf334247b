import CLinux

/// The processors of this machine as far as this process may use them.
public enum Affinity {
    /// At least 1; a container or `taskset` may have made them fewer than the machine has.
    public static var usableCores: Int { max(1, Int(lm_usable_cores())) }
}
