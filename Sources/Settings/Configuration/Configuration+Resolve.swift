import Core

/// A configuration that may be used, and what its user should still hear.
public struct Resolution: Sendable {
    public var configuration: Configuration
    public var warnings: [String]
}

extension Configuration {
    /// Finds every setting: a flag beats the environment, which beats the `.env` file, which beats the default.
    ///
    /// Pure: the caller has read the files.
    /// - Parameter dotEnv: the text of the `.env` file, nil when there is none.
    /// - Throws: all problems at once.
    public static func resolve(
        flags: [Setting: String], environment: [String: String], dotEnv: String?, surroundings: Surroundings,
        checks: SettingChecks = { _, _ in nil }
    ) throws(ConfigurationErrors) -> Resolution {
        var warnings: [String] = []
        let (lines, problems) = DotEnv.parse(dotEnv ?? "")
        for name in environment.keys.sorted()
        where name.hasPrefix("LUMA_") && Setting(rawValue: name) == nil && !ClientVariable.names.contains(name) {
            warnings.append("\(name) in the environment is not a setting and is ignored\(suggestion(name))")
        }
        let sources = GivenText.sources(of: SettingTable.table, flags, environment, lines)
        var reader = SettingReader(SettingTable.table, sources: sources, checks)
        for problem in problems + unknownNames(lines, &warnings) { reader.report(problem) }

        let configuration = build(&reader, surroundings, &warnings)
        if let errors = ConfigurationErrors(reader.problems) { throw errors }
        return Resolution(configuration: configuration, warnings: warnings)
    }

    private static func build(
        _ reader: inout SettingReader, _ surroundings: Surroundings, _ warnings: inout [String]
    ) -> Configuration {
        let usesSandbox = checkUpstream(&reader, &warnings)
        let host = reader.host(.host)
        let access = readAccess(&reader)
        checkListener(host, &reader, asksForCredential: access.asksForCredential)
        checkTimes(&reader)
        let tls = readTLS(&reader, .tlsCertificate, .tlsKey)
        // A wildcard is no name; a request to it carries the name under which the machine is known.
        let ownName = host.isWildcard ? [] : [host.text]
        guard let baseURL = reader.text(.baseURL).flatMap(BaseURL.init) else {
            preconditionFailure("the row of LUMA_BASE_URL has no default")
        }
        let isOnTerminal = surroundings.isTerminal && reader.text(.logFile) == nil
        let defaultFormat: LogFormat = isOnTerminal ? .text : .json
        return Configuration(
            apiKey: reader.text(.apiKey).map(Secret.init),
            calendarID: reader.text(.calendarID),
            usesSandbox: usesSandbox,
            sandboxFaults: reader.text(.sandboxFaults),
            baseURL: baseURL,
            caFile: reader.text(.caFile),
            host: host,
            port: UInt16(reader.integer(.port)),
            allowsExternal: reader.boolean(.allowExternal) || access.asksForCredential,
            allowedHosts: AllowedHosts(ownName + reader.list(.allowedHosts)),
            access: access,
            tls: tls,
            sharesPort: reader.boolean(.reusePort),
            workers: reader.optionalInteger(.workers) ?? max(1, min(256, surroundings.cores)),
            shutdownSeconds: reader.number(.shutdownSeconds),
            limits: Limits(
                maxBodyBytes: reader.integer(.maxBodyBytes),
                maxConnections: reader.integer(.maxConnections),
                headerTimeoutSeconds: reader.number(.headerTimeoutSeconds),
                bodyTimeoutSeconds: reader.number(.bodyTimeoutSeconds),
                idleTimeoutSeconds: reader.number(.idleTimeoutSeconds),
                writeTimeoutSeconds: reader.number(.writeTimeoutSeconds)),
            rateLimit: RateLimit(
                getRequests: reader.integer(.rateLimitGetRequests),
                postRequests: reader.integer(.rateLimitPostRequests),
                windowSeconds: reader.number(.rateLimitWindowSeconds),
                blockSeconds: reader.number(.rateLimitBlockDurationSeconds),
                adaptive: reader.boolean(.rateLimitAdaptive),
                maxWaitSeconds: reader.number(.maxWaitSeconds)),
            calls: Calls(
                requestTimeoutSeconds: reader.number(.requestTimeoutSeconds),
                connectTimeoutSeconds: reader.number(.connectTimeoutSeconds),
                maxRetries: reader.integer(.maxRetries),
                backoffFactor: reader.number(.retryBackoffFactor),
                connections: reader.integer(.upstreamConnections),
                healthIntervalSeconds: reader.number(.healthIntervalSeconds),
                breakerFailures: reader.integer(.breakerFailures),
                breakerSeconds: reader.number(.breakerSeconds)),
            cache: Cache(
                freshSeconds: reader.number(.cacheSeconds),
                staleSeconds: reader.number(.cacheStaleSeconds),
                maxBytes: reader.integer(.cacheBytes)),
            memory: Memory(
                directory: reader.text(.dataDirectory), keyHours: reader.number(.idempotencyHours),
                duplicateWindowSeconds: reader.number(.duplicateWindowSeconds),
                settleSeconds: reader.number(.settleSeconds)),
            templatesDirectory: reader.text(.templatesDirectory),
            plugins: readPlugins(&reader, &warnings),
            forwarders: Forwarders(reader),
            upstreamsFile: reader.text(.upstreamsFile),
            debug: reader.boolean(.debug),
            logFormat: reader.text(.logFormat).flatMap(LogFormat.init) ?? defaultFormat,
            logFile: reader.text(.logFile))
    }

