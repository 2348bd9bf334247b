import Core
import HTTP

/// The media types that the gateway answers with.
enum Representation: String, CaseIterable {
    case json = "application/json"
    case ndjson = "application/x-ndjson"
    case csv = "text/csv"
    case calendar = "text/calendar"

    /// The value of Content-Type.
    var contentType: Field {
        switch self {
        case .json, .ndjson: Field("Content-Type", rawValue)
        case .csv: Field("Content-Type", "text/csv; charset=utf-8; header=present")
        case .calendar: Field("Content-Type", "text/calendar; charset=utf-8")
        }
    }

    /// Under which name a browser saves a file of this type; nil for what it shows itself.
    ///
    /// - Parameter stem: the name without its suffix, of letters that need no quoting.
    func disposition(_ stem: String) -> Field? {
        switch self {
        case .json, .ndjson: nil
        case .csv: Field("Content-Disposition", "attachment; filename=\"\(stem).csv\"")
        case .calendar: Field("Content-Disposition", "attachment; filename=\"\(stem).ics\"")
        }
    }
}

extension Endpoint {
    /// What it can answer with, the usual one first.
    var representations: [Representation] {
        switch self {
        case .listEvents: [.json, .ndjson, .csv, .calendar]
        case .getEvent: [.json, .calendar]
        case .eventsLines: [.ndjson]
        case .eventsTable: [.csv]
        case .eventsCalendar, .eventCalendar, .feed: [.calendar]
        default: [.json]
        }
    }

    /// The format stands in the path: whoever writes it there means it, whatever else its program takes.
    var namesItsFormat: Bool {
        switch self {
        case .eventsJSON, .eventsLines, .eventsTable, .eventsCalendar, .eventCalendar, .feed: true
        default: false
        }
    }

    /// It lists events, in whatever format.
    var listsEvents: Bool {
        switch self {
        case .listEvents, .eventsJSON, .eventsLines, .eventsTable, .eventsCalendar: true
        default: false
        }
    }
}

extension RequestInput {
    /// The type to answer with (RFC 9110 §12.5.1).
    ///
    /// JSON is what everybody gets who does not refuse it, also who asks only for what there is not: a browser's HTML, a
    /// script's `text/plain`. Another type is for who names it and likes JSON less or names it not at all, and for who takes
    /// it and does not take JSON.
    /// - Throws: `APIError` 406 when the caller refuses JSON and takes nothing else that the path has.
    func representation() throws(APIError) -> Representation {
        let available = endpoint.representations
        if endpoint.namesItsFormat { return available[0] }
        guard let accept else { return .json }
        let json = accept.preference(for: Representation.json.rawValue)
        let others = available.filter { $0 != .json }
        if let (named, weight) = Self.best(of: others, accept, mustBeNamed: true) {
            guard let json, json.weight > 0 else { return named }
            if weight > json.weight || (weight == json.weight && !json.isNamed) { return named }
        }
        if let json, json.weight > 0 { return .json }
        if let (taken, _) = Self.best(of: others, accept, mustBeNamed: false) { return taken }
        if json?.weight == 0 {
            let names = available.map { JSON.string($0.rawValue) }
            throw APIError(.notAcceptable, details: JSONObject([("available", .array(names))]))
        }
        return .json
    }

    /// What the caller likes most, the first of equals.
    private static func best(
        of candidates: [Representation], _ accept: Accept, mustBeNamed: Bool
    ) -> (Representation, weight: Int)? {
        var best: (Representation, weight: Int)?
        for candidate in candidates {
            guard let preference = accept.preference(for: candidate.rawValue), preference.weight > best?.weight ?? 0,
                preference.isNamed || !mustBeNamed
            else { continue }
            best = (candidate, preference.weight)
        }
        return best
    }
}
