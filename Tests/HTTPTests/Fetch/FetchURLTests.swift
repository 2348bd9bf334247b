import Core
import HTTP
import Testing

/// Addresses that somebody else names.
@Suite struct FetchURLTests {
    @Test(
        arguments: [
            ("https://example.org", "https://example.org/"), ("HTTPS://Example.ORG/A", "https://example.org/A"),
            ("https://example.org:443/a", "https://example.org/a"), ("http://example.org:80", "http://example.org/"),
            ("https://example.org:8443?x=1", "https://example.org:8443/?x=1"),
            ("https://example.org./a", "https://example.org/a"),
            ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
            ("https://8.8.8.8/", "https://8.8.8.8/"),
            ("https://[2606:4700::1111]:8443/a", "https://[2606:4700::1111]:8443/a"),
            ("https://example.org/a%20b/%2e%2e?q=%23", "https://example.org/a%20b/%2e%2e?q=%23"),
            ("https://example.org/a@b:c", "https://example.org/a@b:c"),
            ("https://example.org?a@b", "https://example.org/?a@b"),
        ])
    func isRead(text: String, meaning: String) throws { #expect(try FetchURL(text).text == meaning) }

    @Test(
        arguments: [
            ("", .length), ("https://e.org/" + String(repeating: "a", count: 2048), .length),
            ("https://example.org/a b", .character), ("https://example.org/é", .character),
            ("https://example.org\\@evil.org/", .character), ("https://example.org/\r\nx", .character),
            ("https://exa\u{0}mple.org/", .character), (" https://example.org/", .character),
            ("file:///etc/passwd", .scheme), ("ftp://example.org/", .scheme), ("//example.org/", .scheme),
            ("example.org", .scheme), ("https:/example.org", .scheme), ("https:example.org", .scheme),
            ("gopher://127.0.0.1:25/x", .scheme), ("data:text/plain,x", .scheme),
            ("https://user@example.org/", .userInformation), ("https://user:word@example.org/", .userInformation),
            ("https://@example.org/", .userInformation), ("https://example.org@127.0.0.1/", .userInformation),
            ("https://", .host), ("https:///a", .host), ("https://:443/", .host), ("https://./", .host),
            ("https://a..b/", .host), ("https://-a.org/", .host), ("https://a_b.org/", .host),
            ("https://a%2eb/", .host),
            ("https://%31%32%37.0.0.1/", .host), ("https://*.org/", .host), ("https://a,b/", .host),
            ("https://example.org../", .host),
            // The many spellings of 127.0.0.1.
            ("https://2130706433/", .host), ("https://0x7f000001/", .host), ("https://0X7F.0.0.1/", .host),
            ("https://127.0.0.0x1/", .host), ("https://0177.0.0.1/", .host), ("https://127.1/", .host),
            ("https://127.0.0.1./", .host), ("https://[::1]./", .host), ("https://127.0.1/", .host),
            ("https://0/", .host), ("https://127.0.0.1.1/", .host),
            ("https://127.0.0.256/", .host), ("https://127.000.0.1/", .host), ("https://1/", .host),
            ("https://[::1/", .host), ("https://::1/", .host), ("https://[]/", .host), ("https://[::1]a/", .host),
            ("https://[fe80::1%25eth0]/", .host), ("https://[fe80::1%eth0]/", .host), ("https://[127.0.0.1]/", .host),
            ("https://[::1].org/", .host), ("https://[v1.x]/", .host), ("https://[1:2]/", .host),
            ("https://example.org:/", .port), ("https://example.org:0/", .port), ("https://example.org:65536/", .port),
            ("https://example.org:+80/", .port), ("https://example.org:8o/", .port),
            ("https://example.org:80:80/", .port),
            ("https://example.org:000080/", .port), ("https://[2606::1]:x/", .port),
            ("https://example.org/%", .escape), ("https://example.org/%2", .escape),
            ("https://example.org/?%zz", .escape),
            ("https://example.org/#a", .fragment), ("https://example.org#@evil.org/", .fragment),
        ] as [(String, FetchURL.Problem)])
    func isRefused(text: String, problem: FetchURL.Problem) {
        #expect(throws: problem) { try FetchURL(text) }
    }

    @Test(
        arguments: [
            ("https://b.org/x", "https://b.org/x"), ("HTTP://b.org", "http://b.org/"),
            ("//b.org:8443/x", "https://b.org:8443/x"),
            ("/x?y", "https://a.org:8080/x?y"), ("?y", "https://a.org:8080/p/q?y"), ("x", "https://a.org:8080/p/x"),
            ("./x", "https://a.org:8080/p/x"), ("../x", "https://a.org:8080/x"),
            ("../../../x/.", "https://a.org:8080/x/"),
            ("x/..", "https://a.org:8080/p/"), ("", "https://a.org:8080/p/q?r"),
            ("x?../y", "https://a.org:8080/p/x?../y"),
            ("/x#part", "https://a.org:8080/x"), ("#part", "https://a.org:8080/p/q?r"),
            ("/a//b", "https://a.org:8080/a//b"),
            ("x:y/../z?:", nil), ("./x:y", "https://a.org:8080/p/x:y"), ("javascript:x", nil),
            ("file:///etc/passwd", nil),
            ("//user@b.org/", nil), ("//[::1", nil), ("/a b", nil), ("https://2130706433/", nil), ("///evil.org/", nil),
        ] as [(String, String?)])
    func aReferenceIsResolved(reference: String, meaning: String?) throws {
        let base = try FetchURL("https://a.org:8080/p/q?r")
        #expect((try? base.following(reference).text) == meaning)
    }
}
