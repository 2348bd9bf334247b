import Core
import Testing

@Suite struct AddressRangeTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::1", "::1"), ("::", "::"), ("2001:DB8::1", "2001:db8::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
        ("1::", "1::"), ("0:0:1:0:0:0:1:0", "0:0:1::1:0"),
        // One that is mapped is the one of IPv4, however it is written; a zone is nobody's business.
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:c000:201", "192.0.2.1"), ("fe80::1%eth0", "fe80::1"),
        // Not mapped: the deprecated form, and one of NAT64.
        ("::192.0.2.1", "::c000:201"), ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
    ])
    func anAddressIsRead(text: String, written: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address.text == written)
        #expect(NetworkAddress(written) == address)
    }

    @Test(arguments: [
        "", "localhost", "1.2.3", "1.2.3.04", "256.0.0.1", "1.2.3.4.5", ":::", "1::2::3", "[::1]", "1.2.3.4:80", " ::1",
    ])
    func whatIsNoAddress(text: String) { #expect(NetworkAddress(text) == nil) }

    @Test(arguments: [
        (
            "10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
            ["11.0.0.0", "9.255.255.255", "::a00:0", "::1"]
        ),
        ("192.0.2.7", ["192.0.2.7"], ["192.0.2.6", "192.0.2.8"]),
        ("192.0.2.7/32", ["192.0.2.7"], ["192.0.2.6"]),
        ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255", "::ffff:1.2.3.4"], ["::", "2001:db8::"]),
        ("::/0", ["::", "ffff::1"], ["1.2.3.4", "::ffff:1.2.3.4"]),
        ("2001:db8::/32", ["2001:db8::", "2001:db8:ffff::"], ["2001:db9::", "2001:db7:ffff::"]),
        ("2001:db8::1", ["2001:db8::1"], ["2001:db8::2"]),
        ("::1/128", ["::1"], ["::", "::2"]),
        ("::ffff:10.0.0.0/104", ["10.1.2.3", "::ffff:10.1.2.3"], ["11.0.0.0"]),
        ("128.0.0.0/1", ["128.0.0.0", "255.0.0.1"], ["127.255.255.255"]),
        ("8000::/1", ["8000::", "ffff::"], ["7fff::"]),
    ])
    func aRangeHoldsItsAddresses(text: String, inside: [String], outside: [String]) throws {
        let range = try AddressRange(text)
        for one in inside { #expect(range.contains(try #require(NetworkAddress(one))), "\(text) \(one)") }
        for one in outside { #expect(!range.contains(try #require(NetworkAddress(one))), "\(text) \(one)") }
        #expect(try AddressRange(range.text) == range)
    }

    @Test(
        arguments: [
            ("", .address), ("10/8", .address), ("example.org", .address), ("fe80::1%eth0", .address),
            ("*", .address), ("/8", .address), (" 10.0.0.0/8", .address),
            ("10.0.0.0/", .prefix), ("10.0.0.0/33", .prefix), ("10.0.0.0/-1", .prefix), ("10.0.0.0/08", .prefix),
            ("10.0.0.0/8/8", .prefix), ("10.0.0.0/255.0.0.0", .prefix), ("10.0.0.0/+8", .prefix),
            ("::/129", .prefix), ("::ffff:10.0.0.0/8", .prefix), ("10.0.0.0/104", .prefix),
            ("10.0.0.1/8", .hostBits("10.0.0.0/8")), ("2001:db8::1/32", .hostBits("2001:db8::/32")),
            ("::ffff:10.0.0.1/104", .hostBits("10.0.0.0/8")), ("1.2.3.4/0", .hostBits("0.0.0.0/0")),
        ] as [(String, AddressRange.Problem)])
    func whatIsNoRange(text: String, problem: AddressRange.Problem) {
        #expect(throws: problem) { try AddressRange(text) }
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.1.0.0/16", true), ("10.1.0.0/16", "10.0.0.0/8", false), ("10.0.0.0/8", "10.0.0.0/8", true),
        ("10.0.0.0/8", "11.0.0.0/8", false), ("0.0.0.0/0", "1.2.3.4", true), ("::/0", "1.2.3.4", false),
        ("::/0", "2001:db8::/32", true), ("0.0.0.0/0", "::/0", false), ("1.2.3.4", "1.2.3.4/32", true),
    ])
    func oneRangeHoldsAnother(own: String, other: String, holds: Bool) throws {
        #expect(try AddressRange(own).contains(AddressRange(other)) == holds)
    }
}
