import Core
import Testing

@testable import ToolSources

/// What is kept of an upstream's definitions over a restart.
@Suite struct UpstreamOfferKeepingTests {
    /// Tells texts apart, as a digest does.
    private static let digest: ToolNames.Digest = { octets in
        var sum: UInt64 = 14_695_981_039_346_656_037
        for octet in octets { sum = (sum ^ UInt64(octet)) &* 1_099_511_628_211 }
        return withUnsafeBytes(of: sum) { Array($0) }
    }

    private static func entry(_ text: String) throws -> UpstreamEntry {
        let secrets = ["TOKEN": "first", "OTHER": "second", "URL": "https://docs.example/mcp"]
        let file = UpstreamFile.read(
            Array(#"{"format": 1, "upstreams": [\#(text)]}"#.utf8), lookup: ForwarderFixture.lookup(secrets))
        return try #require(file.entries.first, "\(file.readings.flatMap(\.problems))")
    }

    private static let http = #"""
        {"name": "docs", "url": "https://docs.example/mcp",
         "auth": {"kind": "header", "name": "authorization", "value": {"$secret": "TOKEN"}}}
        """#
    private static let stdio = #"""
        {"name": "files", "transport": "stdio", "command": ["/usr/bin/files-mcp", "--root", "/srv"],
         "paths": [{"path": "/srv"}], "env": {"REGION": "eu"}}
        """#

    private static let offer: UpstreamOffer = {
        var offer = UpstreamOffer()
        (offer.serverName, offer.serverVersion, offer.instructions) = ("docs", "1", "Use \u{202e} it.")
        offer.tools = [["name": "read", "inputSchema": ["type": "object", "maximum": 1.5]]]
        offer.prompts = [["name": "greet"]]
        offer.resources = [["uri": "notes://a", "name": "a"]]
        offer.templates = [["uriTemplate": "notes://{id}", "name": "note"]]
        offer.notes = ["its list of tools is longer than it may be"]
        return offer
    }()

    @Test(arguments: [http, stdio]) func whatIsKeptIsReadAgain(text: String) throws {
        let entry = try Self.entry(text)
        let kept = try #require(Self.offer.kept(of: entry, Self.digest))
        #expect(UpstreamOffer(kept: kept, of: entry, Self.digest) == Self.offer)
        #expect(!String(decoding: kept, as: UTF8.self).contains("first"), "the secret")
    }

    /// What it offers is cleaned and filtered anew: only what leads elsewhere makes it another server's.
    @Test(
        arguments: [
            (http, "https://docs.example/mcp", "https://docs.example/other", false), (http, "docs\"", "pages\"", false),
            (http, "header", "query", false), (http, "TOKEN", "OTHER", true),
            (http, "{\"name", "{\"era\":\"legacy\",\"name", false),
            (http, "{\"name", "{\"scope\":\"read\",\"name", true),
            (http, "{\"name", "{\"tools\":{\"deny\":[\"read\"]},\"name", true),
            (http, "\"https://docs.example/mcp\"", "{\"$env\": \"URL\"}", true),
            (stdio, "files-mcp", "other-mcp", false), (stdio, "--root", "--all", false),
            (stdio, "\"eu\"", "\"us\"", false),
            (stdio, "{\"path\": \"/srv\"}", "{\"path\": \"/srv\", \"write\": true}", false),
            (stdio, "\"eu\"", "{\"$secret\": \"TOKEN\"}", false),
        ] as [(String, String, String, Bool)])
    func anEntryThatLeadsElsewhereRevivesNothing(text: String, old: String, new: String, isSame: Bool) throws {
        let (entry, other) = (try Self.entry(text), try Self.entry(text.replacing(old, with: new)))
        #expect(other != entry || isSame)
        let kept = try #require(Self.offer.kept(of: entry, Self.digest))
        #expect((UpstreamOffer(kept: kept, of: other, Self.digest) != nil) == isSame)
    }

    @Test func whatIsTooLargeIsNotKept() throws {
        let entry = try Self.entry(Self.http)
        var offer = Self.offer
        offer.instructions = String(repeating: "x", count: UpstreamOffer.maxKeptBytes)
        #expect(offer.kept(of: entry, Self.digest) == nil)
    }

    @Test(arguments: ["", "{}", "[]", "{\"format\":1", "{\"format\":2}"]) func whatIsNoneIsNotRead(text: String) throws
    {
        #expect(UpstreamOffer(kept: Array(text.utf8), of: try Self.entry(Self.http), Self.digest) == nil)
    }
}
