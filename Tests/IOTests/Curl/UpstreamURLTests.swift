import Testing

@testable import IO

@Suite struct UpstreamURLTests {
    struct Good: Sendable {
        let text: String
        let origin: String
        let target: String
        var isSecure = true
        var isLoopback = false
    }

    @Test(arguments: [
        Good(
            text: "https://public-api.luma.com/v1/a?b=c", origin: "https://public-api.luma.com", target: "/v1/a?b=c"),
        Good(text: "https://a.example", origin: "https://a.example", target: "/"),
        Good(text: "https://a.example?q", origin: "https://a.example", target: "/?q"),
        Good(text: "https://a.example/?", origin: "https://a.example", target: "/?"),
        Good(text: "https://a.example/x?y?z", origin: "https://a.example", target: "/x?y?z"),
        Good(text: "https://a.example:8443/%20", origin: "https://a.example:8443", target: "/%20"),
        Good(text: "https://192.0.2.1/", origin: "https://192.0.2.1", target: "/"),
        Good(text: "https://[2001:db8::1]:1/", origin: "https://[2001:db8::1]:1", target: "/"),
        Good(
            text: "http://127.0.0.1:80/", origin: "http://127.0.0.1:80", target: "/", isSecure: false, isLoopback: true),
        Good(text: "http://127.255.0.9/", origin: "http://127.255.0.9", target: "/", isSecure: false, isLoopback: true),
        Good(text: "http://[::1]:65535/", origin: "http://[::1]:65535", target: "/", isSecure: false, isLoopback: true),
        Good(text: "http://localhost/", origin: "http://localhost", target: "/", isSecure: false, isLoopback: true),
        Good(text: "https://localhost/", origin: "https://localhost", target: "/", isLoopback: true),
    ])
    func isTakenApart(good: Good) throws {
        let url = try UpstreamURL(good.text)
        #expect(url.origin.text == good.origin)
        #expect(url.target == good.target)
        #expect(url.origin.isSecure == good.isSecure)
        #expect(url.origin.isLoopback == good.isLoopback)
    }

    @Test(arguments: [
        ("", UpstreamURL.Problem.length), ("https://a/" + String(repeating: "a", count: 9000), .length),
        ("https://a/ b", .character), ("https://a/\u{0}", .character), ("https://a/ä", .character),
        ("https://a\\@b/", .character), ("https://a/#", .fragment), ("//a/", .scheme), ("HTTPS://a/", .scheme),
        ("https:/a/", .scheme), ("ftp://a/", .scheme), ("https://u@a/", .userInformation),
        ("https://u:p@a/", .userInformation), ("https:///", .host), ("https://-a/", .host), ("https://a..b/", .host),
        ("https://a./", .host), ("https://a_b/", .host), ("https://1.2.3/", .host), ("https://1.2.3.256/", .host),
        ("https://1.2.3.04/", .host), ("https://1.2.3.4.5/", .host), ("https://0x7f.1/", .host),
        ("https://a.0x7F/", .host), ("https://%61/", .host), ("https://[::1/", .host), ("https://[::1]a/", .host),
        ("https://[fe80::1%25eth0]/", .host), ("https://[]/", .host), ("https://a:/", .port), ("https://a:0/", .port),
        ("https://a:65536/", .port), ("https://a:-1/", .port), ("https://a:1:2/", .port), ("https://a/%", .escape),
        ("https://a/%2", .escape), ("https://a/?%g0", .escape), ("http://a/", .plainText),
        ("http://128.0.0.1/", .plainText), ("http://[::2]/", .plainText), ("http://localhost.a/", .plainText),
        ("http://LOCALHOST/", .plainText),
    ])
    func isRefused(text: String, problem: UpstreamURL.Problem) {
        #expect(throws: problem) { try UpstreamURL(text) }
    }
}
