import Core
import Foundation
import Testing

/// HTTPS with the real binary, against curl, `openssl s_client` and Python's ssl module.
@Suite struct TLSJourneyTests {
    /// Two pairs for localhost: `first.cert`, `first.key`, `second.…`; `live.…` is a copy of the first.
    final class Certificates {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)

        init() async throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in ["first", "second"] {
                let made = try await run(
                    "openssl",
                    [
                        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                        "\(name).key", "-out", "\(name).cert", "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    ], folder: folder)
                #expect(made.code == 0, "\(made.err)")
            }
            for kind in ["cert", "key"] {
                try FileManager.default.copyItem(at: file("first." + kind), to: file("live." + kind))
            }
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
        func path(_ name: String) -> String { file(name).path }
    }

    /// A gateway that serves `live`, with its port.
    private func start(
        _ certificates: Certificates, _ environment: [String: String] = [:]
    ) async throws -> (program: Program, port: String) {
        let settings = [
            "LUMA_SANDBOX": "true", "LUMA_PORT": "0", "LUMA_WORKERS": "2", "LUMA_LOG_FORMAT": "json",
            "LUMA_TLS_CERT": certificates.path("live.cert"), "LUMA_TLS_KEY": certificates.path("live.key"),
        ]
        let program = try Program(["serve"], environment: settings.merging(environment) { $1 })
        let address = try await program.address()
        #expect(address.hasPrefix("https://localhost:"))
        return (program, try #require(address.split(separator: ":").last.map(String.init)))
    }

    private func end(_ program: Program) async throws {
        program.signal(SIGTERM)
        #expect(try await program.exitCode() == 0)
    }

    private func driver(_ arguments: String...) async throws {
        let result = try await runDriver("tls.py", arguments)
        #expect(result.code == 0, "\(arguments[0]): \(result.err)")
    }

    private func sClient(_ port: String, _ arguments: [String]) async throws -> String {
        let result = try await run("openssl", ["s_client", "-connect", "127.0.0.1:\(port)"] + arguments)
        return result.out + result.err
    }

    @Test func theCommandLineWantsACertificateThatItTrusts() async throws {
        let certificates = try await Certificates()
        let (program, port) = try await start(certificates)
        let address = "https://localhost:\(port)"
        for trust in [["--ca-file", certificates.path("first.cert")], []] {
            let environment = trust.isEmpty ? ["LUMA_CA_FILE": certificates.path("first.cert")] : [:]
            let list = try await events(address, ["list", "--json"] + trust, environment: environment)
            #expect(list.code == 0 && list.json?["entries"]?.arrayValue?.isEmpty == false, "\(list.err)")
        }
        let stranger = try await events(address, ["list"])
        #expect(stranger.code == 69 && stranger.out.isEmpty && stranger.err.contains("tls_failed"), "\(stranger.err)")
        try await end(program)
    }

    @Test func curlIsServedAndPlainHTTPIsToldSo() async throws {
        let certificates = try await Certificates()
        let (program, port) = try await start(certificates)
        let trust = ["--cacert", certificates.path("first.cert")]
        let answer = try await curl(trust + ["https://localhost:\(port)/health/live"])
        #expect(answer.status == 200)
        #expect(answer.body == #"{"status":"alive"}"#)
        #expect(try await curl(trust + ["--http1.0", "https://localhost:\(port)/health/live"]).status == 200)
        #expect(try await curl(trust + ["--http2", "https://localhost:\(port)/health/live"]).status == 200)
        // An https URL as a target is for a connection like this one (RFC 9110 §7.4).
        let target = ["--request-target", "https://localhost/health/live", "https://localhost:\(port)/"]
        #expect(try await curl(trust + target).status == 200)
        #expect(try await curl("https://localhost:\(port)/health/live").exitCode == 60)
        for method in ["GET", "POST", "PATCH", "DELETE"] {
            let plain = try await curl("-X", method, "-d", "{}", "http://localhost:\(port)/events/")
            #expect(plain.status == 400)
            #expect(plain.json?["details"]?["problem"] == "tls_required")
        }
        try await end(program)
    }

    @Test func versionsAndProtocolsAreAsTheyShouldBe() async throws {
        let certificates = try await Certificates()
        let (program, port) = try await start(certificates)
        for (flag, name) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
            let text = try await sClient(port, [flag, "-alpn", "h2,http/1.1"])
            #expect(text.contains("New, \(name)"), "\(text)")
            #expect(text.contains("ALPN protocol: http/1.1"), "\(text)")
            #expect(text.contains("Compression: NONE"), "\(text)")
        }
        for flag in ["-tls1_1", "-tls1"] {
            let text = try await sClient(port, [flag, "-cipher", "DEFAULT@SECLEVEL=0"])
            #expect(text.contains("alert protocol version"), "\(text)")
        }
        #expect(try await sClient(port, ["-alpn", "h2"]).contains("alert no application protocol"))
        for cipher in ["AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA"] {
            let text = try await sClient(port, ["-tls1_2", "-cipher", cipher])
            #expect(text.contains("alert handshake failure"), "\(cipher): \(text)")
        }
        try await end(program)
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"]) func aSessionIsResumedOnAnyLoop(version: String) async throws {
        let certificates = try await Certificates()
        let (program, port) = try await start(certificates)
        let file = certificates.path("session")
        let request = "printf 'GET /health/live HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n'"
        let first = try await run(
            "bash",
            ["-c", "\(request) | openssl s_client -connect 127.0.0.1:\(port) \(version) -ign_eof -sess_out \(file)"])
        #expect(first.out.contains(#"{"status":"alive"}"#))
        // The kernel spreads them over both loops.
        for _ in 0..<8 {
            let text = try await sClient(port, [version, "-sess_in", file])
            #expect(text.contains("Reused, "), "\(text)")
        }
        try await end(program)
    }

    @Test(arguments: ["pipelined", "slow_reader", "crowd", "endings"])
    func clientsOfAllKindsAreServed(scenario: String) async throws {
        let certificates = try await Certificates()
        let (program, port) = try await start(
            certificates, ["LUMA_RATE_LIMIT_GET_REQUESTS": "1000000", "LUMA_RATE_LIMIT_ADAPTIVE": "false"])
        try await driver(scenario, port, certificates.path("first.cert"))
        try await eventually("no connection is left") { try openConnections(port: port) == 0 }
        try await end(program)
    }

    @Test func aHandshakeHasItsTime() async throws {
        let certificates = try await Certificates()
        let (program, port) = try await start(certificates, ["LUMA_HEADER_TIMEOUT_SECONDS": "0.7"])
        try await driver("slow_handshake", port, certificates.path("first.cert"))
        try await end(program)
    }

    /// In OpenSSL's words, at most a line a second.
    @Test func failedHandshakesAreLoggedButDoNotFillTheLog() async throws {
        let certificates = try await Certificates()
        let (program, port) = try await start(certificates, ["LUMA_WORKERS": "1"])
        for _ in 0..<20 { _ = try await sClient(port, ["-tls1_2", "-cipher", "AES128-SHA"]) }
        try await eventually("they are logged") {
            program.standardError.contains("More TLS handshakes failed")
        }
        let lines = program.standardError.split(separator: "\n").filter { $0.contains("handshake") }
        #expect(lines.count < 15, "\(lines)")
        #expect(lines.first?.contains("no shared cipher") == true, "\(lines)")
        #expect(lines.first?.contains(#""peer":"127.0.0.1""#) == true, "\(lines)")
        try await end(program)
    }

    @Test func theCertificateIsExchangedWithoutDroppingAConnection() async throws {
        let certificates = try await Certificates()
        let (program, port) = try await start(certificates)
        try await driver("reload", port, "\(program.identifier)", certificates.folder.path)
        try await eventually("the bad pair is logged") {
            program.standardError.contains("LUMA_TLS_KEY") && program.standardError.contains("does not match")
        }
        #expect(!program.standardError.contains("PRIVATE KEY"))
    }

    @Test func whatCannotBeServedStopsTheStart() async throws {
        let certificates = try await Certificates()
        let expired = try await run(
            "openssl",
            ["x509", "-in", "first.cert", "-signkey", "first.key", "-days", "-1", "-out", "expired.cert"],
            folder: certificates.folder)
        #expect(expired.code == 0)
        let cases: [(cert: String, key: String, setting: String, words: String)] = [
            ("none.cert", "first.key", "LUMA_TLS_CERT", "No such file"),
            ("first.cert", "none.key", "LUMA_TLS_KEY", "No such file"),
            ("first.key", "first.key", "LUMA_TLS_CERT", "no usable certificate"),
            ("first.cert", "first.cert", "LUMA_TLS_KEY", "no usable private key"),
            ("first.cert", "second.key", "LUMA_TLS_KEY", "does not match"),
            ("expired.cert", "first.key", "LUMA_TLS_CERT", "has expired"),
            ("first.cert", "", "LUMA_TLS_KEY", "missing"),
        ]
        for (cert, key, setting, words) in cases {
            var environment = ["LUMA_SANDBOX": "true", "LUMA_PORT": "0", "LUMA_TLS_CERT": certificates.path(cert)]
            if !key.isEmpty { environment["LUMA_TLS_KEY"] = certificates.path(key) }
            let program = try Program(["serve"], environment: environment)
            #expect(try await program.exitCode() == 78, "\(cert) \(key)")
            #expect(program.standardError.contains(setting), "\(program.standardError)")
            #expect(program.standardError.contains(words), "\(program.standardError)")
        }
    }
}
