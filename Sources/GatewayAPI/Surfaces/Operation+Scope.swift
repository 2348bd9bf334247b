import Core
import LumaAPI

extension Operation {
    /// What is asked of whoever has it done. To cancel an event is a scope of its own, as it cannot be taken back.
    var scope: Permissions {
        if name == "events/cancel" { return .eventsCancel }
        let (read, write) = (subject?.kind ?? .event).scopes
        return isWrite ? write : read
    }
}

extension Operation.Kind {
    /// To look at its things, and to change them.
    fileprivate var scopes: (read: Permissions, write: Permissions) {
        switch self {
        case .event, .entity: (.eventsRead, .eventsWrite)
        case .guest: (.guestsRead, .guestsWrite)
        case .coupon: (.couponsRead, .couponsWrite)
        case .ticketType: (.ticketsRead, .ticketsWrite)
        case .calendar: (.calendarsRead, .calendarsWrite)
        // Nothing of Luma's changes one: whoever could would operate more than a calendar.
        case .user: (.usersRead, .gatewayManage)
        }
    }
}
