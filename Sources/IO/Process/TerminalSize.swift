import CLinux

/// How wide a terminal is.
public enum TerminalSize {
    /// The columns of the terminal that a descriptor belongs to; nil when it is none or does not tell.
    public static func columns(of descriptor: Int32) -> Int? {
        let columns = Int(lm_terminal_columns(descriptor))
        return columns > 0 ? columns : nil
    }
}
