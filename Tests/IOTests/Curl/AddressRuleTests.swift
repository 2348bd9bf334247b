import Core
import HTTP
import IOTestKit
import Testing

@testable import IO

/// Which addresses a connection may go to.
@Suite struct AddressRuleTests {
    @Test(
        arguments: [
            ("8.8.8.8", .open), ("1.1.1.1", .open), ("172.15.0.1", .open), ("172.32.0.1", .open), ("100.63.0.1", .open),
            ("100.128.0.1", .open), ("192.167.0.1", .open), ("198.17.0.1", .open), ("198.20.0.1", .open),
            ("223.255.255.255", .open), ("192.0.1.1", .open),
            ("127.0.0.1", .loopback), ("127.255.255.255", .loopback),
            ("10.0.0.1", .privateNetwork), ("172.16.0.1", .privateNetwork), ("172.31.255.255", .privateNetwork),
            ("192.168.1.1", .privateNetwork), ("100.64.0.1", .privateNetwork), ("100.127.255.255", .privateNetwork),
            ("0.0.0.0", .special), ("0.1.2.3", .special), ("169.254.169.254", .special), ("192.0.0.1", .special),
            ("192.0.2.1", .special), ("192.88.99.1", .special), ("198.18.0.1", .special), ("198.19.0.1", .special),
            ("198.51.100.1", .special), ("203.0.113.1", .special), ("224.0.0.1", .special), ("240.0.0.1", .special),
            ("255.255.255.255", .special),
        ] as [(String, AddressReach)])
    func ofIPv4(text: String, reach: AddressReach) throws {
        #expect(AddressReach(ipv4: try #require(HostName.ipv4(text))) == reach)
    }

    @Test(
        arguments: [
            ("2606:4700::1111", .open), ("2001:200::1", .open), ("2001:4860:4860::8888", .open),
            ("2400:cb00::1", .open), ("3ffe::1", .open), ("64:ff9b::8.8.8.8", .open), ("::ffff:8.8.8.8", .open),
            ("::1", .loopback), ("::ffff:127.0.0.1", .loopback), ("::ffff:7f00:1", .loopback),
            ("64:ff9b::7f00:1", .loopback), ("2606:4700::5efe:7f00:1", .loopback),
            ("2606:4700::200:5efe:7f00:1", .loopback),
            ("fc00::1", .privateNetwork), ("fdff::1", .privateNetwork), ("::ffff:10.1.2.3", .privateNetwork),
            ("64:ff9b::192.168.0.1", .privateNetwork),
            ("::", .special), ("::2", .special), ("::127.0.0.1", .special), ("fe80::1", .special),
            ("fec0::1", .special), ("ff02::1", .special), ("2001::1", .special), ("2001:10::1", .special),
            ("2001:1ff::1", .special), ("2001:db8::1", .special), ("2002:7f00:1::1", .special),
            ("3fff:fff::1", .special),
            ("64:ff9b:1::1", .special), ("100::1", .special), ("4000::1", .special),
            ("::ffff:169.254.169.254", .special),
        ] as [(String, AddressReach)])
    func ofIPv6(text: String, reach: AddressReach) throws {
        let groups = try #require(HostName.ipv6(text))
        let octets = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
        #expect(AddressReach(ipv6: octets) == reach)
    }

    @Test func aRuleOpensWhatItNames() {
        func allowed(_ rule: AddressRule) -> [Bool] {
            [AddressReach.open, .privateNetwork, .loopback, .special].map(rule.allows)
        }
        #expect(allowed(AddressRule()) == [true, false, false, false])
        #expect(allowed(AddressRule(allowsPrivate: true)) == [true, true, false, false])
        #expect(allowed(AddressRule(allowsLoopback: true, allowsPrivate: true)) == [true, true, true, false])
    }

    /// What a name leads to is looked at when it is connected to, and nothing is sent.
    @Test func nothingIsSentToAnAddressThatIsNotAllowed() async throws {
        let server = try SocketServer.answering()
        let client = try await CurlClient.make { $0.addresses = AddressRule(allowsPrivate: true) }
        let refused = TransportError(.addressRefused, neverSent: true)
        #expect(await client.get("http://localhost:\(server.port)/").outcome == refused)
        #expect(await client.get(server.url + "/").outcome == refused)
        #expect(server.connections == 0)
        await client.stop()

        let other = try await CurlClient.make { $0.addresses = AddressRule(allowsLoopback: true) }
        #expect(await other.get(server.url + "/a").text == "/a")
        #expect(await other.get(server.url + "/b").text == "/b")
        await other.stop()
        server.stop()
    }

    /// Plain HTTP goes to other machines only where that is opened; here that is told by how far it gets.
    @Test func plainHTTPBeyondThisMachineHasToBeOpened() async throws {
        let url = "http://host.invalid/"
        let client = try await CurlClient.make()
        #expect(await client.get(url).outcome == TransportError(.invalidRequest, neverSent: true))
        await client.stop()
        let other = try await CurlClient.make { $0.allowsPlainText = true }
        #expect(await other.get(url, seconds: 5).failure?.cause != .invalidRequest)
        await other.stop()
    }
}
