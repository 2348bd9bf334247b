import Core
import Testing

@testable import GatewayAPI

@Suite struct QueryReaderTests {
    private static let known = ["limit", "flag", "sort", "after"]

    private func reader(_ pairs: (name: String, value: String)...) -> QueryReader {
        QueryReader(pairs, known: Self.known)
    }

    @Test func whatIsAbsentIsNotThere() throws {
        var query = reader()
        #expect(query.text("sort") == nil)
        #expect(query.boolean("flag") == nil)
        #expect(query.integer("limit", 1...100, default: 50) == 50)
        #expect(query.choice("sort", ["a"]) == nil)
        #expect(query.instant("after") == nil)
        try query.finish()
    }

    @Test(arguments: [
        ("true", true), ("1", true), ("false", false), ("0", false), ("TRUE", nil), ("yes", nil), ("", nil),
    ])
    func booleans(text: String, value: Bool?) {
        var query = reader(("flag", text))
        #expect(query.boolean("flag") == value)
        #expect(query.problems.isEmpty == (value != nil))
    }

    @Test(arguments: [
        ("1", 1), ("100", 100), ("007", 7), ("0", nil), ("101", nil), ("-1", nil), ("1.0", nil), ("", nil), (" 5", nil),
        ("99999999999999999999", nil),
    ])
    func integersHaveBounds(text: String, value: Int?) {
        var query = reader(("limit", text))
        #expect(query.integer("limit", 1...100, default: 50) == value ?? 50)
        #expect(query.problems.isEmpty == (value != nil))
        if value == nil { #expect(query.problems[0].problem == "must be a whole number from 1 to 100") }
    }

    @Test func aChoiceNamesThoseThatThereAre() {
        var query = reader(("sort", "b"))
        #expect(query.choice("sort", ["a", "b"]) == "b")
        #expect(query.choice("sort", ["x", "y"]) == nil)
        #expect(query.problems.map { "\($0.field) \($0.problem)" } == ["sort must be one of x, y"])
    }

    @Test(arguments: [
        ("2026-12-31T18:00:00Z", true), ("2026-12-31T18:00:00+01:00", true), ("2026-12-31T18:00:00", false),
        ("2026-12-31T18:00:00 01:00", false), ("2026-12-31", false),
    ])
    func instantsNeedAnOffset(text: String, isRight: Bool) {
        var query = reader(("after", text))
        #expect((query.instant("after") != nil) == isRight)
        #expect(query.problems.isEmpty == isRight)
    }

    @Test func unknownAndRepeatedNamesAreProblemsAndAllAreToldAtOnce() {
        var query = reader(("limt", "3"), ("zzz", "1"), ("flag", "true"), ("flag", "false"), ("limit", "x"))
        _ = query.integer("limit", 1...9, default: 1)
        let error = #expect(throws: APIError.self) { try query.finish() }
        #expect(error?.status == 422)
        let fields = error?.details["fields"]?.arrayValue ?? []
        #expect(fields.map { $0["field"] } == ["limt", "zzz", "flag", "limit"])
        #expect(fields[0]["problem"] == "is not a parameter of this path; did you mean limit?")
        #expect(fields[1]["problem"] == "is not a parameter of this path")
        #expect(fields[2]["problem"] == "is given more than once")
    }
}
