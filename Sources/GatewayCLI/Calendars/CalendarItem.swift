package import Core
package import Formats

/// What becomes of one VEVENT of a calendar file, or of one date of a series.
package struct CalendarItem {
    package enum Outcome {
        /// The fields of an event, and what it will not have of the one that was exported.
        case event(JSONObject, lost: [String])
        /// It cannot be imported as it is.
        case problems([ReadProblem])
        /// It is no event that is to be made, and says why.
        case passedOver(String)
    }

    /// The line of its BEGIN.
    package let line: Int
    package let name: String
    package let outcome: Outcome
    /// Its UID, with the date of a series that it is, and then the names under which another state of its file may have had
    /// the same event. Empty for one without a UID.
    package var identities: [String] = []
    /// The UID of the series that it is a date of.
    package var series: String?
}

/// Something that a calendar's reader must be told: what was used where the file says nothing, and what was left out.
package struct CalendarNote: Equatable {
    package let line: Int
    package let text: String
}

/// What the command line says about a calendar.
package struct CalendarSettings: Sendable, Equatable {
    /// For times that name none, and to show those whose zone is the file's own.
    package var zone: String?
    /// Whether each date of a series becomes an event.
    package var expands = false
    /// The last day of a series without an end.
    package var expandUntil: CivilDate?
    /// What counts where a zone's name and the file's definition of it disagree; nil to refuse it.
    package var trust: Trust?
    /// A template says how long an event lasts that has no end.
    package var hasTemplate = false

    package enum Trust: String, Sendable, CaseIterable {
        case names, file
    }
}
