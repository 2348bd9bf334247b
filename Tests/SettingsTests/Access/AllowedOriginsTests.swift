import Testing

@testable import Settings

@Suite struct AllowedOriginsTests {
    private static let origins = AllowedOrigins([
        "https://App.example.com", "http://a.example:3000", "https://b.example:443", "http://[2001:db8::1]:80",
        "chrome-extension://abcdefghijklmnop",
    ])

    @Test(arguments: [
        "https://app.example.com", "HTTPS://APP.EXAMPLE.COM", "https://app.example.com:443", "http://a.example:3000",
        "https://b.example", "http://[2001:db8::1]", "chrome-extension://abcdefghijklmnop",
    ])
    func allowed(origin: String) { #expect(Self.origins.contains(origin)) }

    @Test(arguments: [
        "", "null", "*", "https://", "https://app.example.com.evil.example", "https://evil.example/app.example.com",
        "http://app.example.com", "https://app.example.com:444", "https://app.example.com/", "http://a.example",
        "https://app.example.com@evil.example", "app.example.com", "://app.example.com", "https://app.example.com ",
        "https://x.app.example.com", "https://app.example.com\u{0}",
    ])
    func notAllowed(origin: String) { #expect(!Self.origins.contains(origin)) }

    @Test func whatTheSettingTakes() {
        #expect(
            SettingKind.origins.parse("https://a.example, http://b.example:8080")
                == .list(["https://a.example", "http://b.example:8080"]))
        for text in ["", "*", "null", "https://a.example/", "https://a.example,,http://b.example", "a.example"] {
            #expect(SettingKind.origins.parse(text) == nil, "\(text)")
        }
        #expect(AllowedOrigins([]).isEmpty && !AllowedOrigins([]).contains("https://a.example"))
    }
}
