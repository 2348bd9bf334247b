import Core
import GatewayAPI
import HTTP

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
