package import Core
import LumaAPI

/// Reads named, typed query parameters and gathers every problem before it complains.
package struct QueryReader {
    private let pairs: [(name: String, value: String)]
    private let known: [String]
    package private(set) var problems: [FieldProblem] = []

    /// `known` are all names that the endpoint has; any other and any repetition is a problem by name.
    package init(_ pairs: [(name: String, value: String)], known: [String]) {
        self.pairs = pairs
        self.known = known
        var seen: Set<String> = []
        for pair in pairs {
            if !known.contains(pair.name) {
                let nearest = QuerySynonyms.suggest(for: pair.name, among: known)
                problems.append(FieldProblem(APIError.shortened(pair.name), .unknownParameter(suggestion: nearest)))
            } else if !seen.insert(pair.name).inserted {
                problems.append(FieldProblem(pair.name, .repeated))
            }
        }
    }

    package func text(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    package mutating func boolean(_ name: String) -> Bool? {
        switch text(name) {
        case nil: return nil
        case "true", "1": return true
        case "false", "0": return false
        default:
            problems.append(FieldProblem(name, .notBoolean))
            return nil
        }
    }

    package mutating func integer(_ name: String, _ range: ClosedRange<Int>, default standard: Int) -> Int {
        guard let text = text(name) else { return standard }
        guard let value = Int(text), range.contains(value) else {
            problems.append(FieldProblem(name, .notWithin(range)))
            return standard
        }
        return value
    }

    package mutating func choice(_ name: String, _ choices: [String]) -> String? {
        guard let text = text(name) else { return nil }
        guard choices.contains(text) else {
            problems.append(FieldProblem(name, .schema(.notOneOf(choices))))
            return nil
        }
        return text
    }

    package mutating func instant(_ name: String) -> Timestamp? {
        guard let text = text(name) else { return nil }
        let written = LocalDateTime.withT(text)
        guard let instant = Timestamp(rfc3339: written) else {
            // By itself it is a time; a `+` that was not encoded is a blank here.
            let fault: TimeFault = LocalDateTime(written) != nil ? .offset : TimeFault(in: written)
            problems.append(FieldProblem(name, .noInstant(fault)))
            return nil
        }
        return instant
    }

    /// - Throws: `APIError` 422 that names every problem.
    package func finish() throws(APIError) {
        if !problems.isEmpty { throw APIError(invalid: problems) }
    }
}
