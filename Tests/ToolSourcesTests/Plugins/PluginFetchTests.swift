import Core
import HTTP
import Testing
import ToolSources

/// What the gateway may fetch for a plugin: what its operator grants, as far as its command asks for it.
@Suite struct PluginFetchTests {
    private static func grants(_ fetch: String) throws -> PluginGrants {
        try PluginGrants.read(Array(#"{"format": 1, "plugins": {"p": {"fetch": \#(fetch)}}}"#.utf8))
    }

    private static func command(_ fetch: String) throws -> PluginCommand {
        let text = #"{"commands": [{"name": "run", "parameters": [{"name": "url"}], "fetch": \#(fetch)}]}"#
        return try #require(try PluginDescription.read(Array(text.utf8)).commands.first)
    }

    private static func policy(_ granted: String?, _ asked: String) throws -> PluginPolicy.Command {
        let grants = try granted.map { try Self.grants($0) } ?? PluginGrants()
        return PluginPolicy("p", grants: grants, requests: PluginRequests()).command(try command(asked))
    }

    @Test func theFileSaysFromWhere() throws {
        let grants = try Self.grants(
            #"{"hosts": ["*.example.org", "a.example"], "private_hosts": ["nas", "10.0.0.8", "::1"], "plain_http": true,"#
                + #" "ports": [9000], "max_bytes": 5, "max_pixels": 6, "timeout_seconds": 7.5}"#)
        let rule = try #require(grants.plugins["p"]?.fetch)
        #expect(rule.hosts.map(\.text) == ["*.example.org", "a.example"])
        #expect(rule.privateHosts.map(\.text) == ["nas", "10.0.0.8", "::1"])
        #expect(rule.allowsPlainHTTP && rule.ports == FetchRule.standardPorts.union([9000]))
        #expect(rule.maxBytes == 5 && rule.maxPixels == 6 && rule.seconds == 7.5 && rule.types == [])
    }

    @Test func theRestHasDefaults() throws {
        let rule = try #require(try Self.grants(#"{"hosts": ["*"]}"#).plugins["p"]?.fetch)
        #expect(rule.hosts == [.any] && rule.privateHosts == [] && !rule.allowsPlainHTTP)
        #expect(rule.ports == [80, 443, 8080, 8443] && rule.seconds == 20)
        #expect(rule.maxBytes == 10 << 20 && rule.maxPixels == 25_000_000)
    }

    @Test(
        arguments: [
            ("5", "/plugins/p/fetch: must be an object"), ("{}", "/plugins/p/fetch: names no host"),
            (#"{"host": ["*"]}"#, "/plugins/p/fetch/host: is not known; did you mean hosts?"),
            (#"{"hosts": "*"}"#, "/plugins/p/fetch/hosts: must be an array"),
            (#"{"hosts": ["https://a"]}"#, "/plugins/p/fetch/hosts/0: must be *, a host"),
            (#"{"hosts": ["a", 5]}"#, "/plugins/p/fetch/hosts/1: must be *, a host"),
            (#"{"hosts": ["a.*"]}"#, "/plugins/p/fetch/hosts/0: must be *, a host"),
            (#"{"private_hosts": ["*"]}"#, "/plugins/p/fetch/private_hosts/0: must be one host"),
            (#"{"private_hosts": ["*.lan"]}"#, "/plugins/p/fetch/private_hosts/0: must be one host"),
            (#"{"private_hosts": ["10.0.0.0/8"]}"#, "/plugins/p/fetch/private_hosts/0: must be one host"),
            (#"{"hosts": ["*"], "plain_http": 1}"#, "/plugins/p/fetch/plain_http: must be true or false"),
            (#"{"hosts": ["*"], "ports": 80}"#, "/plugins/p/fetch/ports: must be an array"),
            (#"{"hosts": ["*"], "ports": [0]}"#, "/plugins/p/fetch/ports: must be an array"),
            (#"{"hosts": ["*"], "ports": ["80"]}"#, "/plugins/p/fetch/ports: must be an array"),
            (
                #"{"hosts": ["*"], "max_bytes": 67108865}"#,
                "/plugins/p/fetch/max_bytes: must be a whole number from 1 to"
            ),
            (#"{"hosts": ["*"], "max_pixels": 0}"#, "/plugins/p/fetch/max_pixels: must be a whole number from 1 to"),
            (
                #"{"hosts": ["*"], "timeout_seconds": 301}"#,
                "/plugins/p/fetch/timeout_seconds: must be a number from 0.1"
            ),
        ])
    func mistakesAreToldAtTheirPlace(fetch: String, problem: String) {
        let problems = #expect(throws: DocumentProblems.self) { try Self.grants(fetch) }
        #expect(problems?.text.hasPrefix(problem) == true, "\(problems?.text ?? "")")
    }

    /// It is for one plugin: a default would open hosts to whatever is dropped in.
    @Test func thereIsNoDefaultForAll() {
        let problems = #expect(throws: DocumentProblems.self) {
            try PluginGrants.read(Array(#"{"format": 1, "default": {"fetch": {"hosts": ["*"]}}}"#.utf8))
        }
        #expect(problems?.text.hasPrefix("/default/fetch: is not known") == true)
    }

    @Test func whatIsAskedForIsBoundedByWhatIsGranted() throws {
        let none = try Self.policy(nil, #"{"argument": "url"}"#)
        #expect(none.fetch == nil && none.notGranted.contains("asks for files to be fetched (fetch)"))
        let less = try Self.policy(
            #"{"hosts": ["*"]}"#, #"{"argument": "url", "max_bytes": 100, "types": ["Image/PNG;q=1", "text/plain"]}"#)
        #expect(less.fetch?.maxBytes == 100 && less.fetch?.types == ["image/png", "text/plain"])
        #expect(less.notGranted == [])
        let more = try Self.policy(#"{"hosts": ["*"], "max_bytes": 50}"#, #"{"argument": "url", "max_bytes": 100}"#)
        #expect(more.fetch?.maxBytes == 50 && more.fetch?.types == [])
        #expect(more.notGranted == ["asks for files of 100 bytes, has 50 (fetch)"])
    }

    /// A grant makes no command fetch that does not ask for it.
    @Test func aCommandThatAsksForNothingGetsNothing() throws {
        let policy = PluginPolicy("p", grants: try Self.grants(#"{"hosts": ["*"]}"#), requests: PluginRequests())
        #expect(policy.command(PluginCommand("x")).fetch == nil)
    }
}
