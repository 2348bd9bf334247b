import Core

/// What a schema asks of a single value besides its type, its choices and its size.
///
/// A `pattern` is never among it: an expression from outside may take forever on a text that is made for it. The tool itself checks that.
enum ValueRules {
    /// The first rule that a value breaks, as the words behind its name; nil when there is none.
    static func problem(of value: JSON, _ schema: JSONObject) -> String? {
        if let only = schema["const"], value != only {
            return "must be \(Neutral.echo(String(decoding: only.encoded, as: UTF8.self)))"
        }
        switch value {
        case .number: return problem(ofNumber: value, schema)
        case .string(let text):
            guard let format = schema["format"]?.stringValue, let row = formats[format], !row.fits(text) else {
                return nil
            }
            return "must be " + row.words
        case .array(let items):
            guard schema["uniqueItems"]?.boolValue == true, Set(items.map(\.encoded)).count < items.count else {
                return nil
            }
            return "must not have an item twice"
        default: return nil
        }
    }

    private static func problem(ofNumber value: JSON, _ schema: JSONObject) -> String? {
        guard let number = value.doubleValue else { return nil }
        func text(_ word: String) -> String { schema[word]?.numberValue?.text ?? "" }
        if let least = schema["exclusiveMinimum"]?.doubleValue, number <= least {
            return "must be more than " + text("exclusiveMinimum")
        }
        if let most = schema["exclusiveMaximum"]?.doubleValue, number >= most {
            return "must be less than " + text("exclusiveMaximum")
        }
        // Of fractions it could not be told: 0.3 is no multiple of 0.1 in binary.
        guard let step = schema["multipleOf"]?.intValue, step > 0, let whole = value.intValue, whole % step != 0 else {
            return nil
        }
        return "must be a multiple of \(step)"
    }

    // MARK: Formats

    /// Formats that are plain to tell; any other is published and not checked.
    private static let formats: [String: (words: String, fits: @Sendable (String) -> Bool)] = [
        "uri": ("a URI, such as https://example.com/", { isURI($0) }),
        "date": ("a date, such as 2027-01-31", { Timestamp(rfc3339: $0 + "T00:00Z") != nil }),
        "date-time": (
            "a time with its offset, such as 2027-01-31T18:00:00Z", { Timestamp(rfc3339: $0.uppercased()) != nil }
        ),
        "uuid": ("a UUID", { isUUID($0) }), "email": ("an email address", { isEmail($0) }),
    ]

    /// A scheme and something behind it, without blanks (RFC 3986 §3).
    private static func isURI(_ text: String) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty, let first = parts[0].utf8.first, first.isASCIIAlphanumeric,
            first > 0x39
        else { return false }
        return parts[0].utf8.allSatisfy { $0.isASCIIAlphanumeric || "+-.".utf8.contains($0) }
            && parts[1].utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    }

    private static func isUUID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && parts.allSatisfy { part in part.utf8.allSatisfy { $0.isASCIIAlphanumeric && $0 | 0x20 <= 0x66 } }
    }

    /// One `@` with something before it, and a name behind it. Who receives mail under it is not asked.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    }
}
