import Testing

@testable import GatewayAPI

/// One event, many spellings of its address.
@Suite struct EventAddressTests {
    @Test(
        arguments: [
            ("lu.ma/tea", .slug("tea")), ("https://lu.ma/tea", .slug("tea")), ("http://www.luma.com/tea", .slug("tea")),
            ("https://luma.com/tea?tk=x#y", .slug("tea")), ("LUMA.com/tea/", .slug("tea")), (" tea ", .slug("tea")),
            ("HTTPS://luma.com/Tea", .slug("Tea")), ("luma.com/caf%C3%A9", .slug("café")), ("tea?tk=x", .slug("tea")),
            ("luma.com/event/evt-1aB", .id("evt-1aB")), ("https://luma.com/e/evt-1?x", .id("evt-1")),
            ("https://luma.com/event/manage/evt-1", .id("evt-1")), ("evt-1", .id("evt-1")),
            ("luma.com/evt-1", .id("evt-1")),
            ("evt-ü", .slug("evt-ü")), ("", nil), ("/", nil), ("luma.com", nil), ("https://luma.com/", nil),
            ("https://example.com/tea", nil), ("example.com/tea", nil), ("ftp://luma.com/tea", nil),
            ("luma.com/a/b", nil),
            ("luma.com/event/a/b", nil), ("a b", nil), ("luma.com/a%0Ab", nil), ("luma.com/%zz", nil),
            ("https://luma.com@evil.example/tea", nil), (String(repeating: "a", count: 1001), nil),
        ] as [(String, EventAddress?)])
    func itIsReadInAnySpelling(text: String, expected: EventAddress?) {
        #expect(EventAddress(text) == expected)
    }

    @Test func itMayBeCutAnywhere() {
        let text = "https://luma.com/event/evt-1aB?tk=%41#x"
        for count in 0...text.count { _ = EventAddress(String(text.prefix(count))) }
    }
}
