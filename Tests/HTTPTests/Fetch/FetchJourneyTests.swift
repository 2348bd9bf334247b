import Core
import HTTP
import Testing

/// What may be fetched, and where redirects may lead.
@Suite struct FetchJourneyTests {
    private static func rule(
        _ hosts: [String] = ["*"], private privateHosts: [String] = [], _ change: (inout FetchRule) -> Void = { _ in }
    ) throws -> FetchRule {
        var rule = FetchRule()
        rule.hosts = try hosts.map { try #require(FetchRule.Hosts($0)) }
        rule.privateHosts = try privateHosts.map { try #require(HostName($0)) }
        change(&rule)
        return rule
    }

    private func reason(_ address: String, _ rule: FetchRule) -> FetchFailure.Reason? {
        do throws(FetchFailure) {
            _ = try FetchJourney(address, by: rule)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func nothingIsGrantedToBeginWith() {
        #expect(reason("https://example.org/", FetchRule()) == .host)
    }

    @Test(
        arguments: [
            ("https://example.org/", nil), ("https://a.example.org:8443/", nil), ("https://8.8.8.8/", nil),
            ("http://example.org/", .plainHTTP), ("https://example.org:22/", .port),
            ("https://example.org:9000/", .port),
            ("https://localhost/", .network), ("https://LOCALHOST./", .network), ("https://a.localhost/", .network),
            ("https://127.0.0.1/", .network), ("https://127.8.9.1/", .network), ("https://[::1]/", .network),
            ("https://0.0.0.0/", .network), ("https://[::]/", .network), ("https://printer/", .network),
            ("https://printer.local/", .network), ("https://metadata.google.internal/", .network),
            ("https://router.home.arpa/", .network), ("https://nas.lan.example/", nil),
            ("ftp://example.org/", .malformed(.scheme)),
        ] as [(String, FetchFailure.Reason?)])
    func everyPublicHost(address: String, expected: FetchFailure.Reason?) throws {
        #expect(reason(address, try Self.rule()) == expected)
    }

    @Test(
        arguments: [
            ("https://example.org/", nil), ("https://a.example.org/", .host), ("https://b.example.net/", nil),
            ("https://a.b.example.net/", nil), ("https://example.net/", .host), ("https://evilexample.net/", .host),
            ("https://example.org.evil.net/", .host), ("https://8.8.8.8/", .host), ("https://EXAMPLE.org./", nil),
        ] as [(String, FetchFailure.Reason?)])
    func hostsThatAreNamed(address: String, expected: FetchFailure.Reason?) throws {
        #expect(reason(address, try Self.rule(["example.org", "*.example.net"])) == expected)
    }

    @Test func wordsForHosts() {
        for text in ["", "**", "*.", "*.*", "*.127.0.0.1", "*.[::1]", "https://example.org", "a/b", "example.*", "a b"]
        {
            #expect(FetchRule.Hosts(text) == nil, "\(text)")
        }
        for text in ["*", "*.example.org", "example.org", "192.0.2.1"] { #expect(FetchRule.Hosts(text)?.text == text) }
    }

    /// Whoever names a host opens what that host is, and no more.
    @Test func privateHostsAreNamedOneByOne() throws {
        let rule = try Self.rule(["*"], private: ["nas", "localhost", "10.0.0.8"]) { $0.ports.insert(9000) }
        func hop(_ address: String) throws -> [Bool] {
            let hop = try FetchJourney(address, by: rule).hop
            return [hop.allowsPrivate, hop.allowsLoopback]
        }
        #expect(try hop("https://nas:9000/") == [true, false])
        #expect(try hop("https://10.0.0.8/") == [true, false])
        #expect(try hop("https://localhost/") == [false, true])
        #expect(try hop("https://example.org/") == [false, false])
        // It is for an address to tell whether this one is private.
        #expect(try hop("https://10.0.0.9/") == [false, false])
        #expect(reason("https://127.0.0.1/", rule) == .network)
        #expect(reason("https://nas2/", rule) == .network)
    }

    // MARK: Redirects

    /// Follows redirects from `first` on.
    /// - Returns: where it ends, or why it does not.
    private func end(_ first: String, _ locations: [String?], _ rule: FetchRule) -> (String?, FetchFailure?, [Bool]) {
        do throws(FetchFailure) {
            var journey = try FetchJourney(first, by: rule)
            for location in locations { _ = try journey.follow(status: 302, location: location) }
            return (journey.hop.url.text, nil, [journey.hop.allowsPrivate, journey.hop.allowsLoopback])
        } catch {
            return (nil, error, [])
        }
    }

    @Test(
        arguments: [
            (["https://b.org/"], nil), (["/x"], nil), (["//b.org/", "/x", "?y"], nil), ([nil], .redirectToNowhere),
            (["http://a.org/"], .downgrade), (["https://127.0.0.1/"], .network), (["//127.0.0.1/"], .network),
            (["http://127.0.0.1/"], .downgrade), (["https://0.0.0.0/"], .network), (["https://localhost/"], .network),
            (["https://b.org/", "https://nas/"], .network), (["file:///etc/passwd"], .malformed(.scheme)),
            (["https://2130706433/"], .malformed(.host)), (["https://user@b.org/"], .malformed(.userInformation)),
            (["https://b.org:25/"], .port), (["/1", "/2", "/3", "/4", "/5"], nil),
            (["/1", "/2", "/3", "/4", "/5", "/6"], .redirects), (["", "", "", "", "", ""], .redirects),
        ] as [([String?], FetchFailure.Reason?)])
    func eachRedirectIsCheckedAnew(locations: [String?], expected: FetchFailure.Reason?) throws {
        let failure = end("https://a.org/", locations, try Self.rule()).1
        #expect(failure?.reason == expected)
        #expect(failure?.isRedirect != false && failure.map { $0.host?.text == "a.org" } != false)
        // What it leads to is not told.
        if let text = failure?.text {
            for part in ["127", "localhost", "nas", "b.org"] { #expect(!text.contains(part)) }
        }
    }

    @Test func fromPlainHTTPToTLSAndNotBack() throws {
        let rule = try Self.rule { $0.allowsPlainHTTP = true }
        #expect(end("http://a.org/", ["https://a.org/", "/x"], rule).0 == "https://a.org/x")
        #expect(end("http://a.org/", ["http://b.org/"], rule).0 == "http://b.org/")
        #expect(end("http://a.org/", ["https://a.org/", "http://a.org/"], rule).1?.reason == .downgrade)
    }

    /// A host in a private network is open to whoever names it, never to a server that redirects there.
    @Test func noRedirectLeadsIntoAPrivateNetwork() throws {
        let rule = try Self.rule(["*"], private: ["nas", "localhost", "10.0.0.8"])
        #expect(end("https://nas/", ["/x"], rule).2 == [true, false])
        #expect(end("https://a.org/", ["https://nas/"], rule).1?.reason == .network)
        #expect(end("https://a.org/", ["https://localhost/"], rule).1?.reason == .network)
        #expect(end("https://nas/", ["https://localhost/"], rule).1?.reason == .network)
        // By its address it may be asked for; that this is private is then told by the address.
        #expect(end("https://a.org/", ["https://10.0.0.8/"], rule).2 == [false, false])
        // Also not back to where it has come from.
        #expect(end("https://nas/", ["https://a.org/", "https://nas/"], rule).1?.reason == .network)
        #expect(end("https://nas/", ["https://a.org/"], rule).2 == [false, false])
    }

    @Test(arguments: [200, 204, 300, 304, 305, 306, 404, 500]) func otherAnswersAreNoRedirects(status: Int) throws {
        var journey = try FetchJourney("https://a.org/", by: try Self.rule())
        #expect(try !journey.follow(status: status, location: "https://b.org/"))
        #expect(journey.hop.url.text == "https://a.org/")
    }

    @Test(arguments: [301, 302, 303, 307, 308]) func theseAreRedirects(status: Int) throws {
        var journey = try FetchJourney("https://a.org/", by: try Self.rule())
        #expect(try journey.follow(status: status, location: "https://b.org/"))
        #expect(journey.hop.url.text == "https://b.org/" && journey.redirects == 1)
    }
}
