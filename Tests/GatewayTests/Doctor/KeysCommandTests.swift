import Core
import Testing

@testable import Gateway

@Suite struct KeysCommandTests {
    /// What is typed is what a request would say, so that both are checked alike.
    @Test(
        arguments: [
            ([:], ["owner": "operator"]), (["--admin": ""], ["owner": "operator", "permissions": ["*"]]),
            (["--owner": "ann", "--key-id": "a"], ["owner": "ann", "key_id": "a"]),
            (
                ["--permissions": "events:read, mcp:use"],
                ["owner": "operator", "permissions": ["events:read", "mcp:use"]]
            ),
            (["--expiry-days": "never"], ["owner": "operator", "expiry_days": nil]),
            (["--expiry-days": "30"], ["owner": "operator", "expiry_days": 30]),
            (["--expiry-days": "soon"], ["owner": "operator", "expiry_days": "soon"]),
            (["--allowed-ips": "10.0.0.0/8,::1"], ["owner": "operator", "allowed_ips": ["10.0.0.0/8", "::1"]]),
            (["--rate-limit": "5/second,9/minute"], ["owner": "operator", "rate_limit": "5/second,9/minute"]),
        ] as [([String: String], JSON)])
    func optionsAreTheMembersOfARequest(options: [String: String], members: JSON) {
        #expect(JSON.object(KeysCommand.members(options)).canonical == members.canonical)
    }
}