    /// Whether the sandbox answers; reports a missing key.
    private static func checkUpstream(_ reader: inout SettingReader, _ warnings: inout [String]) -> Bool {
        let hasKey = reader.text(.apiKey) != nil
        // What is no boolean is the word auto.
        let usesSandbox = reader.optionalBoolean(.sandbox) ?? !hasKey
        if usesSandbox {
            for setting in [Setting.apiKey, .calendarID, .baseURL, .caFile] where reader.given.contains(setting) {
                warnings.append("\(setting.rawValue) has no effect while the built-in sandbox is used.")
            }
        } else if reader.given.contains(.sandboxFaults) {
            warnings.append("\(Setting.sandboxFaults.rawValue) has no effect without the built-in sandbox.")
        }
        if !usesSandbox, !hasKey, reader.areRight(.apiKey, .sandbox) {
            reader.report(
                ConfigurationError(
                    Setting.apiKey.rawValue,
                    "is not set. Set LUMA_API_KEY to the API key of your Luma "
                        + "calendar (https://luma.com/calendar/manage/api-keys), or LUMA_SANDBOX=true to use the "
                        + "built-in emulator, which needs no account",
                    from: .combination, exitCode: 78))
        }
        return usesSandbox
    }

    private static func checkListener(_ host: HostName, _ reader: inout SettingReader, asksForCredential: Bool) {
        guard reader.areRight(.host, .allowExternal, .authTokens, .apiKeys), !host.isLoopback, !asksForCredential,
            !reader.boolean(.allowExternal)
        else { return }
        reader.report(
            ConfigurationError(
                Setting.host.rawValue, value: Neutral.quoted(host.text),
                "other machines could reach it without a token. Use localhost, set "
                    + "LUMA_AUTH_TOKENS, or set LUMA_ALLOW_EXTERNAL=true if a proxy in front of it authenticates",
                from: .combination))
    }

    /// A certificate and its key, or neither.
    fileprivate static func readTLS(
        _ reader: inout SettingReader, _ certificateSetting: Setting, _ keySetting: Setting
    ) -> TLSFiles? {
        guard reader.areRight(certificateSetting, keySetting) else { return nil }
        let (certificate, key) = (reader.text(certificateSetting), reader.text(keySetting))
        if let certificate, let key { return TLSFiles(certificate: certificate, key: key) }
        guard certificate != nil || key != nil else { return nil }
        let (given, missing): (Setting, Setting) =
            key == nil ? (certificateSetting, keySetting) : (keySetting, certificateSetting)
        reader.report(
            ConfigurationError(
                missing.rawValue,
                "is missing: HTTPS needs a certificate and its key, and \(given.rawValue) is set. Set both or neither",
                from: .combination, exitCode: 78))
        return nil
    }

    private static func checkTimes(_ reader: inout SettingReader) {
        guard reader.areRight(.connectTimeoutSeconds, .requestTimeoutSeconds),
            reader.number(.connectTimeoutSeconds) > reader.number(.requestTimeoutSeconds)
        else { return }
        // Only what the user wrote can be wrong: a short request timeout alone shortens the connect timeout's default.
        guard reader.given.contains(.connectTimeoutSeconds) else { return }
        reader.report(
            ConfigurationError(
                Setting.connectTimeoutSeconds.rawValue, value: String(reader.number(.connectTimeoutSeconds)),
                "must not be longer than LUMA_REQUEST_TIMEOUT_SECONDS, which is "
                    + String(reader.number(.requestTimeoutSeconds)),
                from: .combination))
    }

    // MARK: The .env file

    /// A name of ours that is misspelt is an error. A name that is nothing like ours belongs to another program that
    /// reads the same file: a warning.
    private static func unknownNames(_ lines: [DotEnv.Line], _ warnings: inout [String]) -> [ConfigurationError] {
        var problems: [ConfigurationError] = []
        for line in lines where Setting(rawValue: line.name) == nil && !aliases.contains(line.name) {
            if line.name.hasPrefix(Setting.prefix) || NearestName.suggest(for: line.name, among: ownNames) != nil {
                let problem = "is not a setting" + suggestion(line.name)
                problems.append(ConfigurationError(line.name, problem, from: .dotEnv(line: line.number)))
            } else {
                warnings.append(
                    "\(line.name) in .env line \(line.number) is not a setting and is ignored\(suggestion(line.name))")
            }
        }
        return problems
    }

