import Core
import Testing

@Suite struct JSONObjectTests {
    @Test func settingAppendsReplacesAndRemoves() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["c"] = 3
        object["a"] = .null
        #expect(object.names == ["a", "b", "c"])
        #expect(object["a"] == .null)
        object["b"] = nil
        object["nowhere"] = nil
        #expect(object == ["a": nil, "c": 3])
        #expect(object.count == 2)
        #expect(!object.isEmpty)
        #expect(JSONObject().isEmpty)
        #expect(object["b"] == nil)
    }

    @Test func aNameListedAgainReplacesTheValueInPlace() {
        #expect(JSONObject(dictionaryLiteral: ("a", 1), ("b", 2), ("a", 3)) == ["a": 3, "b": 2])
        #expect(JSON(dictionaryLiteral: ("a", 1), ("b", 2), ("a", 3)) == ["a": 3, "b": 2])
    }

    @Test func orderCountsForEquality() {
        #expect(JSONObject([(name: "a", value: 1), (name: "b", value: 2)]) != ["b": 2, "a": 1])
        #expect(JSONObject([(name: "a", value: 1)]) != ["a": 2])
        #expect(JSONObject([(name: "a", value: 1)]) != [:])
    }

    @Test func viewsGiveTheirKindAndNothingElse() {
        let values: [JSON] = [nil, true, 7, "x", [1], ["k": "v"], 1.5]
        #expect(values.map(\.isNull) == [true, false, false, false, false, false, false])
        #expect(values.map(\.boolValue) == [nil, true, nil, nil, nil, nil, nil])
        #expect(values.map(\.intValue) == [nil, nil, 7, nil, nil, nil, nil])
        #expect(values.map(\.doubleValue) == [nil, nil, 7, nil, nil, nil, 1.5])
        #expect(values.map(\.stringValue) == [nil, nil, nil, "x", nil, nil, nil])
        #expect(values.map { $0.arrayValue?.count } == [nil, nil, nil, nil, 1, nil, nil])
        #expect(values.map { $0.objectValue?.count } == [nil, nil, nil, nil, nil, 1, nil])
        #expect(values.map { $0["k"] } == [nil, nil, nil, nil, nil, "v", nil])
    }
}

@Suite struct JSONNumberTests {
    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (3, "3"), (-2.5, "-2.5"), (0.1, "0.1"), (1e16, "1e+16"), (1e-7, "1e-07"),
        (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
        (123456.75, "123456.75"),
    ])
    func aDoubleIsWrittenShortAndReadsBack(_ value: Double, _ text: String) throws {
        let number = try #require(JSONNumber(value))
        #expect(number.text == text)
        #expect(try JSON.parse(number.text).doubleValue == value)
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan])
    func whatJSONCannotWriteIsRefused(_ value: Double) {
        #expect(JSONNumber(value) == nil)
    }

    @Test(arguments: [
        ("1", 1, 1.0), ("-0", 0, 0), ("1.0", nil, 1), ("1e2", nil, 100), ("9223372036854775807", Int.max, 0x1p63),
        ("9223372036854775808", nil, 0x1p63), ("-9223372036854775808", Int.min, -0x1p63), ("1e999", nil, nil),
        ("0.1", nil, 0.1),
    ])
    func valuesAreGivenWhereTheyFit(_ text: String, _ int: Int?, _ double: Double?) throws {
        let number = try #require(JSONNumber(text: text))
        #expect(number.intValue == int)
        #expect(number.doubleValue == double)
    }

    @Test(arguments: ["", " 1", "1 ", "+1", "01", "1.", ".1", "1e", "0x1", "NaN", "1,", "-", "１"])
    func aTextThatIsNoNumberIsRefused(_ text: String) { #expect(JSONNumber(text: text) == nil) }

    @Test func equalityIsByText() throws {
        #expect(try JSON.parse("1.0") != JSON.parse("1"))
        #expect(JSONNumber(12) == JSONNumber(text: "12"))
    }
}

@Suite struct JSONWriteTests {
    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("\"", #""\"""#), ("a\\b", #""a\\b""#),
        ("\u{8}\u{c}\n\r\t", #""\b\f\n\r\t""#), ("\0\u{1f}", #""\u0000\u001f""#), ("é😀/\u{7f}", "\"é😀/\u{7f}\""),
        ("ends with a quote\"", #""ends with a quote\"""#),
    ])
    func onlyWhatMustBeEscapedIs(_ text: String, _ expected: String) {
        #expect(String(decoding: JSON.string(text).encoded, as: UTF8.self) == expected)
    }

    @Test func aTreeIsWrittenCompactly() {
        let value: JSON = ["a": [1, true, nil, [:]], "b": ["c": "d"], "e": []]
        #expect(String(decoding: value.encoded, as: UTF8.self) == #"{"a":[1,true,null,{}],"b":{"c":"d"},"e":[]}"#)
    }
}

@Suite struct JSONWholeNumberTests {
    @Test(arguments: [
        ("0", 0), ("-0", 0), ("7", 7), ("10.0", 10), ("1e3", 1000), ("1E+3", 1000), ("1.50e1", 15), ("100e-2", 1),
        ("0e-400", 0), ("0.000", 0), ("-2.0", -2), ("9007199254740993.0", 9_007_199_254_740_993),
        ("9223372036854775807.0", Int.max), ("-9223372036854775808.0", Int.min), ("0.001e3", 1),
        ("1" + String(repeating: "0", count: 400) + "e-400", 1),
        ("0." + String(repeating: "0", count: 400) + "1e401", 1), ("0e99999999999999999999999999", 0),
    ])
    func isExact(text: String, value: Int) throws { #expect(try #require(JSONNumber(text: text)).wholeValue == value) }

    @Test(arguments: [
        "1.5", "1e-400", "0.1", "-1e-1", "1e19", "9223372036854775808.0", "-9223372036854775809.0", "1e400",
        "1e99999999999999999999999999", "1e-99999999999999999999999999", "10e-2", "99999999999999999999999",
    ])
    func whatIsNotWholeOrDoesNotFitIsNone(text: String) throws {
        #expect(try #require(JSONNumber(text: text)).wholeValue == nil)
    }
}
