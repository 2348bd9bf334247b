import HTTP
import Testing

@Suite struct AcceptTests {
    /// Accept, and what it says of `application/json`: its weight in thousandths, `+` where the type itself is named.
    static let cases: [(String, String)] = [
        ("", "-"), ("*/*", "1000"), ("application/json", "1000+"), ("APPLICATION/Json", "1000+"),
        ("text/html, application/*;q=0.5", "500"), ("application/json;q=0", "0+"), ("application/json; q=0.000", "0+"),
        ("application/json;Q=0.25", "250+"), ("application/json ; q=1.000", "1000+"),
        // The most specific range decides, whatever its place and weight.
        ("*/*, application/json;q=0", "0+"), ("application/json;q=0.1, */*", "100+"),
        ("*/*;q=0, application/*", "1000"),
        ("*/*;q=0", "0"), ("application/json;q=0, application/json;q=0.2", "200+"),
        ("text/html", "-"), ("application/jsonp", "-"), ("application", "-"), ("text/*, image/png;q=0", "-"),
        // With parameters it is another type: it counts for, never against.
        ("application/json;charset=utf-8", "1000+"), ("application/json;v=\"1,2;q=0\";q=0.3", "300+"),
        ("application/json;v=2;q=0, */*", "1000"),
        // What is not well-formed is not there.
        ("application/json;q=2", "-"), ("application/json;q=", "-"), ("application/json;q=0.1234", "-"),
        ("application/json;q=01", "-"), ("application/json;q=1.001", "-"), ("application/json;q=-1", "-"),
        ("application/json/x", "-"), ("/json, ,, application/", "-"), ("a b/c, application/json", "1000+"),
        ("x/y;a=\"unclosed, application/json", "-"), ("x/y;a=\"\\\"\", application/json", "1000+"),
    ]

    @Test(arguments: cases) func theMostSpecificRangeDecides(_ text: String, _ expected: String) {
        let preference = Accept(text).preference(for: "application/json")
        #expect(preference.map { "\($0.weight)" + ($0.isNamed ? "+" : "") } ?? "-" == expected)
    }
}
