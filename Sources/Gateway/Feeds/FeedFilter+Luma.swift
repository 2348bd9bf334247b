import Core
import GatewayAPI
import LumaClient

extension FeedFilter {
    /// What is asked of Luma at this time. The bound in days moves once a day, so that readers of one day ask the same.
    func parameters(now: Timestamp) -> EventListParameters {
        var parameters = EventListParameters()
        parameters.status = status
        parameters.before = before
        parameters.sort = .ascending
        let today = now.milliseconds - now.milliseconds % 86_400_000
        let past = pastDays.map { Timestamp(milliseconds: today - Int64($0) * 86_400_000) }
        parameters.after = [after, past].compactMap(\.self).max()
        return parameters
    }

    /// Whether a reader of the feed may see this entry of the list: one that is said to be public. What is only announced on
    /// Luma has no visibility: it is public elsewhere.
    func shows(_ entry: JSON) -> Bool {
        if includesPrivate || entry["visibility"]?.stringValue == "public" { return true }
        return entry["visibility"] == nil && entry["platform"] == "external"
    }
}
