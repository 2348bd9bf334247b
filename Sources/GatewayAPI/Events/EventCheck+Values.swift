import Core
import LumaAPI

/// What a single member may hold, whatever else the event says. Each reports what is wrong with it.
extension EventCheck {
    /// One character may have any number of accents: they are bounded too.
    private static let maxCodePoints = 2000

    /// Characters are what a reader takes for one: a letter with its accents, an emoji with its parts.
    /// - Returns: the name without blanks around it.
    mutating func checkName(_ value: JSON) -> JSON {
        guard let given = value.stringValue else {
            report("name", .notText(expected: nil))
            return value
        }
        let text = given.trimmingBlanks
        if Self.isPlainName(text) { return .string(text) }
        let codePoints = text.unicodeScalars
        let length = codePoints.count
        let isASCII = text.utf8.count == length
        if text.isEmpty, !given.isEmpty {
            report("name", .blank)
        } else if !isASCII, length > Self.maxCodePoints {
            // Characters of a long text are not counted: to find their borders takes many times as long.
            report("name", .tooManyCodePoints(count: length, max: Self.maxCodePoints))
        } else if case let count = isASCII ? length : text.count, !(1...200).contains(count) {
            report("name", .nameLength(count: count, max: 200))
        } else if codePoints.contains(where: { $0.properties.generalCategory == .control }) {
            report("name", .controlCharacters)
        } else if codePoints.allSatisfy(\.properties.isWhitespace) {
            report("name", .blank)
        }
        return .string(text)
    }

    /// Whether a name is of printable ASCII, short and not blank: then there is nothing to count by characters.
    private static func isPlainName(_ text: String) -> Bool {
        let bytes = text.utf8
        return bytes.count <= 200 && bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7f } && bytes.contains { $0 != 0x20 }
    }

    mutating func checkZone(_ value: JSON) -> JSON {
        guard let name = value.stringValue?.trimmingBlanks else {
            report("timezone", .notText(expected: nil))
            return value
        }
        do throws(TimeZoneError) {
            _ = try setting.zones.rules(for: name)
        } catch {
            switch error {
            case .malformed(let cause) where cause != .notTZif: report("timezone", .damagedZone)
            // The folder of the zones holds lists and notes too.
            case .invalidName, .unknownName, .malformed:
                report("timezone", .unknownZone(suggestion: setting.zones.suggestion(for: name)))
            }
        }
        return .string(name)
    }

    mutating func checkMeetingURL(_ value: JSON) {
        guard let text = value.stringValue else { return report("meeting_url", .notText(expected: nil)) }
        // No code point is shorter than an octet.
        if text.utf8.count > 2000, case let length = text.unicodeScalars.count, length > 2000 {
            report("meeting_url", .tooLong(count: length, max: 2000))
        }
        if !WebURL.isValid(text) { report("meeting_url", .notWebURL) }
    }

    mutating func checkSchema(_ value: JSON, _ field: SchemaField) {
        let validator = SchemaValidator(unknownMembers: .refused, maxProblems: EventInput.maxProblems)
        for problem in validator.problems(in: value, schema: field.schema) {
            let separator = problem.path.isEmpty || problem.path.hasPrefix("[") ? "" : "."
            report(field.name + separator + problem.path, problem.fault)
        }
    }
}
