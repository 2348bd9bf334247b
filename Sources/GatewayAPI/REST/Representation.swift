import Core
package import HTTP

/// The media types that the gateway answers with.
package enum Representation: String, CaseIterable {
    case json = "application/json"
    case ndjson = "application/x-ndjson"
    case csv = "text/csv"
    case calendar = "text/calendar"

    /// One path has several types: what a cache keeps of it depends on Accept (RFC 9110 §12.5.5).
    package static let varies = Field("Vary", "Accept")

    /// The value of Content-Type.
    package var contentType: Field {
        switch self {
        case .json, .ndjson: Field("Content-Type", rawValue)
        case .csv: Field("Content-Type", "text/csv; charset=utf-8; header=present")
        case .calendar: Field("Content-Type", "text/calendar; charset=utf-8")
        }
    }

    /// Under which name a browser saves a file of this type; nil for what it shows itself.
    ///
    /// - Parameter stem: the name without its suffix, of letters that need no quoting.
    package func disposition(_ stem: String) -> Field? {
        switch self {
        case .json, .ndjson: nil
        case .csv: Field("Content-Disposition", "attachment; filename=\"\(stem).csv\"")
        case .calendar: Field("Content-Disposition", "attachment; filename=\"\(stem).ics\"")
        }
    }
}
