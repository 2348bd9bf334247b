import HTTP
import TestKit
import Testing

@Suite struct PreconditionsTests {
    /// The fields, the verdict on a read and on a write of a thing whose tag is `"a,b"`.
    static let cases: [(String, read: Preconditions.Verdict, write: Preconditions.Verdict)] = [
        ("", .proceed, .proceed),
        // If-None-Match compares weakly.
        ("If-None-Match: \"a,b\"", .notModified, .failed), ("If-None-Match: W/\"a,b\"", .notModified, .failed),
        ("If-None-Match: \"x\" , ,\t\"a,b\",\"y\"", .notModified, .failed), ("If-None-Match: *", .notModified, .failed),
        ("If-None-Match: \"x\"\r\nif-none-match: \"a,b\"", .notModified, .failed),
        ("If-None-Match: \"A,B\"", .proceed, .proceed), ("If-None-Match: \"a\", \"b\"", .proceed, .proceed),
        ("If-None-Match: \"\"", .proceed, .proceed),
        // If-Match compares strongly.
        ("If-Match: \"a,b\"", .proceed, .proceed), ("If-Match: *", .proceed, .proceed),
        ("If-Match: \"x\", \"a,b\"", .proceed, .proceed), ("If-Match: W/\"a,b\"", .failed, .failed),
        ("If-Match: \"x\"", .failed, .failed),
        // Both: If-Match comes first.
        ("If-Match: \"x\"\r\nIf-None-Match: \"a,b\"", .failed, .failed),
        ("If-Match: \"a,b\"\r\nIf-None-Match: \"a,b\"", .notModified, .failed),
        // What is no list of tags never lets a write through, and costs a reader only an answer in full.
        ("If-None-Match: a,b", .proceed, .failed), ("If-None-Match: \"a,b", .proceed, .failed),
        ("If-None-Match: \"x\" \"a,b\"", .proceed, .failed), ("If-None-Match: w/\"a,b\"", .proceed, .failed),
        ("If-None-Match: *, \"a,b\"", .proceed, .failed), ("If-None-Match:", .proceed, .failed),
        ("If-None-Match: W/", .proceed, .failed), ("If-None-Match: \"a b\"", .proceed, .failed),
        ("If-Match: a,b", .failed, .failed), ("If-Match:", .failed, .failed), ("If-Match: *, *", .failed, .failed),
        // There is no modification date, so these say nothing (RFC 9110 §13.1.3–§13.1.5).
        ("If-Modified-Since: Sat, 29 Oct 2094 19:43:31 GMT", .proceed, .proceed),
        ("If-Unmodified-Since: Sat, 29 Oct 1994 19:43:31 GMT", .proceed, .proceed),
        ("If-Range: \"x\"", .proceed, .proceed),
    ]

    @Test(arguments: cases.indices) func conditionsAreHeldToTheTag(_ index: Int) throws {
        let (fields, read, write) = Self.cases[index]
        let conditions = try Self.conditions(fields)
        let tag = EntityTag("a,b")
        #expect(conditions.verdict(tag: tag, isRead: true) == read)
        #expect(conditions.verdict(tag: tag, isRead: false) == write)
    }

    @Test func aWeakTagIsNeverStronglyEqual() throws {
        let tag = EntityTag("a", isWeak: true)
        #expect(try Self.conditions("If-Match: W/\"a\"").verdict(tag: tag, isRead: false) == .failed)
        #expect(try Self.conditions("If-Match: \"a\"").verdict(tag: tag, isRead: false) == .failed)
        #expect(try Self.conditions("If-None-Match: \"a\"").verdict(tag: tag, isRead: true) == .notModified)
        #expect(tag.text == "W/\"a\"")
        #expect(EntityTag("a").text == "\"a\"")
    }

    @Test(
        arguments: [
            ("If-Match: *", true, .proceed), ("If-Match: *", false, .failed), ("If-Match: \"a\"", true, .failed),
            ("If-None-Match: *", true, .failed), ("If-None-Match: *", false, .proceed),
            ("If-None-Match: \"a\"", true, .proceed),
        ] as [(String, Bool, Preconditions.Verdict)])
    func withoutATagOnlyTheStarCanHold(_ field: String, _ exists: Bool, _ expected: Preconditions.Verdict) throws {
        #expect(try Self.conditions(field).verdict(tag: nil, isRead: false, exists: exists) == expected)
    }

    @Test func emptinessIsKnown() throws {
        #expect(Preconditions().isEmpty)
        #expect(try Self.conditions("Accept: a/b").isEmpty)
        #expect(try !Self.conditions("If-Match: *").isEmpty)
    }

    private static func conditions(_ fields: String) throws -> Preconditions {
        let lines = fields.isEmpty ? "" : fields + "\r\n"
        return try RequestView.withParsed("GET / HTTP/1.1\r\nHost: h\r\n\(lines)\r\n") { Preconditions($0) }
    }
}
