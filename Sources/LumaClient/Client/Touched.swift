/// What a write may have changed at Luma, so that whoever keeps copies can drop them.
public enum Touched: Sendable, Equatable {
    /// One event and what belongs to it, so every list as well.
    case event(String)
    /// There may be one event more: every list.
    case newEvent
    /// Who knows.
    case everything
}
