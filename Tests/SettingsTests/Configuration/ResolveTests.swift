import Core
import Testing

@testable import Settings

@Suite struct ResolveTests {
    private func resolve(
        _ flags: [Setting: String] = [:], _ environment: [String: String] = [:], _ dotEnv: String? = nil
    ) throws(ConfigurationErrors) -> Resolution {
        try Configuration.resolve(
            flags: flags, environment: environment, dotEnv: dotEnv,
            surroundings: Surroundings(cores: 3, isTerminal: false))
    }

    private func errors(
        _ flags: [Setting: String] = [:], _ environment: [String: String] = [:], _ dotEnv: String? = nil
    ) throws -> ConfigurationErrors {
        try #require(throws: ConfigurationErrors.self) { try resolve(flags, environment, dotEnv) }
    }

    /// One mistake, one complaint: a key whose line cannot be read is not also missing.
    @Test(arguments: ["LUMA_API_KEY=\"open", "LUMA_API_KEY = k", "LUMA_SANDBOX= true"])
    func aLineThatCannotBeReadIsNotAlsoMissing(line: String) throws {
        #expect(try errors([:], [:], line).errors.map(\.source) == [.dotEnv(line: 1)])
    }

    /// What was sent must be given up before its effect counts as none.
    @Test(
        arguments: [
            ("60", 20), ("30", 20), ("29.7", 19.8), ("3", 2), ("0.1", 0.1 * 2 / 3), ("3600", 20),
        ] as [(String, Double)])
    func nothingMayArriveOnceAWriteCountsAsNotDone(settle: String, given: Double) throws {
        let memory = try resolve([:], ["LUMA_API_KEY": "k", "LUMA_SETTLE_SECONDS": settle]).configuration.memory
        #expect(abs(memory.userTimeoutSeconds - given) < 1e-9 && memory.userTimeoutSeconds < memory.settleSeconds)
    }

