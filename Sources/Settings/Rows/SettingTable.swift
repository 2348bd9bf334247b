/// All settings as data, in the order of the documents.
public enum SettingTable {
    /// The settings of the gateway: environment variable, `.env` line and flag alike.
    public static let table: [SettingRow] =
        luma + server + access + keys + limits + budget + calls + breaker + reads + memory + templates
        + plugins + forwarders + upstreams + logging

    /// The options of `luma-mcp sandbox`, on the command line only.
    public static let sandboxTable: [SettingRow] = [
        SettingRow(
            .sandboxHost, .host, default: "localhost", placeholder: "NAME", group: .sandbox,
            "Name or address to listen on; localhost means 127.0.0.1 and ::1."),
        SettingRow(
            .sandboxPort, .integer(0...65535), default: "9100", placeholder: "PORT", group: .sandbox,
            "TCP port; 0 picks a free one and prints it."),
        SettingRow(
            .sandboxAllowExternal, .boolean, default: "false", group: .sandbox,
            "Allow a host that other machines can reach."),
        SettingRow(
            .sandboxState, .path, note: "in memory", placeholder: "FILE", group: .sandbox,
            "Keep the events in this file from one run to the next."),
        SettingRow(
            .sandboxSeed, .integer(0...Int.max), note: "random", placeholder: "N", group: .sandbox,
            "Make ids, cursors and faults the same in every run."),
        SettingRow(
            .sandboxRateLimit, .integer(1...1_000_000_000), default: "200", placeholder: "N", group: .sandbox,
            "Requests per minute before the sandbox answers 429 for a minute, as Luma does."),
        SettingRow(
            .sandboxFault, .faults, placeholder: "RULES", group: .sandbox,
            "Faults to inject, until PUT or DELETE /_sandbox/faults replaces them; see below."),
        SettingRow(
            .sandboxCertificate, .path, note: "none; plain HTTP", placeholder: "FILE", group: .sandbox,
            "Serve HTTPS with this certificate in PEM; clients must trust it, a gateway by LUMA_CA_FILE."),
        SettingRow(
            .sandboxKey, .path, placeholder: "FILE", group: .sandbox,
            "The certificate's private key in PEM, without a password."),
    ]

    /// The row of a setting.
    public static subscript(setting: Setting) -> SettingRow {
        guard let row = (table + sandboxTable).first(where: { $0.setting == setting }) else {
            preconditionFailure("\(setting.rawValue) has no row")
        }
        return row
    }

    private static let luma: [SettingRow] = [
        SettingRow(
            .apiKey, .secret, note: "none; required unless LUMA_SANDBOX is true or auto", placeholder: "KEY",
            group: .luma,
            "The API key of your Luma calendar, made at https://luma.com/calendar/manage/api-keys."),
        SettingRow(
            .calendarID, .id(prefix: "cal-"), placeholder: "ID", group: .luma,
            "The calendar to work on when the key belongs to an organization."),
        SettingRow(
            .sandbox, .booleanOr("auto"), default: "false", group: .luma,
            "Use the built-in emulator instead of Luma; auto does so only when there is no key."),
        SettingRow(
            .sandboxFaults, .faults, placeholder: "RULES", group: .luma,
            "Faults that the built-in emulator injects, to test clients: luma-mcp help sandbox."),
        SettingRow(
            .baseURL, .baseURL, default: "https://public-api.luma.com", placeholder: "URL", group: .luma,
            "URL of Luma's API: https, or http on this machine for a sandbox of your own."),
        SettingRow(
            .caFile, .path, note: "none", placeholder: "FILE", group: .luma,
            "Certificates in PEM to trust for Luma's API besides the system's, for a sandbox or proxy of your own."),
    ]

