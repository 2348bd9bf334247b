import Core
import Keys
import Settings
import TestKit
import Testing

@testable import Gateway

@Suite struct ForwardedForTests {
    @Test(
        arguments: [
            // Nobody has forwarded it.
            ("192.0.2.1", [], "192.0.2.1"), ("10.0.0.1", [], "10.0.0.1"),
            // A stranger may write what he likes.
            ("192.0.2.1", ["203.0.113.9"], "192.0.2.1"), ("192.0.2.1", ["nonsense"], "192.0.2.1"),
            ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"), ("10.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", [" 203.0.113.9 , 10.0.0.2 "], "203.0.113.9"),
            ("10.0.0.1", ["203.0.113.9", "10.0.0.2"], "203.0.113.9"),
            // The leftmost is what the client has written.
            ("10.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", ["[2001:db8::7]:80"], "2001:db8::7"), ("10.0.0.1", ["2001:db8::7"], "2001:db8::7"),
            ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
            // What cannot be read is nobody.
            ("10.0.0.1", ["unknown"], nil), ("10.0.0.1", [""], nil), ("10.0.0.1", ["203.0.113.9, _hidden"], nil),
            ("10.0.0.1", ["nonsense, 203.0.113.9"], "203.0.113.9"), ("socket", ["203.0.113.9"], nil),
        ] as [(String, [String], String?)])
    func theClientIsTheFirstThatIsNoProxy(peer: String, fields: [String], client: String?) throws {
        let proxies = [try AddressRange("10.0.0.0/8")]
        #expect(ForwardedFor.client(of: peer, fields, proxies)?.text == client)
    }

    /// The address that a key is bound to is that of the client behind the proxy; no other field is read.
    @Test func aKeyIsBoundToTheClientBehindTheProxy() async throws {
        let settings: [Setting: String] = [.apiKeys: "true", .trustedProxies: "10.0.0.0/8"]
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            let key = try await gateway.makeKey("k") { $0.allowedAddresses = [try AddressRange("203.0.113.0/24")] }
            for (peer, fields, status) in [
                ("10.0.0.1", ["X-Forwarded-For: 203.0.113.9"], 200), ("203.0.113.9", [], 200),
                ("10.0.0.1", [], 403), ("10.0.0.1", ["X-Forwarded-For: unknown"], 403),
                ("192.0.2.1", ["X-Forwarded-For: 203.0.113.9"], 403),
                ("10.0.0.1", ["X-Real-IP: 203.0.113.9", "Forwarded: for=203.0.113.9"], 403),
                ("10.0.0.1", ["X-Forwarded-For: 203.0.113.9, 192.0.2.1"], 403),
            ] {
                let answer = try await gateway.ask("GET /templates/", key.field + fields, from: peer)
                #expect(answer.status == status, "\(peer) \(fields)")
            }
        }
    }
}
