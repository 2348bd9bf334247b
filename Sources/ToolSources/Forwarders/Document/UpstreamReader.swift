import Core
import HTTP

/// What a document says of its service, read.
struct Upstream {
    var base: ServiceBase
    var allow: ServiceBase.Allowance
    var fields: [FieldTemplate]
    var limits: Forwarder.Limits
    var retry: RetryRule
    var breaker: Forwarder.Breaker
    var auth: AuthRule
    var missing: [[String]]
}

/// Reads the member `upstream` of a document.
enum UpstreamReader {
    /// Nil when something is wrong with it, which is reported.
    static func read(_ given: JSON?, at place: Place) -> Upstream? {
        guard let given else {
            place.report("is required")
            return nil
        }
        guard var members = Members(given, at: place) else { return nil }
        defer { members.finish() }
        let allow = allowance(members.members("allow"))
        let base = base(members.take("base"), allow, at: place.child("base"))
        let fields = RequestReader.fields(members.object("headers"), at: place.child("headers"), allowed: .fixed)
        let limits = limits(members.members("limits"))
        let retry = retry(members.members("retry"))
        let breaker = breaker(members.members("breaker"))
        let ways = members.take("auth")
        guard let base else { return nil }
        let (auth, missing) = AuthReader(base: base, allow: allow).read(ways, at: place.child("auth"))
        return Upstream(
            base: base, allow: allow, fields: fields, limits: limits, retry: retry, breaker: breaker, auth: auth,
            missing: missing)
    }

    private static func base(_ given: JSON?, _ allow: ServiceBase.Allowance, at place: Place) -> ServiceBase? {
        guard let given else {
            place.report("is required")
            return nil
        }
        let before = place.context.reports
        let template = ValueReader(allowed: .environment).read(given, at: place)
        guard place.context.reports == before else { return nil }
        guard case .literal(.string(let text)) = template else {
            place.report("must be a URL, or {\"$env\": NAME} for one that the operator sets")
            return nil
        }
        do throws(ReferenceError) {
            return try ServiceBase(text, allow: allow)
        } catch {
            place.report(error.text)
            return nil
        }
    }

    static func allowance(_ members: Members?) -> ServiceBase.Allowance {
        var allow = ServiceBase.Allowance()
        guard var members else { return allow }
        defer { members.finish() }
        allow.isPrivate = members.flag("private") ?? false
        allow.isLoopback = members.flag("loopback") ?? false
        allow.isPlainHTTP = members.flag("plain_http") ?? false
        for (index, text) in (members.texts("token_hosts", 0...8) ?? []).enumerated() {
            if let host = HostName(text) {
                allow.tokenHosts.append(host.text)
            } else {
                members.place.child("token_hosts").child(String(index)).report("must be the name of a host")
            }
        }
        return allow
    }

    private static func limits(_ members: Members?) -> Forwarder.Limits {
        var limits = Forwarder.Limits()
        guard var members else { return limits }
        defer { members.finish() }
        limits.connectSeconds = members.number("connect_seconds", 1...60) ?? limits.connectSeconds
        limits.timeoutSeconds = members.number("timeout_seconds", 1...900) ?? limits.timeoutSeconds
        limits.idleSeconds = members.number("idle_seconds", 1...900) ?? limits.idleSeconds
        limits.requestBytes = members.number("request_bytes", 1024...16 << 20) ?? limits.requestBytes
        limits.responseBytes = members.number("response_bytes", 1024...16 << 20) ?? limits.responseBytes
        limits.concurrency = members.number("concurrency", 1...64) ?? limits.concurrency
        limits.queue = members.number("queue", 0...1024) ?? limits.queue
        limits.perMinute = members.number("per_minute", 1...100_000)
        return limits
    }

    private static func retry(_ members: Members?) -> RetryRule {
        var rule = RetryRule()
        guard var members else { return rule }
        defer { members.finish() }
        rule.attempts = members.number("attempts", 1...5) ?? rule.attempts
        guard let on = members.array("on", 0...20) else { return rule }
        rule.on = []
        for (index, item) in on.enumerated() {
            if item.stringValue == "connect" {
                rule.on.append(.connect)
            } else if let status = item.wholeValue ?? item.stringValue.flatMap({ Int($0) }),
                (400...599).contains(status)
            {
                rule.on.append(.status(status))
            } else {
                members.place.child("on").child(String(index)).report("must be \"connect\" or a status from 400 to 599")
            }
        }
        return rule
    }

    private static func breaker(_ members: Members?) -> Forwarder.Breaker {
        var breaker = Forwarder.Breaker()
        guard var members else { return breaker }
        defer { members.finish() }
        breaker.failures = members.number("failures", 0...1000) ?? breaker.failures
        breaker.openSeconds = members.number("open_seconds", 1...3600) ?? breaker.openSeconds
        return breaker
    }
}
