import Core
import Settings
import Testing

@Suite struct KeySettingsTests {
    private func resolve(_ settings: [Setting: String]) throws(ConfigurationErrors) -> Configuration.Access {
        try Configuration.resolve(
            flags: settings.merging([.apiKey: "luma-key-0123456789abc"]) { $1 }, environment: [:], dotEnv: nil,
            surroundings: Surroundings(cores: 1, isTerminal: false)
        ).configuration.access
    }

    @Test func keysAreAcceptedWhenItIsSaid() throws {
        #expect(try resolve([:]).keys == nil && !resolve([:]).asksForCredential)
        // What belongs to them switches nothing on.
        #expect(try resolve([.keysStaleSeconds: "10", .maxKeys: "5"]).keys == nil)
        let access = try resolve([.apiKeys: "true", .keysStaleSeconds: "10", .keysSecret: "0123456789abcdef"])
        let keys = try #require(access.keys)
        #expect(keys.staleSeconds == 10 && keys.most == 10_000 && keys.auditDays == 400)
        #expect(keys.secret == Secret("0123456789abcdef") && access.asksForCredential)
        // Other machines may come, as nobody is served without a credential.
        #expect(throws: Never.self) { try resolve([.apiKeys: "true", .host: "0.0.0.0"]) }
    }

    @Test(
        arguments: [
            ("10.0.0.0/8", ["10.0.0.0/8"]), ("192.0.2.1, 2001:db8::/32", ["192.0.2.1", "2001:db8::/32"]),
            ("10.0.0.1/8", nil),
            ("proxy.example", nil), ("10.0.0.0/8,", nil), ("10.0.0.0/33", nil),
        ] as [(String, [String]?)])
    func proxiesAreRangesOfAddresses(text: String, ranges: [String]?) throws {
        if let ranges {
            #expect(try resolve([.trustedProxies: text]).trustedProxies.map(\.text) == ranges)
        } else {
            #expect(throws: ConfigurationErrors.self) { try resolve([.trustedProxies: text]) }
        }
    }

    @Test func theCommandReadsItsOwnSettingsAlone() throws {
        let (keys, folder) = try Configuration.keys(
            flags: [.dataDirectory: "/x"], environment: ["LUMA_MAX_KEYS": "7", "LUMA_PORT": "nonsense"], dotEnv: nil)
        #expect(keys.most == 7 && keys.secret == nil && folder == "/x")
    }
}
