public import Core
import LumaAPI

/// The event that a client sends, checked whole before anything is asked of Luma.
///
/// All problems are found at once. What is accepted keeps the client's order and spelling, but for times, which become
/// UTC with milliseconds, and for `require_rsvp_approval`, which Luma keeps on ticket types and not on the event.
public enum EventInput {
    public enum Mode: Sendable {
        case create
        /// Absent members stay as they are; null clears where Luma allows it.
        case update
    }

    /// Input that Luma may be sent.
    public struct Accepted: Sendable, Equatable {
        /// The members for Luma's create or update, without `event_id`. Empty when an update changes approval only.
        public var body: JSONObject
        /// Whether registrations need approval; nil when the input does not say.
        public var approval: Bool?
        public var start: Timestamp?
        public var end: Timestamp?
    }

    public enum Outcome: Sendable, Equatable {
        case accepted(Accepted)
        /// An update has a local time and no `timezone`: read the event and parse again with its zone.
        case needsEventZone
        /// An update that would change nothing.
        case emptyUpdate
        case invalid([FieldProblem])

        /// The answer for an outcome that is an error.
        public var error: APIError? {
            switch self {
            case .accepted, .needsEventZone: nil
            case .emptyUpdate: APIError(.emptyUpdate)
            case .invalid(let problems): APIError(invalid: problems)
            }
        }
    }

    /// Most problems that one answer lists.
    static let mostProblems = 100

    /// - Parameters:
    ///   - zones: the zones that `timezone` may name.
    ///   - fallbackZone: the zone that the event has now, for the local times of an update.
    public static func parse(
        _ json: JSON, mode: Mode, zones: TimeZoneDatabase, fallbackZone: String? = nil
    ) -> Outcome {
        guard let object = json.objectValue else {
            return .invalid([FieldProblem("", "the body must be a JSON object")])
        }
        var check = EventCheck(mode: mode, zones: zones)
        check.run(object, fallbackZone: fallbackZone)
        if !check.problems.isEmpty { return .invalid(check.problems) }
        if check.needsEventZone { return .needsEventZone }
        if mode == .update, check.changesNothing { return .emptyUpdate }
        return .accepted(check.accepted)
    }
}
