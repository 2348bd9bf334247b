import CLinux

/// How many descriptors this process may open.
public enum DescriptorLimit {
    /// Raises it as far as the system lets this user, and returns it; 0 when the system does not tell.
    public static func raise() -> Int { Int(clamping: lm_raise_descriptor_limit()) }
}
