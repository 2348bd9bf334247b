import Testing

@testable import Settings

/// Where Luma is, and the names by which this server may be asked.
@Suite struct AddressTests {
    @Test(arguments: [
        ("https://public-api.luma.com", "https://public-api.luma.com"),
        ("HTTPS://Public-API.luma.com:443/", "https://public-api.luma.com:443"),
        ("http://localhost:9100", "http://localhost:9100"), ("http://127.0.0.1:9100/", "http://127.0.0.1:9100"),
        ("http://[::1]:9100", "http://[::1]:9100"),
        ("https://proxy.example/luma/v~1", "https://proxy.example/luma/v~1"),
    ])
    func baseURLs(text: String, normal: String) { #expect(BaseURL(text)?.text == normal) }

    @Test(arguments: [
        "", "https://", "https:///v1", "http://10.0.0.1", "http://luma.example", "ftp://localhost", "localhost:9100",
        "https://user:pass@luma.com", "https://luma.com?x=1", "https://luma.com/#f", "https://luma.com/a?b",
        "https://luma.com:0", "https://luma.com:65536", "https://luma.com:", "https://luma.com/a b",
        "https://luma.com/../x",
        "https://luma.com//x", "https://::1/", "https://luma.com\r\nHost: x", "http://localhost.evil.example",
        "https://[::1",
    ])
    func notBaseURLs(text: String) { #expect(BaseURL(text) == nil) }

    @Test(arguments: [
        ("localhost:8000", true), ("LOCALHOST", true), ("127.0.0.1:1", true), ("[::1]:8000", true), ("[::1]", true),
        ("gateway.example", true), ("gateway.example:99", true), ("strict.example:8080", true),
        ("strict.example", false), ("strict.example:80", false), ("evil.example", false), ("", false),
        ("localhost.evil.example", false), ("::1", false), (":8000", false), ("127.0.0.10", false),
    ])
    func allowedHosts(field: String, allowed: Bool) {
        let hosts = AllowedHosts(["Gateway.example", "strict.example:8080"])
        #expect(hosts.allows(field) == allowed)
        #expect(AllowedHosts(["*"]).allows(field))
    }
}
