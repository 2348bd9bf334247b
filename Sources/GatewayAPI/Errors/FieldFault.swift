public import Core
public import LumaAPI

/// What is wrong with one field, as data: each surface has sentences of its own for it.
public enum FieldFault: Sendable, Equatable {
    case required
    /// A required field is null.
    case requiredNotNull
    /// Null where nothing can be cleared, in something new.
    case notNull
    case cannotBeCleared
    /// Nobody knows it; with what was probably meant.
    case unknown(suggestion: String?)
    /// It is set by Luma, and differs from what is set; with the field that sets it, if there is one.
    case setByLuma(by: String?)
    case inPath
    case onlyWhenCreated
    case onlyWhenChanged
    /// With what the text has to be, where that is said.
    case notText(expected: String?)
    case notBoolean
    /// No date and time.
    case noTime(TimeFault)
    /// No date and time with an offset, in a query.
    case noInstant(TimeFault)
    case unknownParameter(suggestion: String?)
    case repeated
    /// Luma does not take it.
    case unknownCursor
    case notWithin(ClosedRange<Int>)
    /// The clocks of the zone skip it.
    case skippedTime(zone: String)
    /// The clocks of the zone show it twice.
    case doubledTime(zone: String)
    /// A local time of an event whose own zone this system does not know.
    case zoneUnusable(zone: String)
    case unknownZone(suggestion: String?)
    case damagedZone
    /// `local` is the start as clocks show it.
    case endNotAfterStart(Timestamp, local: String?)
    /// Absurd in the sense of `EventPlausibility`.
    case implausible(EventRemark)
    case tooSmall(least: Int)
    /// Not 1 to `max` characters.
    case nameLength(count: Int, max: Int)
    case tooManyCodePoints(count: Int, max: Int)
    case controlCharacters
    case blank
    case tooLong(count: Int, max: Int)
    case notWebURL
    /// It does not fit Luma's description of it.
    case schema(SchemaProblem.Kind)
    /// Anything else, in words for programs.
    case other(String)

    /// A stable word for programs.
    public var code: String {
        switch self {
        case .required, .requiredNotNull: "required"
        case .notNull: "null"
        case .cannotBeCleared: "cannot_be_cleared"
        case .unknown: "unknown_field"
        case .setByLuma: "set_by_luma"
        case .inPath: "in_path"
        case .onlyWhenCreated: "only_when_created"
        case .onlyWhenChanged: "only_when_changed"
        case .notText, .notBoolean: "wrong_type"
        case .noTime, .noInstant: "invalid_time"
        case .unknownParameter: "unknown_parameter"
        case .repeated: "repeated"
        case .unknownCursor: "unknown_cursor"
        case .notWithin: "out_of_range"
        case .skippedTime: "skipped_time"
        case .doubledTime: "doubled_time"
        case .zoneUnusable: "zone_unusable"
        case .unknownZone: "unknown_zone"
        case .damagedZone: "damaged_zone"
        case .endNotAfterStart: "end_not_after_start"
        case .implausible(let remark): remark.code.rawValue
        case .tooSmall: "too_small"
        case .nameLength(let count, _): count == 0 ? "empty" : "too_long"
        case .tooManyCodePoints, .tooLong: "too_long"
        case .controlCharacters: "control_characters"
        case .blank: "empty"
        case .notWebURL: "invalid_url"
        case .schema(let kind): kind.code
        case .other: "invalid"
        }
    }

    /// What the sentence is made of; empty where the code says all.
    public var values: JSONObject {
        switch self {
        case .unknown(let suggestion?), .unknownZone(let suggestion?): ["suggestion": .string(suggestion)]
        case .setByLuma(let by?): ["set_by": .string(by)]
        case .notText: ["expected": "string"]
        case .notBoolean: ["expected": "boolean"]
        case .unknownParameter(let suggestion?): ["suggestion": .string(suggestion)]
        case .notWithin(let range):
            [
                "minimum": .number(JSONNumber(range.lowerBound)), "maximum": .number(JSONNumber(range.upperBound)),
            ]
        case .noTime(let fault), .noInstant(let fault): Self.values(fault)
        case .skippedTime(let zone), .doubledTime(let zone), .zoneUnusable(let zone): ["timezone": .string(zone)]
        case .endNotAfterStart(let start, let local):
            local.map { text -> JSONObject in ["start_at": .string(start.rfc3339), "starts": .string(text)] }
                ?? ["start_at": .string(start.rfc3339)]
        case .implausible(let remark): remark.values
        case .tooSmall(let least): ["minimum": .number(JSONNumber(least))]
        case .nameLength(let count, let max), .tooManyCodePoints(let count, let max), .tooLong(let count, let max):
            ["length": .number(JSONNumber(count)), "maximum": .number(JSONNumber(max))]
        case .schema(let kind): kind.values
        default: [:]
        }
    }

