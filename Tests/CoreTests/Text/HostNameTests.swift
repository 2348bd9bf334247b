import Testing

@testable import Core

@Suite struct HostNameTests {
    @Test(arguments: [
        ("localhost", true, false), ("127.0.0.1", true, false), ("127.9.9.9", true, false), ("::1", true, false),
        ("0:0:0:0:0:0:0:1", true, false), ("[::1]", true, false), ("0.0.0.0", false, true), ("::", false, true),
        ("10.0.0.1", false, false), ("fe80::1", false, false), ("::ffff:10.0.0.1", false, false),
        ("gateway.example", false, false), ("my_host", false, false), ("localhost.example", false, false),
    ])
    func hosts(text: String, isLoopback: Bool, isWildcard: Bool) throws {
        let host = try #require(HostName(text))
        #expect(host.isLoopback == isLoopback)
        #expect(host.isWildcard == isWildcard)
    }

    @Test(arguments: [
        "", ".", "a.", ".a", "-a", "a-", "a..b", "1.2.3", "1.2.3.4.5", "01.2.3.4", "127.1", "2130706433", "[localhost]",
        "[]", ":::", "1::2::3", "::12345", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "fe80::1%eth0", "::1.2.3", "a/b",
        "a@b",
        "::+1", String(repeating: "a", count: 64), String(repeating: "a.", count: 127) + "abc", "café", "::g",
    ])
    func notHosts(text: String) { #expect(HostName(text) == nil) }
}
