public import Core
import LumaAPI

/// What a write may have changed at Luma, so that whoever keeps copies can drop them.
public enum Touched: Sendable, Equatable {
    /// One event and what belongs to it, so every list as well.
    case event(String)
    /// There may be one event more: every list.
    case newEvent
    /// Who knows.
    case everything
}

extension Touched {
    /// What a write that a journal has kept may have changed.
    public init(_ operation: String, subject: String?, body: JSONObject) {
        guard let row = Catalog[operation] else {
            self = .everything
            return
        }
        self.init(row, row.restored(subject: subject, kept: body))
    }

    init(_ operation: Operation, _ input: JSONObject) {
        if let id = input["event_id"]?.stringValue {
            self = .event(id)
        } else if operation.subject?.kind == .event, operation.subject?.member == nil {
            self = .newEvent
        } else {
            self = .everything
        }
    }
}
