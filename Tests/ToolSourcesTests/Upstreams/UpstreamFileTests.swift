import Core
import MCP
import Testing

@testable import ToolSources

@Suite struct UpstreamFileTests {
    private static func read(_ entries: String, _ settings: [String: String] = [:]) -> UpstreamFile {
        UpstreamFile.read(
            Array(#"{"format": 1, "upstreams": [\#(entries)]}"#.utf8), lookup: ForwarderFixture.lookup(settings))
    }

    @Test func anEntryOfEachKind() throws {
        let file = Self.read(
            #"""
            {"name": "docs", "url": {"$env": "DOCS_URL"},
             "auth": {"kind": "header", "name": "Authorization", "prefix": "Bearer ", "value": {"$secret": "DOCS_TOKEN"}},
             "tools": {"allow": ["search_*", "read_page"], "deny": ["*_delete"]}, "scope": "read", "pin": "block",
             "hints": {"read_page": {"read_only": true}}, "rename": {"read_page": "page"},
             "describe": {"read_page": "Reads a page."}, "scopes": {"search_all": "admin"},
             "limits": {"call_seconds": 5, "tools": 7}},
            {"name": "files", "transport": "stdio", "command": ["/usr/bin/files-mcp", "--root", "/srv/files"],
             "paths": [{"path": "/srv/files", "write": true}], "env": {"A": "b"}, "network": true, "era": "legacy"}
            """#, ["DOCS_URL": "https://docs.example/mcp?v=1", "DOCS_TOKEN": "t0p"])
        #expect(file.problems == [] && file.readings.flatMap(\.problems) == [])
        let docs = try #require(file.entries.first)
        guard case .http(let endpoint) = docs.way else { throw ForwarderFixture.Missing(name: "http") }
        #expect(endpoint.url == "https://docs.example/mcp?v=1")
        #expect(endpoint.auth == .field(name: "authorization", prefix: "Bearer ", Secret("t0p")))
        #expect(docs.tools.admits("search_all") && !docs.tools.admits("search_delete") && !docs.tools.admits("other"))
        #expect(docs.scope(of: "search_all") == .admin && docs.scope(of: "read_page") == .read)
        #expect(docs.hints(of: "read_page", annotations: nil).readOnly && docs.pin == .block)
        #expect(docs.rules["read_page"]?.name == "page" && docs.rules["read_page"]?.description == "Reads a page.")
        #expect(docs.limits.callSeconds == 5 && docs.limits.tools == 7 && docs.limits.listSeconds == 10)
        let files = file.entries[1]
        guard case .stdio(let child) = files.way else { throw ForwarderFixture.Missing(name: "stdio") }
        #expect(child.command == ["/usr/bin/files-mcp", "--root", "/srv/files"] && child.hasNetwork)
        #expect(child.paths.map(\.path) == ["/srv/files"] && child.variables.map(\.name) == ["A"])
        #expect(files.era == .legacy && files.scope == .write && files.pin == .warn)
    }

    @Test(
        arguments: [
            (#"{"url": "https://a.example/"}"#, #"/upstreams/0: needs the member "name""#),
            (#"{"name": "a"}"#, #"/upstreams/0: needs the member "url""#),
            (
                #"{"name": "a_b", "url": "https://a.example/"}"#,
                "/upstreams/0/name: must be a small letter and then at most 15 small letters or digits"
            ),
            (
                #"{"name": "a", "url": "http://a.example/"}"#,
                #"/upstreams/0/url: is not https, which needs "allow": {"plain_http": true}"#
            ),
            (
                #"{"name": "a", "url": "https://127.0.0.1/"}"#,
                #"/upstreams/0/url: is this machine, which needs "allow": {"loopback": true}"#
            ),
            (
                #"{"name": "a", "url": "https://u:p@a.example/"}"#,
                "/upstreams/0/url: must be an absolute URL: https://host/path, with a port if need be"
            ),
            (
                #"{"name": "a", "url": "https://a.example/x/../y"}"#,
                "/upstreams/0/url: has a path or query with a character that must be encoded, or an empty or dotted segment"
            ),
            (
                #"{"name": "a", "url": "https://a.example/", "tols": {}}"#,
                "/upstreams/0/tols: is not known; did you mean tools?"
            ),
            (
                #"{"name": "a", "transport": "stdio", "command": ["mcp"]}"#,
                "/upstreams/0/command/0: must be the absolute path of a program"
            ),
            (
                #"{"name": "a", "transport": "stdio", "command": ["/usr/bin/env", 7]}"#,
                "/upstreams/0/command/1: must be a string of at most 16384 bytes without NUL characters"
            ),
            (#"{"name": "a", "transport": "stdio"}"#, #"/upstreams/0: needs the member "command""#),
            (
                #"{"name": "a", "transport": "pipe", "url": "https://a.example/"}"#,
                "/upstreams/0/transport: must be one of http, stdio"
            ),
            (
                #"{"name": "a", "url": "https://a.example/", "auth": {"kind": "login", "request": {"method": "POST", "path": "/"}}}"#,
                nil
            ),
            (
                #"{"name": "a", "url": "https://a.example/", "limits": {"call_seconds": 60000}}"#,
                "/upstreams/0/limits/call_seconds: must be a whole number from 1 to 900"
            ),
            (
                #"{"name": "a", "url": "https://a.example/", "tools": {"allow": ["a b"]}}"#,
                "/upstreams/0/tools/allow/0: must be a pattern of letters, digits, _, -, . and the wildcards * and ?"
            ),
            (
                #"{"name": "a", "url": "https://a.example/", "approve_first": true}"#,
                #"/upstreams/0/approve_first: needs "pin": "block": nothing else hides what is not approved"#
            ),
            (
                #"{"name": "a", "url": "https://a.example/", "hints": {"t": {"read_only": true, "destructive": true}}}"#,
                "/upstreams/0/hints/t: a read-only tool cannot be destructive"
            ),
            (
                #"{"name": "a", "url": "https://a.example/", "rename": {"t": "a b"}}"#,
                "/upstreams/0/rename/t: must be a name of at most 40 letters, digits, _ and -"
            ),
            ("7", "/upstreams/0: must be an object"),
        ] as [(String, String?)])
    func whatIsWrongWithAnEntry(_ entry: String, _ line: String?) {
        let file = Self.read(entry + #", {"name": "good", "url": "https://good.example/mcp"}"#)
        #expect(file.entries.map(\.name) == ["good"], "the others of the file count all the same")
        let lines = file.readings[0].problems.map(\.line)
        if let line { #expect(lines == [line]) } else { #expect(!lines.isEmpty) }
    }

    /// No other command lists them, so the reason names all that fit.
    @Test func theReasonNamesEachProblem() {
        let file = Self.read(
            #"{"name": "a", "url": "https://a.example/", "pin": "blok", "era": "old"}"#
                + #", {"name": "b", "url": "https://b.example/", "q": 1, "r": 1, "s": 1, "t": 1, "u": 1, "v": 1}"#)
        let reasons = file.readings.map { $0.reason ?? "" }
        #expect(["pin", "era"].allSatisfy { reasons[0].contains("/upstreams/0/\($0): ") }, "\(reasons[0])")
        #expect(reasons[1].hasSuffix("; and 1 more problem"), "\(reasons[1])")
    }

    @Test func whatIsNotSetSwitchesAnEntryOff() {
        let file = Self.read(
            #"""
            {"name": "a", "url": {"$env": "A_URL"}},
            {"name": "b", "url": "https://b.example/", "auth": {"kind": "header", "value": {"$secret": "B_TOKEN"}}},
            {"name": "c", "url": "https://c.example/", "enabled": false}
            """#)
        #expect(file.entries.isEmpty)
        #expect(file.readings.map(\.reason) == ["not set: A_URL", "not set: B_TOKEN", "switched off (enabled)"])
        #expect(file.readings.flatMap(\.problems) == [])
    }

    @Test func aNameOfTwoIsNobodys() {
        let file = Self.read(
            #"{"name": "a", "url": "https://a.example/"}, {"name": "a", "url": "https://b.example/"}"#)
        #expect(file.entries.isEmpty)
        #expect(
            file.readings.map(\.reason) == [
                "/upstreams/0/name: is the name of another entry, so neither is offered",
                "/upstreams/1/name: is the name of another entry, so neither is offered",
            ])
    }

    @Test(arguments: [
        (#"{"upstreams": []}"#, #"the document: needs the member "format""#),
        (#"{"format": 2, "upstreams": []}"#, "/format: must be a whole number from 1 to 1"),
        (#"{"format": 1}"#, #"the document: needs the member "upstreams""#),
        ("[]", "the document: must be an object"),
        ("{", "the document: not valid JSON (unexpected end of input), at line 1, column 2"),
    ])
    func whatIsWrongAroundTheEntries(_ text: String, _ line: String) {
        let file = UpstreamFile.read(Array(text.utf8), lookup: ForwarderFixture.lookup([:]))
        #expect(file.readings.isEmpty && file.problems.count == 1)
        let told = file.problems.first?.line ?? ""
        // How the parser calls what is wrong is its own matter.
        #expect(told == line || text == "{" && told.hasPrefix("the document: not valid JSON ("))
    }

    @Test func aServersOwnHintsCountOnlyIfItIsTrusted() {
        var entry = UpstreamEntry(
            name: "a",
            way: .stdio(.init(command: ["/a"], sandbox: .standard, paths: [], variables: [], hasNetwork: false)))
        let own: JSON = ["readOnlyHint": true, "openWorldHint": false]
        #expect(entry.hints(of: "t", annotations: own) == .unknown)
        entry.trustsHints = true
        #expect(
            entry.hints(of: "t", annotations: own)
                == Tool.Hints(readOnly: true, destructive: false, idempotent: false, openWorld: false))
        entry.rules["t"] = .init(hints: .init(readOnly: false))
        #expect(!entry.hints(of: "t", annotations: own).readOnly)
    }
}
