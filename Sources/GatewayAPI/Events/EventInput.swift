public import Core
import LumaAPI

/// The event that a client sends, checked whole before anything is asked of Luma.
///
/// All problems are found at once. What is accepted keeps the client's order and spelling, but for times, which become
/// UTC with milliseconds, for blanks around a name or a zone, for a place that is written as a text, and for
/// `require_rsvp_approval`, which Luma keeps on ticket types and not on the event.
public enum EventInput {
    /// What the event is read for.
    public enum Mode: Sendable {
        case create
        /// Absent members stay as they are; null clears where Luma allows it.
        case update
    }

    /// What an event is read against.
    public struct Setting: Sendable {
        /// The zones that `timezone` may name.
        public let zones: TimeZoneDatabase
        /// The clock, for what is in the past or far ahead; nil looks at neither.
        public var now: Timestamp?
        /// Who asks: what is a warning to one is a refusal to another.
        public var surface: EventPlausibility.Surface
        /// The event that is changed.
        public var known: KnownEvent?
        /// Milliseconds that a new event lasts without an end; nil when Luma chooses.
        public var defaultLength: Int64?

        public init(
            zones: TimeZoneDatabase, now: Timestamp? = nil, surface: EventPlausibility.Surface = .rest,
            known: KnownEvent? = nil, defaultLength: Int64? = nil
        ) {
            self.zones = zones
            self.now = now
            self.surface = surface
            self.known = known
            self.defaultLength = defaultLength
        }

        /// The same, with the event that is changed.
        package func with(_ known: KnownEvent) -> Setting {
            var setting = self
            setting.known = known
            return setting
        }
    }

    /// Input that Luma may be sent.
    public struct Accepted: Sendable, Equatable {
        /// The members for Luma's create or update, without `event_id`. Empty when an update changes approval only.
        public var body: JSONObject
        /// Whether registrations need approval; nil when the input does not say.
        public var approval: Bool?
        /// When the event will be.
        public var outcome: EventOutcome
        /// What is unusual; none of it is a refusal for whoever asks.
        public var remarks: [EventRemark] = []
    }

    /// What an input means.
    public enum Outcome: Sendable, Equatable {
        case accepted(Accepted)
        /// An update whose meaning hangs on the event as it is: read it and parse again.
        case needsEvent
        /// An update that says what the event is already: when it is, and what is hardly meant.
        case unchanged(Accepted)
        /// An update that would change nothing.
        case emptyUpdate
        case invalid([FieldProblem])

        /// The answer for an outcome that is an error.
        public var error: APIError? {
            switch self {
            case .accepted, .needsEvent, .unchanged: nil
            case .emptyUpdate: APIError(.emptyUpdate)
            case .invalid(let problems): APIError(invalid: problems)
            }
        }
    }

    /// What a document for a new event may hold: Luma's members, and what the gateway adds to them.
    package static let members = Shapes.eventInput.map(\.name) + ["require_rsvp_approval", "template_type"]

    /// Most problems that one answer lists.
    package static let maxProblems = 100

    /// Reads and checks an input: every problem at once, up to `maxProblems`.
    public static func parse(_ json: JSON, mode: Mode, _ setting: Setting) -> Outcome {
        guard let object = json.objectValue else {
            return .invalid([FieldProblem("", "the body must be a JSON object")])
        }
        var check = EventCheck(mode: mode, setting)
        check.run(object)
        if !check.problems.isEmpty { return .invalid(check.problems) }
        if check.needsEvent { return .needsEvent }
        if mode == .update, check.changesNothing {
            return setting.known != nil && check.namesSomething ? .unchanged(check.accepted) : .emptyUpdate
        }
        return .accepted(check.accepted)
    }
}
