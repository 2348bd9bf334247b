package import Core

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
        case (.doubledTime, 2): "\(fault.words); say \(candidates[0]) or \(candidates[1])"
        default: fault.words
        }
    }

    /// As an entry of `details.fields`: `code` and `values` are the data, `problem` are words made of them.
    package var json: JSON {
        var told: JSONObject = [
            "field": .string(field), "code": .string(fault.code), "problem": .string(problem),
        ]
        let values = fault.values
        if !values.isEmpty { told["values"] = .object(values) }
        if !candidates.isEmpty { told["candidates"] = .array(candidates.map(JSON.string)) }
        return .object(told)
    }
}