    private static let server: [SettingRow] = [
        SettingRow(
            .host, .host, default: "localhost", placeholder: "NAME", group: .server,
            "Name or address to listen on; localhost means 127.0.0.1 and ::1."),
        SettingRow(
            .port, .integer(0...65535), default: "8000", placeholder: "PORT", group: .server,
            "TCP port; 0 picks a free one and prints it."),
        SettingRow(
            .allowExternal, .boolean, default: "false", group: .server,
            "Allow a host that other machines can reach although LUMA_AUTH_TOKENS is not set: they need no token then."
        ),
        SettingRow(
            .allowedHosts, .hosts, note: "none", placeholder: "LIST", group: .server,
            "Names, besides the loopback's and LUMA_HOST, that requests may carry in Host; * allows all."),
        SettingRow(
            .tlsCertificate, .path, note: "none; plain HTTP", placeholder: "FILE", group: .server,
            "Serve HTTPS with this certificate chain, in PEM; reloaded on SIGHUP."),
        SettingRow(
            .tlsKey, .path, placeholder: "FILE", group: .server,
            "The certificate's private key in PEM, without a password; reloaded on SIGHUP."),
        SettingRow(
            .reusePort, .boolean, default: "false", group: .server,
            "Let another gateway of this user listen on the same port, for a restart without a gap."),
        SettingRow(
            .workers, .integer(1...256), note: "number of cores", placeholder: "N", group: .server,
            "Number of event loops."),
        SettingRow(
            .shutdownSeconds, .number(0...600), default: "20", placeholder: "SECONDS", group: .server,
            "How long running requests may take to finish after SIGTERM or SIGINT."),
    ]

    private static let access: [SettingRow] = [
        SettingRow(
            .authTokens, .tokens, note: "none; anyone who reaches the port has full access", placeholder: "LIST",
            group: .access,
            "Who may use the gateway: label:scope:token entries with commas between, or @file with one on each line; "
                + "scopes are read, write and admin."),
        SettingRow(
            .toolsets, .toolsets, placeholder: "JSON", group: .access,
            "Named sets of tools that a client or a token may be limited to, as a JSON object of patterns such as "
                + "{\"events\": [\"list_*\", \"get_event\"]}, or @file with one."),
        SettingRow(
            .readOnly, .boolean, default: "false", group: .access,
            "Refuse all writes: no writes over REST, no tools that write."),
        SettingRow(
            .cancelConfirmation, .word(["token", "form"]), default: "token", placeholder: "HOW", group: .access,
            "How an assistant confirms a cancel, or another action that reaches people or their money: form accepts only a "
                + "form that the client shows its user; token also accepts a second call with the token of the preview, "
                + "which a model can make by itself."),
        SettingRow(
            .allowedOrigins, .origins, placeholder: "LIST", group: .access,
            "Origins of web pages that may call the gateway from a browser, such as https://app.example.com."),
        SettingRow(
            .tokenRateLimit, .integer(0...1_000_000_000), default: "0", placeholder: "N", group: .access,
            "Requests a minute for each token, or for each address without one; more get 429. 0 is no limit."),
    ]

    private static let limits: [SettingRow] = [
        SettingRow(
            .maxBodyBytes, .integer(1024...16_777_216), default: "1048576", placeholder: "BYTES", group: .limits,
            "Maximum size of a request body; larger ones get 413."),
        SettingRow(
            .maxConnections, .integer(1...1_000_000), default: "10000", placeholder: "N", group: .limits,
            "Maximum number of connections; further clients get 503."),
        SettingRow(
            .headerTimeoutSeconds, .number(0.1...300), default: "10", placeholder: "SECONDS", group: .limits,
            "Timeout for a request's header section, and for a TLS handshake."),
        SettingRow(
            .bodyTimeoutSeconds, .number(0.1...3600), default: "30", placeholder: "SECONDS", group: .limits,
            "Timeout for a request's body."),
        SettingRow(
            .idleTimeoutSeconds, .number(0.1...3600), default: "75", placeholder: "SECONDS", group: .limits,
            "How long an idle connection is kept."),
        SettingRow(
            .writeTimeoutSeconds, .number(0.1...3600), default: "30", placeholder: "SECONDS", group: .limits,
            "How long a client may stop reading a response before its connection is closed."),
    ]

    private static let budget: [SettingRow] = [
        SettingRow(
            .rateLimitGetRequests, .integer(1...1_000_000_000), default: "500", placeholder: "N", group: .budget,
            "GET requests to Luma per window."),
        SettingRow(
            .rateLimitPostRequests, .integer(1...1_000_000_000), default: "100", placeholder: "N", group: .budget,
            "POST requests to Luma per window."),
        SettingRow(
            .rateLimitWindowSeconds, .number(1...86400), default: "300", placeholder: "SECONDS", group: .budget,
            "Length of the window."),
        SettingRow(
            .rateLimitBlockDurationSeconds, .number(1...86400), default: "60", placeholder: "SECONDS",
            group: .budget,
            "How long to pause after a 429 from Luma that gives no time."),
        SettingRow(
            .rateLimitAdaptive, .boolean, default: "true", group: .budget,
            "Let the limits in Luma's own answers replace the ones above."),
        SettingRow(
            .maxWaitSeconds, .number(0...600), default: "20", placeholder: "SECONDS", group: .budget,
            "Maximum time a request waits for budget; one that would wait longer gets 429 at once."),
    ]

