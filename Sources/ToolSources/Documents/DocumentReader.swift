public import Core

/// What is wrong at one place of a document that an operator wrote.
public struct DocumentProblem: Sendable, Equatable {
    /// Where, as a JSON Pointer (RFC 6901); empty for the whole document.
    public let pointer: String
    /// What to change.
    public let text: String

    /// A problem at this place.
    public init(_ pointer: String, _ text: String) {
        self.pointer = pointer
        self.text = text
    }

    /// One line for an operator.
    public var line: String { (pointer.isEmpty ? "the document" : pointer) + ": " + text }
}

/// Everything that is wrong with a document.
public struct DocumentProblems: Error, Sendable, Equatable {
    public let problems: [DocumentProblem]

    /// The document is not used because of these.
    public init(_ problems: [DocumentProblem]) { self.problems = problems }

    /// One line for each.
    public var text: String { problems.map(\.line).joined(separator: "\n") }
}

/// Reads a document that an operator wrote, strictly: a member that it does not know is a problem, as it would be a setting that
/// has no effect. All problems are told at once.
public struct DocumentReader: Sendable {
    /// Problems that are told of one document.
    public static let maxProblems = 20

    /// What was found so far, in the order of the reading.
    public private(set) var problems: [DocumentProblem] = []

    /// A reading that has found nothing yet.
    public init() {}

    /// Notes a problem.
    public mutating func report(_ pointer: String, _ text: String) {
        if problems.count < Self.maxProblems {
            problems.append(DocumentProblem(OutsideText.line(pointer, max: 400), text))
        }
    }

    /// - Throws: what was found, if anything.
    public func finish() throws(DocumentProblems) {
        if !problems.isEmpty { throw DocumentProblems(problems) }
    }

    /// The document of these octets.
    /// - Throws: that it is no JSON, and where.
    public static func parse(_ octets: [UInt8], limits: JSONLimits) throws(DocumentProblems) -> JSON {
        do {
            return try JSON.parse(octets, limits: limits)
        } catch {
            let lines = octets.prefix(error.offset).split(
                separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let place = "line \(max(1, lines.count)), column \((lines.last?.count ?? 0) + 1)"
            let problem =
                switch error.kind {
                case .duplicateKey: "the member \(Neutral.cited(Neutral.echo(error.name ?? ""))) is there twice"
                case .tooLarge: "the document is larger than \(limits.maxBytes) bytes"
                case .tooDeep: "arrays and objects are nested more than \(limits.maxDepth) deep"
                default: "not valid JSON (\(error.kind.words))"
                }
            throw DocumentProblems([DocumentProblem("", "\(problem), at \(place)")])
        }
    }

    /// The members of an object, each of which must be one of `known`.
    public mutating func object(_ json: JSON, at pointer: String, known: [String]) -> JSONObject? {
        guard let object = self.object(json, at: pointer) else { return nil }
        for name in object.names where !known.contains(name) {
            let hint = NearestName.suggest(for: name, among: known)
            report(
                JSONPointer.member(name, of: pointer),
                "is not known"
                    + NearestName.hint(hint, or: "; known are " + known.joined(separator: ", ")))
        }
        return object
    }

    /// The members of an object whose names are the operator's own.
    public mutating func object(_ json: JSON, at pointer: String) -> JSONObject? {
        if let object = json.objectValue { return object }
        report(pointer, "must be an object")
        return nil
    }

    /// `true` or `false`; nil when the member is not there.
    public mutating func boolean(_ name: String, in object: JSONObject, at pointer: String) -> Bool? {
        guard let json = object[name] else { return nil }
        if let value = json.boolValue { return value }
        report(JSONPointer.member(name, of: pointer), "must be true or false")
        return nil
    }

    /// A whole number within a range.
    public mutating func integer(
        _ name: String, in object: JSONObject, at pointer: String, _ range: ClosedRange<Int>
    ) -> Int? {
        guard let json = object[name] else { return nil }
        if let value = json.wholeValue, range.contains(value) { return value }
        report(
            JSONPointer.member(name, of: pointer),
            "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    /// A number within a range.
    public mutating func number(
        _ name: String, in object: JSONObject, at pointer: String, _ range: ClosedRange<Double>
    ) -> Double? {
        guard let json = object[name] else { return nil }
        if let value = json.doubleValue, range.contains(value) { return value }
        let (low, high) = (JSONNumber(range.lowerBound)?.text ?? "", JSONNumber(range.upperBound)?.text ?? "")
        report(JSONPointer.member(name, of: pointer), "must be a number from \(low) to \(high)")
        return nil
    }

    /// A text that is not empty and has no character that cannot be seen.
    public mutating func text(_ name: String, in object: JSONObject, at pointer: String, max: Int) -> String? {
        guard let json = object[name] else { return nil }
        let text = json.stringValue ?? ""
        if !text.isEmpty, text.utf8.count <= max, OutsideText.isSeen(text) { return text }
        report(JSONPointer.member(name, of: pointer), "must be a text of 1 to \(max) bytes without control characters")
        return nil
    }

    /// One of several words.
    public mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, in object: JSONObject, at pointer: String, _ type: Choice.Type
    ) -> Choice? where Choice.RawValue == String {
        guard let json = object[name] else { return nil }
        if let choice = json.stringValue.flatMap(Choice.init(rawValue:)) { return choice }
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        report(JSONPointer.member(name, of: pointer), "must be one of \(words)")
        return nil
    }
}
