import Core
import HTTP

/// The media types that the gateway answers with.
enum Representation: String, CaseIterable {
    case json = "application/json"
    case ndjson = "application/x-ndjson"
}

extension RequestInput {
    /// The type to answer with (RFC 9110 §12.5.1).
    ///
    /// JSON is what everybody gets who does not refuse it, also who asks only for what there is not: a browser's HTML, a
    /// script's `text/plain`. Lines are for who names them, and likes JSON less or names it not at all.
    /// - Throws: `APIError` 406 when the caller gives weight 0 to everything that the path has.
    func representation() throws(APIError) -> Representation {
        let available: [Representation] = endpoint == .listEvents ? [.json, .ndjson] : [.json]
        guard let accept else { return .json }
        let json = accept.preference(for: Representation.json.rawValue)
        if available.contains(.ndjson), let lines = accept.preference(for: Representation.ndjson.rawValue),
            lines.isNamed, lines.weight > 0
        {
            guard let json, json.weight > 0 else { return .ndjson }
            if lines.weight > json.weight || (lines.weight == json.weight && !json.isNamed) { return .ndjson }
        }
        if json?.weight == 0 {
            let names = available.map { JSON.string($0.rawValue) }
            throw APIError(.notAcceptable, details: JSONObject([("available", .array(names))]))
        }
        return .json
    }
}