    private static let calls: [SettingRow] = [
        SettingRow(
            .requestTimeoutSeconds, .number(0.1...600), default: "30", placeholder: "SECONDS", group: .calls,
            "Timeout for one call to Luma, connecting included."),
        SettingRow(
            .connectTimeoutSeconds, .number(0.1...120), default: "5", placeholder: "SECONDS", group: .calls,
            "Timeout for connecting to Luma."),
        SettingRow(
            .maxRetries, .integer(0...10), default: "3", placeholder: "N", group: .calls,
            "Maximum number of retries of a call that may be repeated."),
        SettingRow(
            .retryBackoffFactor, .number(1...10), default: "2.0", placeholder: "FACTOR", group: .calls,
            "Factor by which the delay before each further retry grows."),
        SettingRow(
            .upstreamConnections, .integer(1...10000), default: "64", placeholder: "N", group: .calls,
            "Maximum number of calls to Luma in flight per event loop."),
        SettingRow(
            .healthIntervalSeconds, .number(1...3600), default: "30", placeholder: "SECONDS", group: .calls,
            "Interval of the background checks of Luma and the key; a probe of /health sends nothing to Luma."),
    ]

    private static let breaker: [SettingRow] = [
        SettingRow(
            .breakerFailures, .integer(0...1_000_000), default: "5", placeholder: "N", group: .calls,
            "Consecutive failures of Luma that open the circuit breaker; 0 disables it."),
        SettingRow(
            .breakerSeconds, .number(1...3600), default: "10", placeholder: "SECONDS", group: .calls,
            "Maximum delay between probes of an open circuit breaker; it starts at one second and doubles."),
    ]

    private static let reads: [SettingRow] = [
        SettingRow(
            .cacheSeconds, .number(0...86400), default: "5", placeholder: "SECONDS", group: .reads,
            "How long a cached response to a read is fresh; 0 disables the cache."),
        SettingRow(
            .cacheStaleSeconds, .number(0...604_800), default: "300", placeholder: "SECONDS", group: .reads,
            "How long after that it may be served, marked as stale, while Luma is down or slow."),
        SettingRow(
            .cacheBytes, .integer(0...1 << 40), default: "8388608", placeholder: "BYTES", group: .reads,
            "Maximum size of the cache in bytes; the oldest responses are evicted."),
    ]

    private static let templates: [SettingRow] = [
        SettingRow(
            .templatesDirectory, .path, placeholder: "DIR", group: .templates,
            "Directory with templates of your own, one .json file each.")
    ]

    private static let logging: [SettingRow] = [
        SettingRow(.debug, .boolean, default: "false", group: .logging, "Log at debug level."),
        SettingRow(
            .logFormat, .word(["text", "json"]), note: "text on a terminal, else json", placeholder: "FORMAT",
            group: .logging, "Format of a log line: text or json."),
        SettingRow(
            .logFile, .path, note: "standard error", placeholder: "FILE", group: .logging,
            "Append the log to this file; it is reopened on SIGHUP."),
    ]
}

extension SettingTable {
    /// Those of what must survive a restart.
    package static let memory: [SettingRow] = [
        SettingRow(
            .dataDirectory, .path, note: "./data; memory with the built-in emulator and for luma-mcp mcp",
            placeholder: "DIR", group: .memory,
            "Directory for state that must survive a restart; created with mode 0700."),
        SettingRow(
            .idempotencyHours, .number(0.01...720), default: "24", placeholder: "HOURS", group: .memory,
            "How long the first response to a request with an Idempotency-Key is kept."),
        SettingRow(
            .duplicateWindowSeconds, .number(0...86400), default: "0", placeholder: "SECONDS", group: .memory,
            "Refuse a create without a key that repeats one within this time; 0 refuses none."),
        SettingRow(
            .settleSeconds, .number(0.1...3600), default: "60", placeholder: "SECONDS", group: .memory,
            "How long to look for the effect of a write whose response was lost before treating it as not done."),
    ]
}