    private static func values(_ fault: TimeFault) -> JSONObject {
        var values: JSONObject = ["part": .string(fault.code)]
        if let words = fault.words { values["cause"] = .string(words) }
        return values
    }

    /// For programs and their developers: words that follow the field's name.
    public var words: String {
        switch self {
        case .required: "is required"
        case .requiredNotNull: "is required and must not be null"
        case .notNull: "must not be null; leave it out"
        case .cannotBeCleared: "cannot be cleared; leave it out to keep it"
        case .unknown(let suggestion): "is not known" + NearestName.hint(suggestion)
        case .setByLuma(let by): "is set by Luma and cannot be changed" + (by.map { "; \($0) sets it" } ?? "")
        case .inPath: "belongs in the path, not in the body"
        case .onlyWhenCreated: "can only be given when an event is created"
        case .onlyWhenChanged: "can only be given when an event is changed"
        case .notText(let expected): "must be a string" + (expected.map { ": \($0)" } ?? "")
        case .notBoolean: "must be true or false"
        case .noTime(let fault): "must be \(EventTime.expectation)" + (fault.words.map { "; \($0)" } ?? "")
        case .noInstant(let fault):
            "must be a date and time with an offset (RFC 3339), such as 2027-05-01T18:00:00Z (write + as %2B in a URL)"
                + (fault.words.map { "; \($0)" } ?? "")
        case .unknownParameter(let suggestion): "is not a parameter of this path" + NearestName.hint(suggestion)
        case .repeated: "is given more than once"
        case .unknownCursor: "must be the next_cursor of the page before, with the same other parameters"
        case .notWithin(let range): "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .skippedTime(let zone): "does not exist in \(zone), where the clocks skip it"
        case .doubledTime(let zone): "exists twice in \(zone), where the clocks are set back"
        case .zoneUnusable: "has no offset, and the event's timezone cannot be used; add an offset, such as Z"
        case .unknownZone(let suggestion):
            "must be an IANA time zone, such as Europe/Berlin" + NearestName.hint(suggestion)
        case .damagedZone: "cannot be used: this system's data for the time zone is damaged"
        case .endNotAfterStart(let start, _): "must be after start_at, which is \(start.rfc3339)"
        case .implausible(let remark): remark.words
        case .tooSmall(let least): "must be \(least) or more"
        case .nameLength(let count, let max): "must be 1 to \(max) characters long; it has \(count)"
        case .tooManyCodePoints(let count, let max): "must be at most \(max) code points long; it has \(count)"
        case .controlCharacters: "must not contain control characters, such as a line break"
        case .blank: "must not be blank"
        case .tooLong(let count, let max): "must be at most \(max) characters long; it has \(count)"
        case .notWebURL: "must be an http or https URL, such as https://meet.example/room"
        case .schema(let kind): SchemaProblem(path: "", kind).problem
        case .other(let words): words
        }
    }
}

/// One field that is not acceptable, by its path in the document, such as `geo_address_json.place_id`.
public struct FieldProblem: Error, Sendable, Equatable {
    /// Empty when it is the whole document.
    public let field: String
    public let fault: FieldFault
    /// Values that would do, where they can be named.
    public let candidates: [String]

    public init(_ field: String, _ fault: FieldFault, candidates: [String] = []) {
        self.field = field
        self.fault = fault
        self.candidates = candidates
    }

    /// A problem that only words tell.
    public init(_ field: String, _ words: String) { self.init(field, .other(words)) }

    /// What is wrong, in words for programs that follow the field's name.
    public var problem: String {
        switch (fault, candidates.count) {
        case (.skippedTime, 2): "\(fault.words); the nearest are \(candidates[0]) and \(candidates[1])"
        case (.doubledTime, 2): "\(fault.words); use \(candidates[0]) or \(candidates[1])"
        default: fault.words
        }
    }

    /// As an entry of `details.fields`: `code` and `values` are the data, `problem` are words made of them.
    package var json: JSON {
        var described: JSONObject = [
            "field": .string(field), "code": .string(fault.code), "problem": .string(problem),
        ]
        let values = fault.values
        if !values.isEmpty { described["values"] = .object(values) }
        if !candidates.isEmpty { described["candidates"] = .array(candidates.map(JSON.string)) }
        return .object(described)
    }
}

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