    @Test func defaultsAreTheDocumentedOnes() throws {
        let resolution = try resolve([:], ["LUMA_API_KEY": "k"])
        let configuration = resolution.configuration
        #expect(resolution.warnings.isEmpty)
        #expect(configuration.apiKey == Secret("k"))
        #expect(configuration.calendarID == nil)
        #expect(!configuration.usesSandbox)
        #expect(configuration.baseURL.text == "https://public-api.luma.com")
        #expect(configuration.host.text == "localhost")
        #expect(configuration.port == 8000)
        #expect(configuration.allowedHosts == AllowedHosts(["localhost"]))
        #expect(configuration.workers == 3)
        #expect(configuration.shutdownSeconds == 20)
        #expect(
            configuration.limits
                == Configuration.Limits(
                    maxBodyBytes: 1_048_576, maxConnections: 10000, headerTimeoutSeconds: 10, bodyTimeoutSeconds: 30,
                    idleTimeoutSeconds: 75, writeTimeoutSeconds: 30))
        #expect(
            configuration.rateLimit
                == Configuration.RateLimit(
                    getRequests: 500, postRequests: 100, windowSeconds: 300, blockSeconds: 60, adaptive: true,
                    maxWaitSeconds: 20))
        #expect(
            configuration.calls
                == Configuration.Calls(
                    requestTimeoutSeconds: 30, connectTimeoutSeconds: 5, maxRetries: 3, backoffFactor: 2,
                    connections: 64, healthIntervalSeconds: 30, breakerFailures: 5, breakerSeconds: 10))
        #expect(
            configuration.cache == Configuration.Cache(freshSeconds: 5, staleSeconds: 300, maxBytes: 8_388_608))
        #expect(configuration.templatesDirectory == nil)
        #expect(!configuration.debug)
        #expect(configuration.logFormat == .json)
        #expect(configuration.logFile == nil)
    }

    /// The documented name is the name read: each variable alone changes what it says.
    @Test(arguments: SettingTable.table.map(\.setting)) func everyNameIsRead(setting: Setting) throws {
        let other: [Setting: String] = [
            .apiKey: "other", .calendarID: "cal-other", .sandbox: "true", .baseURL: "https://other.example",
            .host: "127.0.0.9", .allowedHosts: "other.example", .logFormat: "text", .logFile: "other", .workers: "9",
            .templatesDirectory: "other", .rateLimitAdaptive: "false", .debug: "true", .retryBackoffFactor: "3",
            .maxRetries: "9", .maxBodyBytes: "9999", .shutdownSeconds: "9", .connectTimeoutSeconds: "9",
            .reusePort: "true", .sandboxFaults: "reset", .authTokens: "a:read:0123456789abcdefghij",
            .toolsets: #"{"events": ["list_*"]}"#,
            .readOnly: "true", .cancelConfirmation: "form", .allowedOrigins: "https://other.example",
            .pluginsStrict: "false", .lunaEndpoint: "true", .apiKeys: "true", .trustedProxies: "10.0.0.0/8",
            .keysSecret: "0123456789abcdefghij",
        ]
        let text = other[setting] ?? "99"
        let name = setting.rawValue
        if setting == .allowExternal {
            #expect(throws: ConfigurationErrors.self) { try resolve([.host: "0.0.0.0"], ["LUMA_API_KEY": "k"]) }
            #expect(throws: Never.self) {
                try resolve([.host: "0.0.0.0"], ["LUMA_API_KEY": "k", name: "true"])
            }
            return
        }
        var key = ["LUMA_API_KEY": "k"]
        // One of the two alone is refused.
        if [.tlsCertificate, .tlsKey].contains(setting) {
            key.merge([Setting.tlsCertificate.rawValue: "c", Setting.tlsKey.rawValue: "k"]) { $1 }
        }
        // The others say something of the plugins in it.
        if [.pluginsFile, .pluginsPython, .pluginsStrict].contains(setting) {
            key[Setting.pluginsDirectory.rawValue] = "plugins"
        }
        if [.keysSecret, .keysStaleSeconds, .maxKeys, .auditDays].contains(setting) {
            key[Setting.apiKeys.rawValue] = "true"
        }
        let plain = "\(printed(try resolve([:], key).configuration))"
        let byEnvironment = try resolve([:], key.merging([name: text]) { $1 }).configuration
        let byFlag = try resolve([setting: text], key).configuration
        let byFile = try resolve([:], key.filter { $0.key != name }, "\(name)='\(text)'").configuration
        for changed in [byEnvironment, byFlag, byFile] { #expect(printed(changed) != plain) }
        #expect(printed(byEnvironment) == printed(byFlag) && printed(byFlag) == printed(byFile))
    }

    private func printed(_ configuration: Configuration) -> String {
        "\(configuration) \(configuration.apiKey?.reveal() ?? "")"
    }

    @Test func flagBeatsEnvironmentBeatsFileBeatsDefault() throws {
        let file = "LUMA_PORT=3\nLUMA_SANDBOX=true"
        #expect(try resolve([.port: "1"], ["LUMA_PORT": "2"], file).configuration.port == 1)
        #expect(try resolve([:], ["LUMA_PORT": "2"], file).configuration.port == 2)
        #expect(try resolve([:], [:], file).configuration.port == 3)
        #expect(try resolve([:], [:], "LUMA_SANDBOX=true").configuration.port == 8000)
    }

    @Test func anotherNameIsReadWhereTheOwnIsNotGiven() throws {
        let key = ["LUMA_API_KEY": "k"]
        func directory(_ environment: [String: String], _ file: String? = nil) throws -> String? {
            let resolution = try resolve([:], environment.merging(key) { $1 }, file)
            #expect(resolution.warnings == [])
            return resolution.configuration.plugins?.directory
        }
        #expect(try directory([:]) == nil)
        #expect(try directory(["MCP_PLUGINS_DIR": "a"]) == "a")
        #expect(try directory(["MCP_PLUGINS_DIR": "a", "LUMA_PLUGINS_DIR": "b"]) == "b")
        #expect(try directory(["MCP_PLUGINS_DIR": "a", "LUMA_PLUGINS_DIR": ""]) == "a")
        #expect(try directory([:], "MCP_PLUGINS_DIR=a") == "a")
        #expect(try directory(["MCP_PLUGINS_DIR": "b"], "LUMA_PLUGINS_DIR=a") == "b")
    }

    @Test func whatIsSaidOfPluginsNeedsTheirDirectory() throws {
        let resolution = try resolve([:], ["LUMA_API_KEY": "k", "LUMA_PLUGINS_FILE": "x"])
        #expect(resolution.configuration.plugins == nil)
        #expect(resolution.warnings == ["LUMA_PLUGINS_FILE has no effect without LUMA_PLUGINS_DIR."])
    }

    @Test func whatOtherServicesAreCalledWithIsFoundByItsName() throws {
        let resolution = try resolve(
            [.lunaURL: "http://luna.internal:8000"],
            ["LUMA_API_KEY": "k", "GITHUB_TOKEN": "ghp_12345678", "SERVER_URL": "notaURL?nomatter"],
            "LUMENORE_CLIENT_ID=client\nLUMENORE_SECRET=secret")
        let forwarders = resolution.configuration.forwarders
        #expect(resolution.warnings == [] && forwarders.directory == nil)
        #expect(
            forwarders.values.mapValues { $0.reveal() } == [
                "LUNA_URL": "http://luna.internal:8000", "GITHUB_TOKEN": "ghp_12345678",
                "SERVER_URL": "notaURL?nomatter", "LUMENORE_CLIENT_ID": "client", "LUMENORE_SECRET": "secret",
            ])
        // The names are no reason to take another program's for a slip.
        #expect(try resolve([:], ["LUMA_API_KEY": "k"], "SERVER_URI=x\nGITHUB_TOKENS=y").warnings.count == 2)
        #expect(throws: ConfigurationErrors.self) {
            try resolve([:], ["LUMA_API_KEY": "k", "GITHUB_TOKEN": "two words"])
        }
    }

    @Test func whoLooksAtOtherServersNeedsTheirFileAndTheStateAlone() throws {
        let none = try Configuration.upstreams(flags: [:], environment: ["LUMA_DATA_DIR": "d"], dotEnv: nil)
        #expect(none?.file == nil)
        let found = try Configuration.upstreams(
            flags: [.upstreamsFile: "a.json"], environment: ["LUMA_UPSTREAMS_FILE": "b.json", "LUMA_PORT": "nonsense"],
            dotEnv: "LUMA_DATA_DIR=d")
        #expect(found?.file == "a.json" && found?.dataDirectory == "d")
        #expect(
            try resolve([:], ["LUMA_API_KEY": "k", "LUMA_UPSTREAMS_FILE": "b"]).configuration.upstreamsFile == "b")
    }

    @Test func emptyCountsAsNotGiven() throws {
        let file = "LUMA_PORT=3\nLUMA_SANDBOX=true\nLUMA_LOG_FILE=x\nLUMA_WORKERS="
        #expect(try resolve([:], ["LUMA_PORT": ""], file).configuration.port == 3)
        #expect(try resolve([:], [:], file).configuration.workers == 3)
        #expect(try resolve([.logFile: ""], [:], file).configuration.logFile == nil)
        #expect(try errors([.port: ""], [:], file).errors.map(\.setting) == ["LUMA_PORT"])
    }

    @Test func aMissingKeyNamesBothWays() throws {
        let errors = try errors()
        #expect(errors.exitCode == 78)
        #expect(errors.errors.count == 1)
        #expect(errors.description.contains("LUMA_API_KEY"))
        #expect(errors.description.contains("LUMA_SANDBOX=true"))
        #expect(try self.errors([:], ["LUMA_API_KEY": ""]).exitCode == 78)
    }

    @Test func aCertificateAndItsKeyComeTogether() throws {
        let key = ["LUMA_API_KEY": "k"]
        #expect(try resolve([:], key).configuration.tls == nil)
        #expect(
            try resolve([.tlsCertificate: "c.pem", .tlsKey: "k.pem"], key).configuration.tls
                == Configuration.TLSFiles(certificate: "c.pem", key: "k.pem"))
        for (given, missing) in [(Setting.tlsCertificate, Setting.tlsKey), (.tlsKey, .tlsCertificate)] {
            let errors = try errors([given: "file"], key)
            #expect(errors.exitCode == 78)
            #expect(errors.errors.map(\.setting) == [missing.rawValue])
            #expect(errors.description.contains(given.rawValue))
        }
    }

    @Test func allBadValuesAreReportedAtOnce() throws {
        let errors = try errors(
            [.workers: "many"], ["LUMA_PORT": "99999", "LUMA_API_KEY": "sec ret", "LUMA_MAX_RETRIES": "-1"],
            "LUMA_RATE_LIMIT_ADAPTIVE=perhaps\nbroken line\nLUMA_PROT=1")
        #expect(errors.exitCode == 64)
        #expect(
            errors.errors.map(\.description) == [
                "LUMA_API_KEY = hidden, 7 characters (environment): expected 1 to 512 printable ASCII characters without spaces",
                "LUMA_PORT = \"99999\" (environment): expected a whole number from 0 to 65535",
                "LUMA_WORKERS = \"many\" (command line): expected a whole number from 1 to 256",
                "LUMA_RATE_LIMIT_ADAPTIVE = \"perhaps\" (.env line 1): expected true or false",
                "LUMA_MAX_RETRIES = \"-1\" (environment): expected a whole number from 0 to 10",
                ".env (.env line 2): expected NAME=value, a comment or a blank line",
                "LUMA_PROT (.env line 3): is not a setting; did you mean LUMA_PORT?",
            ])
        #expect(!errors.description.contains("sec ret"))
    }

    @Test func aMissingKeyAmongBadValuesExitsAsWrongUse() throws {
        #expect(try errors([:], ["LUMA_PORT": "x"]).exitCode == 64)
        #expect(try errors([:], ["LUMA_PORT": "x"]).errors.count == 2)
    }

    @Test func unknownNames() throws {
        let environment = ["LUMA_LUMA_API_KEY": "a", "LUMA_XYZZY_PLUGH": "b", "PATH": "c", "LUMA_SANDBOX": "true"]
        let resolution = try resolve([:], environment, "DATABASE_URL=x\nPORT=1\n")
        #expect(
            resolution.warnings
                == [
                    "LUMA_LUMA_API_KEY in the environment is not a setting and is ignored; did you mean LUMA_API_KEY?",
                    "LUMA_XYZZY_PLUGH in the environment is not a setting and is ignored",
                    "DATABASE_URL in .env line 1 is not a setting and is ignored",
                    "PORT in .env line 2 is not a setting and is ignored; did you mean LUMA_PORT?",
                ])
        #expect(try errors([:], environment, "LMUA_PORT=1\n").errors[0].setting == "LMUA_PORT")
        #expect(try errors([:], environment, "LUMA_XYZZY_PLUGH=1\n").errors[0].problem == "is not a setting")
    }

    @Test func theSandboxAndTheKey() throws {
        #expect(try resolve([.sandbox: "auto"]).configuration.usesSandbox)
        #expect(try !resolve([.sandbox: "auto", .apiKey: "k"]).configuration.usesSandbox)
        let both = try resolve([.sandbox: "true", .apiKey: "k", .baseURL: "https://other.example"])
        #expect(both.configuration.usesSandbox)
        #expect(both.warnings.count == 2)
    }

    @Test(arguments: ["0.0.0.0", "::", "192.168.1.5", "gateway.example"])
    func aHostThatOthersCanReachNeedsTheSwitch(host: String) throws {
        let errors = try errors([.host: host, .apiKey: "k"])
        #expect(errors.exitCode == 64)
        #expect(errors.description.contains("LUMA_ALLOW_EXTERNAL=true"))
        let open = try resolve([.host: host, .apiKey: "k", .allowExternal: "true"]).configuration
        #expect(open.allowedHosts.allows("gateway.example") == (host == "gateway.example"))
    }

    @Test func theLogIsTextOnATerminalOnly() throws {
        func format(_ flags: [Setting: String], isTerminal: Bool) throws -> Configuration.LogFormat {
            try Configuration.resolve(
                flags: flags.merging([.apiKey: "k"]) { $1 }, environment: [:], dotEnv: nil,
                surroundings: Surroundings(cores: 1, isTerminal: isTerminal)
            ).configuration.logFormat
        }
        #expect(try format([:], isTerminal: true) == .text)
        #expect(try format([:], isTerminal: false) == .json)
        #expect(try format([.logFile: "x"], isTerminal: true) == .json)
        #expect(try format([.logFile: "x", .logFormat: "text"], isTerminal: false) == .text)
    }

    @Test func theConnectTimeoutFitsIntoTheRequestTimeout() throws {
        #expect(throws: Never.self) { try resolve([.apiKey: "k", .requestTimeoutSeconds: "2"]) }
        let errors = try errors([.apiKey: "k", .requestTimeoutSeconds: "2", .connectTimeoutSeconds: "3"])
        #expect(errors.errors.map(\.setting) == ["LUMA_CONNECT_TIMEOUT_SECONDS"])
    }

    @Test func valuesInErrorsAreShortAndPrintable() throws {
        let errors = try errors([.apiKey: "k", .port: "\u{1b}[2J" + String(repeating: "9", count: 500)])
        #expect(!errors.description.contains("\u{1b}"))
        #expect(errors.description.count < 250)
        let url = try self.errors([.apiKey: "k", .baseURL: "https://me:hush@luma.com"])
        #expect(!url.description.contains("hush"))
    }

    @Test func sandboxOptions() throws {
        #expect(
            try SandboxOptions.resolve(flags: [:])
                == SandboxOptions(
                    host: HostName("localhost")!, port: 9100, stateFile: nil, seed: nil, requestsPerMinute: 200))
        let options = try SandboxOptions.resolve(flags: [
            .sandboxHost: "0.0.0.0", .sandboxAllowExternal: "true", .sandboxPort: "0", .sandboxState: "s.json",
            .sandboxSeed: "7", .sandboxRateLimit: "5", .sandboxFault: "reset", .sandboxCertificate: "c.pem",
            .sandboxKey: "k.pem",
        ])
        #expect(
            options
                == SandboxOptions(
                    host: HostName("0.0.0.0")!, port: 0, stateFile: "s.json", seed: 7, requestsPerMinute: 5,
                    faults: "reset",
                    tls: Configuration.TLSFiles(certificate: "c.pem", key: "k.pem")))
        #expect(throws: ConfigurationErrors.self) { try SandboxOptions.resolve(flags: [.sandboxHost: "0.0.0.0"]) }
        let errors = try #require(throws: ConfigurationErrors.self) {
            try SandboxOptions.resolve(flags: [.sandboxPort: "x", .sandboxSeed: "-1"])
        }
        #expect(errors.errors.map(\.setting) == ["--port", "--seed"])
        let unfit = try #require(throws: ConfigurationErrors.self) {
            try SandboxOptions.resolve(flags: [.sandboxFault: "rest", .sandboxCertificate: "c.pem"]) { kind, text in
                guard case .faults = kind else { return nil }
                return text == "rest" ? "did you mean reset?" : nil
            }
        }
        #expect(unfit.errors.map(\.setting) == ["--fault", "--tls-key"])
        #expect(unfit.description.contains("did you mean reset?"))
    }
}
