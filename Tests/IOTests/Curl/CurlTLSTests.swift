import Foundation
import HTTP
import IO
import IOTestKit
import Testing

/// TLS against `openssl s_server` with a certificate made for the test.
@Suite struct CurlTLSTests {
    @Test func aCertificateOfOurOwnIsTrustedOnlyByItsFile() async throws {
        let server = try TLSServer()
        let stranger = try await CurlClient.make()
        let refused = await stranger.post("https://localhost:\(server.port)/", "a")
        #expect(refused.outcome == TransportError(.tlsFailed, neverSent: true))
        await stranger.stop()

        let file = server.certificate
        let friend = try await CurlClient.make { $0.caFile = file }
        let response = try await friend.get("https://localhost:\(server.port)/").get()
        #expect(response.status == 200)
        #expect(String(decoding: response.body, as: UTF8.self).contains("TLSv1.3"))
        // The certificate names localhost only.
        let misnamed = await friend.get("https://127.0.0.1:\(server.port)/")
        #expect(misnamed.outcome == TransportError(.tlsFailed, neverSent: true))
        await friend.stop()
        server.stop()
    }

    @Test func aServerThatIsTooOldIsRefused() async throws {
        let server = try TLSServer("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")
        let file = server.certificate
        let client = try await CurlClient.make { $0.caFile = file }
        let outcome = await client.get("https://localhost:\(server.port)/")
        #expect(outcome.outcome == TransportError(.tlsFailed, neverSent: true))
        await client.stop()
        server.stop()
    }

    @Test func aServerThatSpeaksNoTLSIsRefused() async throws {
        let server = try SocketServer { connection in
            connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            connection.waitForClose()
        }
        let client = try await CurlClient.make()
        let outcome = await client.post("https://127.0.0.1:\(server.port)/", "a")
        #expect(outcome.outcome == TransportError(.tlsFailed, neverSent: true))
        await client.stop()
        server.stop()
    }

    @Test func aHandshakeThatHangsMeetsTheConnectTimeout() async throws {
        let server = try SocketServer { $0.waitForClose() }
        let client = try await CurlClient.make { $0.connectTimeoutMilliseconds = 200 }
        let outcome = await client.post("https://127.0.0.1:\(server.port)/", "a")
        #expect(outcome.outcome == TransportError(.connectTimeout, neverSent: true))
        #expect(try await soon { server.closed == 1 })
        await client.stop()
        server.stop()
    }
}

/// `openssl s_server -www` on a free port, with a self-signed certificate for localhost.
private final class TLSServer {
    let port: Int
    let certificate: String
    private let process: Process
    private let directory: URL

    init(_ options: String...) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        certificate = directory.appendingPathComponent("certificate.pem").path
        let key = directory.appendingPathComponent("key.pem").path
        let maker = Self.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
            certificate, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
        try maker.run()
        maker.waitUntilExit()
        try #require(maker.terminationStatus == 0)
        process = Self.openssl(
            ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"] + options)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var text = ""
        while !text.contains("ACCEPT") || !text.hasSuffix("\n") {
            let data = pipe.fileHandleForReading.availableData
            try #require(!data.isEmpty, "openssl s_server ended: \(text)")
            text += String(decoding: data, as: UTF8.self)
        }
        let line = try #require(text.split(separator: "\n").last { $0.hasPrefix("ACCEPT") })
        port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
    }

    func stop() {
        // Not SIGTERM: a child of one of Dispatch's threads inherits their mask, in which it is blocked.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: directory)
    }

    private static func openssl(_ arguments: String...) -> Process { openssl(arguments) }

    private static func openssl(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }
}
