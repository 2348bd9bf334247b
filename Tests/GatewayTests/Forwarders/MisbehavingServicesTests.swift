import Core
import GatewayAPI
import IOTestKit
import Settings
import TestKit
import Testing

@testable import Gateway

/// The built-in services on a server that misbehaves: each call fails in words of its own, and nothing else does.
@Suite struct MisbehavingServicesTests {
    struct Misbehaviour: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The code of a call that only reads, and of one that may have changed something.
        let reading: String
        let writing: String
        /// What follows a request; then the connection ends.
        let answer: @Sendable (SocketServer.Connection) -> Void

        init(
            _ name: String, _ reading: String, _ writing: String? = nil,
            answer: @escaping @Sendable (SocketServer.Connection) -> Void
        ) {
            testDescription = name
            self.reading = reading
            self.writing = writing ?? reading
            self.answer = answer
        }
    }

    /// A connection that ends without a word may be lost to the next request already.
    private static let last = "Connection: close\r\n"
    private static let json = last + "Content-Type: application/json\r\n"

    static let misbehaviours = [
        Misbehaviour("a body that is cut", "upstream_unreachable", "outcome_unknown") {
            $0.write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"a\":")
        },
        Misbehaviour("no answer", "upstream_unreachable", "outcome_unknown") { _ in },
        Misbehaviour("a reset", "upstream_unreachable", "outcome_unknown") { $0.resetOnClose() },
        Misbehaviour("no HTTP", "invalid_upstream", "outcome_unknown") { $0.write("SSH-2.0-OpenSSH_9.9\r\n") },
        Misbehaviour("too large", "upstream_too_large") {
            $0.write("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n{")
        },
        Misbehaviour("a page", "invalid_upstream") {
            $0.answer("<html>Sign in</html>", fields: last + "Content-Type: text/html\r\n")
        },
        Misbehaviour("half a document", "invalid_upstream") { $0.answer("{\"a\":", fields: Self.json) },
        Misbehaviour("too deep", "invalid_upstream") {
            $0.answer(String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000), fields: Self.json)
        },
        Misbehaviour("compressed unasked", "invalid_upstream") {
            $0.answer("{}", fields: Self.json + "Content-Encoding: gzip\r\n")
        },
        Misbehaviour("a redirect to elsewhere", "upstream_error") {
            $0.answer("", status: "302 Found", fields: last + "Location: http://127.0.0.1:1/\r\n")
        },
        Misbehaviour("an error", "upstream_error") {
            $0.answer("{}", status: "500 Internal Server Error", fields: Self.json)
        },
        Misbehaviour("a refusal", "upstream_auth") { $0.answer("{}", status: "401 Unauthorized", fields: Self.json) },
    ]

    @Test(arguments: misbehaviours) func eachFailureSaysWhatItIs(_ bad: Misbehaviour) async throws {
        let server = try SocketServer { connection in
            while let request = connection.read() {
                guard request.target == "/api/secure/client/user-login" else { return bad.answer(connection) }
                connection.answer("{}", fields: Self.json + "Set-Cookie: access_token=lumenore-token; Path=/\r\n")
            }
        }
        defer { server.stop() }
        let settings: [Setting: String] = [
            .gitHubToken: "ghp_0123456789abcdef", .gitHubURL: server.url, .lunaURL: server.url,
            .lumenoreURL: server.url, .lumenoreClient: "client-id-1", .lumenoreSecret: "lumenore-secret",
        ]
        let calls: [(tool: String, arguments: JSONObject, code: String)] = [
            ("list_issues", ["owner": "ada", "repo": "engine"], bad.reading),
            (
                "open_pr", ["owner": "ada", "repo": "engine", "head": "a", "base": "b", "title": "T"], bad.writing
            ),
            ("bw_remote", ["image_url": "https://x.example/a.png"], bad.writing),
            ("voice_speak", ["text": "Hello"], bad.writing),
            ("get_dataset_metadata", [:], bad.reading),
        ]
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            for (tool, arguments, code) in calls {
                let answer = try await gateway.ask("POST /tools/" + tool, [], .object(arguments))
                #expect(answer.json?["details"]?["code"]?.stringValue == code, "\(tool) \(answer.text)")
                #expect(answer.json?["details"]?["result"]?["isError"] == true, "\(tool) \(answer.text)")
            }
            #expect(try await gateway.ask("GET /health/live").status == 200)
            let told = await gateway.logLines().map { String(decoding: $0.encoded, as: UTF8.self) }.joined()
            for secret in ["ghp_0123456789abcdef", "lumenore-secret", "lumenore-token"] {
                #expect(!told.contains(secret))
            }
        }
    }
}