    private static let names = SettingTable.table.map(\.setting.rawValue)
    /// Those that nobody else has: what is nearly one of them is meant for this program.
    private static let ownNames = names.filter { $0.hasPrefix(Setting.prefix) }
    private static let aliases = Set(SettingTable.table.compactMap(\.setting.alias))

    /// Also finds a name whose prefix is missing or there twice.
    private static func suggestion(_ name: String) -> String {
        let found =
            names.first { name.hasSuffix($0) || $0 == "LUMA_" + name }
            ?? NearestName.suggest(for: name, among: ownNames)
        return NearestName.hint(found)
    }
}

extension SandboxOptions {
    /// The options of the `sandbox` command from its flags.
    /// - Throws: all problems at once.
    public static func resolve(
        flags: [Setting: String], checks: SettingChecks = { _, _ in nil }
    ) throws(ConfigurationErrors) -> SandboxOptions {
        let given = flags.mapValues { GivenText(text: $0, source: .commandLine) }
        var reader = SettingReader(SettingTable.sandboxTable, sources: [given], checks)
        let host = reader.host(.sandboxHost)
        if reader.areRight(.sandboxHost, .sandboxAllowExternal), !host.isLoopback,
            !reader.boolean(.sandboxAllowExternal)
        {
            reader.report(
                ConfigurationError(
                    Setting.sandboxHost.rawValue, value: Neutral.quoted(host.text),
                    "other machines could reach it; add --allow-external to allow that", from: .combination))
        }
        let options = SandboxOptions(
            host: host, port: UInt16(reader.integer(.sandboxPort)), stateFile: reader.text(.sandboxState),
            seed: reader.optionalInteger(.sandboxSeed).map(UInt64.init),
            requestsPerMinute: reader.integer(.sandboxRateLimit), faults: reader.text(.sandboxFault),
            tls: Configuration.readTLS(&reader, .sandboxCertificate, .sandboxKey))
        if let errors = ConfigurationErrors(reader.problems) { throw errors }
        return options
    }
}

extension Configuration {
    /// Who may do what, by the settings.
    package static func readAccess(_ reader: inout SettingReader) -> Access {
        let limit = reader.integer(.tokenRateLimit)
        return Access(
            tokens: readTokens(&reader), toolsets: readToolsets(&reader), readOnly: reader.boolean(.readOnly),
            asksByFormOnly: reader.text(.cancelConfirmation) == "form",
            allowedOrigins: AllowedOrigins(reader.list(.allowedOrigins)), requestsPerMinute: limit == 0 ? nil : limit,
            trustedProxies: reader.list(.trustedProxies).compactMap { try? AddressRange($0) },
            keys: readKeys(&reader))
    }

    private static func readKeys(_ reader: inout SettingReader) -> Keys? {
        guard reader.boolean(.apiKeys) else { return nil }
        return Keys(
            secret: reader.text(.keysSecret).map(Secret.init), staleSeconds: reader.number(.keysStaleSeconds),
            most: reader.integer(.maxKeys), auditDays: reader.integer(.auditDays))
    }

    /// The settings of keys alone, for whoever works on their store and serves nothing.
    /// - Returns: also the directory for state; nil where none is set.
    /// - Throws: all problems at once.
    public static func keys(
        flags: [Setting: String], environment: [String: String], dotEnv: String?
    ) throws(ConfigurationErrors) -> (keys: Keys, dataDirectory: String?) {
        let reader = try SettingReader.only(SettingTable.keysCommand, flags, environment, dotEnv)
        let keys = Keys(
            secret: reader.text(.keysSecret).map(Secret.init), staleSeconds: 0, most: reader.integer(.maxKeys),
            auditDays: 0)
        return (keys, reader.text(.dataDirectory))
    }

    /// Each entry that is wrong is a problem of its own, by its number and never by its text.
    private static func readTokens(_ reader: inout SettingReader) -> TokenSource? {
        guard let text = reader.text(.authTokens) else { return nil }
        if text.hasPrefix("@") { return .file(String(text.dropFirst())) }
        let reading = TokenList.read(text, key: reader.text(.apiKey).map(Secret.init))
        for problem in reading.problems {
            reader.report(ConfigurationError(Setting.authTokens.rawValue, problem, from: .combination))
        }
        return .listed(reading.tokens)
    }

    private static func readToolsets(_ reader: inout SettingReader) -> ToolsetSource? {
        guard let text = reader.text(.toolsets) else { return nil }
        if text.hasPrefix("@") { return .file(String(text.dropFirst())) }
        let reading = ToolsetList.read(text)
        for problem in reading.problems {
            reader.report(ConfigurationError(Setting.toolsets.rawValue, problem, from: .combination))
        }
        return .listed(reading.sets)
    }
}
