import Core
import Foundation
import HTTP
import IOTestKit
import Testing

@testable import IO

/// Fetches over real sockets, from servers that mean no good.
@Suite struct FileFetchTests {
    /// Everything public, and this machine by the names that are given.
    static func rule(
        _ ports: Int..., private hosts: [String] = ["127.0.0.1"], _ change: (inout FetchRule) -> Void = { _ in }
    ) throws -> FetchRule {
        var rule = FetchRule()
        rule.hosts = [.any]
        rule.privateHosts = try hosts.map { try #require(HostName($0)) }
        rule.allowsPlainHTTP = true
        rule.ports = Set(ports)
        change(&rule)
        return rule
    }

    private static let png: [UInt8] =
        [0x89] + "PNG\r\n\u{1a}\n".utf8 + [0, 0, 0, 13] + "IHDR".utf8 + [0, 0, 0, 4, 0, 0, 0, 4, 8, 2, 0, 0, 0]

    /// One that answers each request with these octets, and keeps the connection.
    static func serving(_ body: [UInt8], _ fields: String, status: String = "200 OK") throws -> SocketServer {
        try SocketServer { connection in
            while connection.read() != nil {
                connection.write(
                    Array("HTTP/1.1 \(status)\r\nContent-Length: \(body.count)\r\n\(fields)\r\n".utf8) + body)
            }
        }
    }

    // MARK: What is fetched

    @Test func aFileArrivesWhole() async throws {
        let body = Self.png + [UInt8](repeating: 7, count: 300_000)
        let server = try Self.serving(body, "Content-Type: image/png; x=y\r\nSet-Cookie: a=b\r\n")
        try await FetchClient.with { client in
            let rule = try Self.rule(server.port) { $0.types = ["image/png"] }
            let file = try await client.fetch(server.url + "/a?b=c", rule).get()
            #expect(file.bytes == body.count && file.mediaType == "image/png" && file.host.text == "127.0.0.1")
            #expect(client.octets == body)
            let mode = try FileManager.default.attributesOfItem(atPath: client.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            // Not over what is there.
            let other = await client.fetch(server.url + "/other", rule)
            #expect(other == .failure(FetchFailure(.storage, host: HostName("127.0.0.1"))))
            #expect(client.octets == body)
        }
        let request = try #require(server.requests.first)
        #expect(request.method == "GET" && request.target == "/a?b=c")
        for name in ["authorization", "cookie", "referer"] { #expect(request.field(name) == nil) }
        #expect(server.requests.last?.field("cookie") == nil)
        server.stop()
    }

    @Test func anEmptyFileIsOne() async throws {
        let server = try Self.serving([], "")
        try await FetchClient.with { client in
            let file = try await client.fetch(server.url, try Self.rule(server.port)).get()
            #expect(file.bytes == 0 && file.mediaType == nil)
            #expect(FileManager.default.fileExists(atPath: client.path))
        }
        server.stop()
    }

    @Test func redirectsWithinAHostAreFollowed() async throws {
        let server = try SocketServer { connection in
            while let request = connection.read() {
                switch request.target {
                case "/a/b": connection.answer("moved", status: "302 Found", fields: "Location: ../c#part\r\n")
                case "/c": connection.answer("", status: "308 Permanent Redirect", fields: "Location: ?d\r\n")
                default: connection.answer(request.target)
                }
            }
        }
        try await FetchClient.with { client in
            let file = try await client.fetch(server.url + "/a/b", try Self.rule(server.port)).get()
            #expect(file.bytes == 4 && client.octets == Array("/c?d".utf8))
        }
        #expect(server.requests.map(\.target) == ["/a/b", "/c", "/c?d"])
        // Nothing of one request is there for the next.
        #expect(server.connections == 3)
        server.stop()
    }

    // MARK: Where nothing is fetched from

    /// A server that may be asked sends the gateway to one that may not.
    @Test func noRedirectReachesThisMachine() async throws {
        let target = try SocketServer.answering()
        let port = target.port
        let places: [(String, [FetchFailure.Reason])] = [
            ("http://127.0.0.1:\(port)/", [.network]), ("//127.0.0.1:\(port)/", [.network]),
            ("http://127.9.9.9:\(port)/", [.network]), ("http://0.0.0.0:\(port)/", [.network]),
            ("http://10.0.0.1:\(port)/", [.network]), ("http://169.254.169.254:\(port)/", [.network]),
            ("http://2130706433:\(port)/", [.malformed(.host)]), ("http://0x7f000001:\(port)/", [.malformed(.host)]),
            ("http://017700000001:\(port)/", [.malformed(.host)]), ("http://127.1:\(port)/", [.malformed(.host)]),
            ("file:///etc/passwd", [.malformed(.scheme)]),
            ("http://a@127.0.0.1:\(port)/", [.malformed(.userInformation)]),
            // A kernel without IPv6 has no way there at all.
            ("http://[::1]:\(port)/", [.network]), ("http://[::ffff:7f00:1]:\(port)/", [.network, .unknownHost]),
            ("http://[64:ff9b::7f00:1]:\(port)/", [.network, .unknownHost]), ("http://[::]:\(port)/", [.network]),
        ]
        for (place, reasons) in places {
            let server = try Self.serving([], "Location: \(place)\r\n", status: "302 Found")
            try await FetchClient.with { client in
                let rule = try Self.rule(server.port, port, private: ["localhost"])
                let outcome = await client.fetch("http://localhost:\(server.port)/", rule)
                guard case .failure(let failure) = outcome else {
                    Issue.record("\(place) was fetched")
                    return
                }
                #expect(reasons.contains(failure.reason), "\(place): \(failure)")
                #expect(failure.isRedirect && failure.host?.text == "localhost")
                #expect(!failure.text.contains("127.") && !failure.text.contains("10.0"), "\(failure.text)")
            }
            server.stop()
        }
        #expect(target.connections == 0)
        target.stop()
    }

    @Test func redirectsHaveAnEnd() async throws {
        let server = try Self.serving([UInt8](repeating: 1, count: 5000), "Location: /again\r\n", status: "301 Moved")
        try await FetchClient.with { client in
            let rule = try Self.rule(server.port)
            #expect(await client.reason(server.url, rule) == .redirects)
        }
        #expect(server.requests.count == 1 + FetchRule.maxRedirects)
        server.stop()
    }

    @Test func aServerWithoutACertificateIsNotAsked() async throws {
        let server = try SocketServer { connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
            connection.waitForClose()
        }
        try await FetchClient.with { client in
            let reason = await client.reason("https://127.0.0.1:\(server.port)/", try Self.rule(server.port))
            #expect(reason == .insecure)
        }
        #expect(server.requests.isEmpty)
        server.stop()
    }

    // MARK: How much is fetched

    /// One that sends its head and then one piece after another until nobody listens.
    private static func endless(_ head: String, start: [UInt8] = [], _ piece: [UInt8], pause: Double = 0) throws
        -> SocketServer
    {
        try SocketServer { connection in
            guard connection.read() != nil else { return }
            connection.write(Array("HTTP/1.1 200 OK\r\n\(head)\r\n".utf8) + start)
            while connection.write(piece) { if pause > 0 { Thread.sleep(forTimeInterval: pause) } }
        }
    }

    static let piece = [UInt8](repeating: 1, count: 10_000)

    @Test func anEndlessBodyIsCutOff() async throws {
        let server = try Self.endless("", Self.piece)
        try await FetchClient.with { client in
            let reason = await client.reason(server.url, try Self.rule(server.port) { $0.maxBytes = 100_000 })
            #expect(reason == .tooLarge(100_000))
            #expect(try await soon { server.closed == 1 })
        }
        server.stop()
    }

    @Test func aSlowBodyMeetsTheEndOfItsTime() async throws {
        let slow = try Self.endless("", [1], pause: 0.02)
        let silent = try SocketServer.silent()
        try await FetchClient.with { client in
            for server in [slow, silent] {
                let reason = await client.reason(server.url, try Self.rule(server.port) { $0.seconds = 1 })
                #expect(reason == .overdue(1))
                #expect(try await soon { server.closed == 1 })
            }
        }
        slow.stop()
        silent.stop()
    }

    /// The time is one for all redirects.
    @Test func slowRedirectsMeetTheEndOfItsTime() async throws {
        let server = try SocketServer { connection in
            while let request = connection.read() {
                if request.target == "/3" { return connection.waitForClose() }
                let next = (Int(request.target.dropFirst()) ?? 0) + 1
                connection.answer("", status: "302 Found", fields: "Location: /\(next)\r\n")
            }
        }
        try await FetchClient.with { client in
            let rule = try Self.rule(server.port) { $0.seconds = 2 }
            guard case .failure(let failure) = await client.fetch(server.url + "/1", rule) else {
                Issue.record("it was fetched")
                return
            }
            #expect(failure.reason == .overdue(2) && failure.isRedirect && !failure.isRefusal)
        }
        server.stop()
    }

    @Test func whatALengthSaysIsNotBelieved() async throws {
        // (announced, sent, result)
        let cases: [(Int, Int, FetchFailure.Reason?)] = [
            (1 << 40, 0, .tooLarge(100_000)), (100_001, 100_001, .tooLarge(100_000)), (50_000, 10, .broken),
            (10, 5000, nil), (100_000, 100_000, nil),
        ]
        for (announced, sent, expected) in cases {
            let server = try SocketServer { connection in
                guard connection.read() != nil else { return }
                let head = "HTTP/1.1 200 OK\r\nContent-Length: \(announced)\r\n\r\n"
                connection.write(Array(head.utf8) + [UInt8](repeating: 1, count: sent))
                if sent == 0 { connection.waitForClose() } else { connection.finishSending() }
            }
            try await FetchClient.with { client in
                let rule = try Self.rule(server.port) { $0.maxBytes = 100_000 }
                #expect(await client.reason(server.url, rule) == expected, "\(announced) \(sent)")
                if expected == nil { #expect(client.octets.count == min(announced, sent)) }
            }
            server.stop()
        }
    }

    // MARK: What is fetched for an image

    /// Each is known by what comes first: the rest never ends.
    @Test func whatIsNoSuchImageIsNotReadToItsEnd() async throws {
        let large: [UInt8] = Array(Self.png[..<16]) + [0, 1, 0, 0, 0, 1, 0, 0, 8, 2, 0, 0, 0]
        let wide: [UInt8] = Array(Self.png[..<16]) + [0, 0, 0x17, 0x70, 0, 0, 0x17, 0x70, 8, 2, 0, 0, 0]
        let types = ["image/png", "image/jpeg"]
        let cases: [(String, [UInt8], FetchFailure.Reason)] = [
            ("image/png", large, .side(16_384)), ("image/png", wide, .pixels(25_000_000)),
            ("text/html", Self.png, .type(types)), ("image/png", Array("<!doctype html>".utf8), .content),
            ("image/png", Array("GIF89a\u{1}\u{1}\u{1}\u{1}\u{0}\u{0}".utf8), .type(types)),
            ("image/jpeg", [0xff, 0xd8, 0xff, 0xe0, 0, 0] + Self.piece, .content),
        ]
        for (type, start, expected) in cases {
            let server = try Self.endless("Content-Type: \(type)\r\n", start: start, Self.piece)
            try await FetchClient.with { client in
                let rule = try Self.rule(server.port) {
                    $0.types = types
                    $0.maxBytes = 1 << 30
                }
                #expect(await client.reason(server.url, rule) == expected, "\(type)")
                #expect(try await soon { server.closed == 1 })
            }
            server.stop()
        }
    }

    @Test(arguments: ["404 Not Found", "206 Partial Content", "204 No Content", "500 Oops", "401 Unauthorized"])
    func anotherStatusIsNoFile(status: String) async throws {
        let server = try Self.serving(
            status.hasPrefix("204") ? [] : Self.png, "Content-Type: image/png\r\n", status: status)
        let code = try #require(Int(status.prefix(3)))
        try await FetchClient.with { client in
            let reason = await client.reason(server.url, try Self.rule(server.port))
            #expect(reason == .status(code))
        }
        server.stop()
    }

    // MARK: Its end

    @Test func aFetchThatNobodyWaitsForEnds() async throws {
        let server = try SocketServer.silent()
        try await FetchClient.with { client in
            let rule = try Self.rule(server.port)
            let task = Task { await client.reason(server.url, rule) }
            #expect(try await soon { server.requests.count == 1 })
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(try await soon { server.closed == 1 })
        }
        server.stop()
    }

    @Test func theEndEndsAllFetches() async throws {
        let server = try SocketServer.silent()
        try await FetchClient.with { client in
            let rule = try Self.rule(server.port)
            let task = Task { await client.reason(server.url, rule) }
            #expect(try await soon { server.requests.count == 1 })
            await client.end()
            #expect(await task.value == .cancelled)
            #expect(await client.reason(server.url, rule) == .cancelled)
        }
        #expect(server.requests.count == 1)
        server.stop()
    }
}
