import Core
import GatewayAPI
import Glibc
import IO
import Settings
import Testing

@testable import Gateway

/// What is said at the start, and what stops it.
@Suite struct StartTests {
    private func configuration(_ flags: [Setting: String]) throws -> Configuration {
        try Configuration.resolve(
            flags: flags, environment: [:], dotEnv: nil, surroundings: Surroundings(cores: 1, isTerminal: false)
        ).configuration
    }

    @Test(
        arguments: [
            ([.sandbox: "true"], "http://localhost:8123", ["emulator", "LUMA_API_KEY"], ["secret"]),
            (
                [.apiKey: "secret"], "http://localhost:8123", ["https://public-api.luma.com", "real"],
                ["emulator", "secret"]
            ),
            (
                [.sandbox: "true", .host: "0.0.0.0", .allowExternal: "true"], "http://localhost:8123",
                ["emulator", "LUMA_ALLOWED_HOSTS"], ["0.0.0.0"]
            ),
            (
                [.sandbox: "true", .host: "0.0.0.0", .allowExternal: "true", .allowedHosts: "luma.example"],
                "http://localhost:8123", ["emulator"], ["LUMA_ALLOWED_HOSTS"]
            ),
            ([.sandbox: "true", .host: "::1"], "http://[::1]:8123", ["emulator"], []),
        ] as [([Setting: String], String, [String], [String])])
    func theBannerSaysWhereAndAgainstWhat(
        flags: [Setting: String], url: String, words: [String], absent: [String]
    ) throws {
        let sockets = try ListenSocket.open(host: "127.0.0.1", port: 0)[0]
        defer { for socket in sockets { close(socket.descriptor) } }
        let port = String(sockets[0].address.port)
        let settings = try configuration(flags)
        let text = Banner.gateway(settings, url: Banner.url(settings, sockets))
        let expected = url.replacing("8123", with: port)
        #expect(text.contains("listening on \(expected)\n"), "\(text)")
        #expect(text.contains("curl '\(expected)/events/?limit=3'"))
        for word in words { #expect(text.contains(word), "\(text)") }
        for word in absent { #expect(!text.contains(word), "\(text)") }
    }

    @Test func aPortInUseAndAForeignAddressSayWhatToDo() throws {
        let sockets = try ListenSocket.open(host: "127.0.0.1", port: 0)[0]
        defer { for socket in sockets { close(socket.descriptor) } }
        let host = try #require(HostName("127.0.0.1"))
        let port = try #require(UInt16(exactly: sockets[0].address.port))
        let taken = #expect(throws: StartFailure.self) { try Listening.open(host: host, port: port, loops: 1) }
        #expect(taken?.kind == .unavailable)
        #expect(taken?.description.contains("127.0.0.1:\(port) is already in use") == true)
        let foreign = try #require(HostName("192.0.2.1"))
        let unknown = #expect(throws: StartFailure.self) { try Listening.open(host: foreign, port: 0, loops: 1) }
        #expect(unknown?.description == "192.0.2.1 is not an address of this machine.")
    }

    @Test func theLimitOfOpenFilesIsRaisedAndToldWhereItIsTooLow() throws {
        let raised = try #require(DescriptorLimit.raise())
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #expect(limit.rlim_cur == limit.rlim_max)
        #expect(raised == Int(clamping: limit.rlim_max))
        #expect(DescriptorLimit.warning(limit: 20_000, connections: 10_000, calls: 128) == nil)
        let warning = try #require(DescriptorLimit.warning(limit: 1024, connections: 10_000, calls: 128))
        #expect(warning.contains("LUMA_MAX_CONNECTIONS is 10000") && warning.contains("1024"))
        #expect(warning.contains("enough for 832"))
        #expect(DescriptorLimit.warning(limit: 100, connections: 1, calls: 128)?.contains("enough for 0") == true)
    }
}
