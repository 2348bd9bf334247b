import Testing

@testable import ToolSources

@Suite struct ServiceBaseTests {
    /// A request stays below the base, however its URL is spelled.
    @Test(
        arguments: [
            ("https://a.example/api", true), ("https://a.example/api/", true), ("https://a.example/api/x?y=1", true),
            ("https://a.example:443/api/x", true), ("HTTPS://a.example/api/x", true), ("https://a.example/apix", false),
            ("https://a.example/", false), ("https://a.example", false), ("https://a.example/api/../x", false),
            ("https://a.example/api/%2e%2e/x", false), ("https://a.example.evil/api", false),
            ("https://a.example:8443/api", false), ("http://a.example/api", false), ("https://u@a.example/api", false),
            ("https://a.example/api/x#f", false), ("https://a.example/api/a b", false),
            ("https://a.example/api/x\\y", false), ("https://a.example/api?x=<", false), ("//a.example/api", false),
        ])
    func whatIsBelowABaseIsTold(url: String, isBelow: Bool) throws {
        let base = try ServiceBase("https://a.example/api", allow: ServiceBase.Allowance())
        #expect(base.contains(url) == isBelow)
    }
}
