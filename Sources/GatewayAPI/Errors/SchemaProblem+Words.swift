package import Core
import LumaAPI

extension SchemaProblem {
    /// What is wrong, with the name that was probably meant for one that nobody knows.
    package var words: String { fault.words }

    package var fault: FieldFault {
        guard case .unknownMember(let known) = kind else { return .schema(kind) }
        let name = path.split(separator: ".").last.map(String.init) ?? ""
        return .unknown(suggestion: NearestName.suggest(for: name, among: known))
    }
}

extension SchemaProblem.Kind {
    /// A stable word for programs.
    package var code: String {
        switch self {
        case .missing: "required"
        case .null: "null"
        case .wrongType: "wrong_type"
        case .notOneOf: "unknown_word"
        case .badLength: "bad_length"
        case .badCount: "bad_count"
        case .outOfRange: "out_of_range"
        case .badDateTime: "invalid_time"
        case .badDuration: "invalid_duration"
        case .badTimeZone: "unknown_zone"
        case .badId: "invalid_id"
        case .badURL: "invalid_url"
        case .unknownMember: "unknown_field"
        case .repeated: "repeated"
        case .noneOf, .moreThanOneOf, .notWith: "invalid_combination"
        }
    }

    /// What the sentence is made of.
    package var values: JSONObject {
        func texts(_ words: [String]) -> JSON { .array(words.prefix(100).map { .string($0) }) }
        func bounds(_ range: ClosedRange<Int>) -> JSONObject {
            var values: JSONObject = ["minimum": .number(JSONNumber(range.lowerBound))]
            if range.upperBound != .max { values["maximum"] = .number(JSONNumber(range.upperBound)) }
            return values
        }
        return switch self {
        case .wrongType(let expected): ["expected": .string(expected)]
        case .notOneOf(let words): ["words": texts(words)]
        case .badLength(let range), .badCount(let range): bounds(range)
        case .outOfRange(let bounds): ["bounds": .string(bounds)]
        case .badURL(let prefixes) where !prefixes.isEmpty: ["prefixes": texts(prefixes)]
        case .noneOf(let names), .moreThanOneOf(let names): ["names": texts(names)]
        case .notWith(let other, _): ["names": texts([other])]
        default: [:]
        }
    }
}
