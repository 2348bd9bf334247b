import Core
import GatewayAPI
import IO
import Store

extension OperationService {
    /// How long an answer waits for what the journal knows, in seconds.
    private static let journalPatience = 1.0

    /// What is told of an event that is not there: also when it was cancelled here, while the journal knows that.
    func explained(_ error: APIError) async -> APIError {
        guard [.eventNotFound, .eventNotAccessible].contains(error.reason),
            let id = error.details["event_id"]?.stringValue, !error.isReplayed
        else { return error }
        let (store, account) = (desk.store, desk.account)
        let deadline = clock.now.advanced(seconds: Self.journalPatience)
        let known = try? await reactor.ask(by: deadline) {
            store.settled("events/cancel", of: id, account, then: $0)
        }
        guard let time = known?.rfc3339 else { return error }
        var told = error
        told.details["cancelled_at"] = .string(time)
        told.message += "; it was cancelled here at \(time.prefix(16).replacing("T", with: " ")) UTC"
        return told
    }
}
