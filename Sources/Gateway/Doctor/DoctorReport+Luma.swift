import Core
import HTTP
import LumaClient
import Settings

extension DoctorReport {
    /// What a call to Luma with the key has shown.
    /// - Parameter host: where Luma's API is.
    mutating func addLuma(_ failure: LumaError?, host: String) {
        guard let failure else {
            return add("luma", .ok, "\(host) answers and accepts the key")
        }
        switch failure {
        case .authenticationRefused(let status, _):
            add(
                "luma", .failed, "\(host) rejects the key (\(status))",
                advice: "Set LUMA_API_KEY to a key of your calendar, made at "
                    + "https://luma.com/calendar/manage/api-keys. A key stops working when it is deleted, or when "
                    + "the calendar no longer has Luma Plus.")
        case .planRequired:
            add(
                "luma", .failed, "\(host) knows the key, but its calendar has no Luma Plus plan",
                advice:
                    "Luma's API requires Luma Plus: upgrade on the calendar's page at Luma, or set LUMA_API_KEY to a key of "
                    + "a calendar that has it.")
        case .rateLimited(let seconds), .budgetExhausted(let seconds):
            add(
                "luma", .warning, "\(host) answers, but its request budget is used up",
                advice: "Wait \(Plural.count(seconds, "second")). Something else may be using the same key.")
        case .upstreamFailure(let status):
            add(
                "luma", .failed, "\(host) answers with \(status)",
                advice: "Luma has an outage, or LUMA_BASE_URL is not the address of its API. Try again in a minute.")
        case .unreachable(let cause):
            add("luma", .failed, "\(host) cannot be reached: \(cause.rawValue)", advice: Self.advice(for: cause))
        case .timedOut:
            add(
                "luma", .failed, "\(host) did not answer in time",
                advice: "Check the network, firewall and proxy between here and Luma.")
        case .malformedAnswer, .tooLarge:
            add(
                "luma", .failed, "the response of \(host) is not from Luma's API",
                advice: "Check LUMA_BASE_URL, and whether a proxy or a login page answers instead.")
        case .notFound, .eventNotAccessible, .refused, .unknownOutcome, .cancelled, .circuitOpen, .notRecorded:
            add(
                "luma", .failed, "\(host) refuses to identify the key: \(failure.label)",
                advice: "Check LUMA_BASE_URL.")
        }
    }

    private static func advice(for cause: TransportError.Cause) -> String {
        switch cause {
        case .nameNotResolved: "The name cannot be resolved: check DNS and LUMA_BASE_URL."
        case .tlsFailed:
            "TLS verification failed: check this machine's clock, its certificates (package "
                + "ca-certificates), LUMA_CA_FILE, and whether a proxy intercepts TLS."
        default: "Check the network, firewall and proxy between here and Luma, and LUMA_BASE_URL."
        }
    }

    /// How far this machine's clock is from Luma's.
    /// - Parameter milliseconds: Luma's clock minus ours, to a second; nil when Luma said nothing of its own.
    mutating func addClock(now: Timestamp, aheadOfUs milliseconds: Int64?) {
        let advice = "Set the clock, for instance with systemd-timesyncd or chrony."
        guard now.milliseconds > 1_767_225_600_000 else {
            return add("clock", .failed, "This machine's clock says \(now.rfc3339)", advice: advice)
        }
        guard let milliseconds else {
            return add("clock", .ok, "\(now.rfc3339), plausible")
        }
        let seconds = Int(abs(milliseconds) / 1000)
        // The field tells whole seconds, and the answer was a moment under way.
        if seconds <= 2 { return add("clock", .ok, "\(now.rfc3339), as Luma says") }
        let words =
            "This machine's clock is \(Plural.count(seconds, "second")) \(milliseconds > 0 ? "behind" : "ahead of") Luma's"
        add("clock", seconds > 300 ? .failed : .warning, words, advice: advice)
    }

    /// A certificate that can be served, and for how long.
    mutating func addCertificate(daysLeft: Int) {
        if daysLeft >= 14 {
            return add("tls", .ok, "the certificate and key match, valid for another \(Plural.count(daysLeft, "day"))")
        }
        add(
            "tls", .warning, "the certificate expires in \(Plural.count(daysLeft, "day"))",
            advice: "Renew it, then send SIGHUP to the gateway to reload it.")
    }

    /// Whether those who may reach the gateway are asked for a token, and whether it travels safely.
    mutating func addAccess(_ configuration: Configuration, tokens: Int?) {
        let isExternal = !configuration.host.isLoopback
        let keys = configuration.access.keys != nil ? "API keys are accepted" : nil
        guard tokens != nil || keys != nil else {
            if !isExternal { return add("access", .ok, "only this machine is served, without tokens") }
            return add(
                "access", .warning, "other machines are served without tokens",
                advice:
                    "Set LUMA_AUTH_TOKENS or LUMA_API_KEYS=true, unless a proxy in front of the gateway authenticates.")
        }
        let listed = tokens.map { Plural.count($0, "token is configured", "tokens are configured") }
        let words = [listed, keys].compactMap(\.self).joined(separator: ", ")
        if isExternal, configuration.tls == nil {
            return add(
                "access", .warning, "\(words), sent in clear text",
                advice: "Set LUMA_TLS_CERT and LUMA_TLS_KEY, unless a proxy in front of the gateway terminates TLS.")
        }
        add("access", .ok, words)
    }
}
