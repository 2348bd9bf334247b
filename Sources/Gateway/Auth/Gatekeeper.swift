import Core
import GatewayAPI
import HTTP
import IO
import Keys
import Settings

/// Who may do what, for all loops.
struct AccessRules: Sendable {
    let hosts: AllowedHosts
    let origins: AllowedOrigins
    /// Nil when nobody is asked for a token.
    let tokens: TokenTable?
    let toolsets: ToolsetTable
    let limiter: RequestLimiter?
    /// Nil when none are accepted.
    let keys: KeyAccess?
    /// Whose `X-Forwarded-For` is believed.
    let proxies: [AddressRange]
    /// Counts wrong tokens by address, nobody else's requests: who has a right one is never kept out by it.
    let guesses = RequestLimiter(quota: 1000)
    /// Counts the rotations that keys make of themselves, as each is kept, waits for the disk, and has all keys arranged anew.
    let rotations = RequestLimiter(quota: 10)
    /// Counts calls of tools by token.
    let toolCalls = ToolCallLimiter()
    let readOnly: Bool

    /// - Parameters:
    ///   - tokens: those that were read; nil when nobody is asked for one.
    ///   - toolsets: those that were read, where no token names them; nil for those of the setting itself.
    ///   - keys: those of the store; nil when none are accepted.
    init(
        _ configuration: Configuration, tokens: TokenTable?, toolsets: ToolsetTable? = nil, keys: KeyAccess? = nil
    ) {
        hosts = configuration.allowedHosts
        origins = configuration.access.allowedOrigins
        limiter = configuration.access.requestsPerMinute.map { RequestLimiter(quota: $0) }
        readOnly = configuration.access.readOnly
        self.tokens = tokens
        self.keys = keys
        proxies = configuration.access.trustedProxies
        self.toolsets = tokens?.toolsets ?? toolsets ?? configuration.access.listedToolsets
    }
}

/// Lets requests in or not, on one loop: Host and Origin first, then whose the request is, how many were made, and
/// whether it may do that.
final class Gatekeeper {
    let rules: AccessRules
    /// Whoever reaches a gateway that asks for no token.
    let local: Principal
    private let clock: any TimeSource
    /// Nothing is asked of a request but its Host and its Origin.
    private let isOpen: Bool
    /// Requests may come from others than their peers.
    private let hasProxies: Bool
    /// Nil when no keys are accepted.
    private let keys: KeyGate?
    /// The last Host that was allowed, as it was written: nearly every request of a loop has the same.
    @exclusivity(unchecked) private var allowedHost: [UInt8] = []

    init(_ rules: AccessRules, clock: any TimeSource) {
        self.rules = rules
        self.clock = clock
        local = Self.effective(.local, rules)
        keys = rules.keys.map { KeyGate($0) }
        hasProxies = !rules.proxies.isEmpty
        isOpen = rules.tokens == nil && rules.keys == nil && rules.limiter == nil && !rules.readOnly
    }

    /// Where a request comes from: the name that it uses for this server, and the page that makes it.
    /// - Returns: the refusal, nil for a request that may go on.
    func refusalOfPlace(_ request: RequestView, _ known: FieldNames, _ context: inout RequestContext) -> APIError? {
        // Only HTTP/1.0 can come without a name, and a browser never sends that.
        if let host = request.hostBytes, !allows(host) { return .hostNotAllowed }
        guard known.contains(.origin), let bytes = request.value(of: .origin) else {
            return known.contains(.secFetchSite) && Self.isFetchOfAnotherSite(request) ? .originNotAllowed : nil
        }
        let origin = String(decoding: bytes, as: UTF8.self).streamSafe
        if rules.origins.contains(origin) {
            context.admitted.origin = origin
        } else if !rules.hosts.allows(origin: origin) || Self.isFetchOfAnotherSite(request) {
            return .originNotAllowed
        }
        // A browser asks before it lets a page send JSON to another origin, another port of this machine included, and is told
        // no. A body without a type it sends unasked, so from a page that is no JSON.
        if request.method == .post, !known.contains(.contentType) { return APIError(.unsupportedMediaType) }
        return nil
    }

    /// Whether a page of another site, or of another server on this machine, has a browser ask for something that is no page to
    /// go to: an image, a frame, a script or a look ahead. Browsers send no Origin with most of these, and each would cost a call
    /// to Luma (W3C Fetch Metadata §2).
    private static func isFetchOfAnotherSite(_ request: RequestView) -> Bool {
        guard let site = request.value(of: .secFetchSite) else { return false }
        guard site.elementsEqual("cross-site".utf8) || site.elementsEqual("same-site".utf8) else { return false }
        return request.field("sec-fetch-dest") != "document" || request.field("sec-purpose") != nil
    }

    private func allows(_ host: UnsafeRawBufferPointer) -> Bool {
        if !allowedHost.isEmpty, allowedHost.withUnsafeBytes({ $0.isSame(as: host) }) { return true }
        guard rules.hosts.allows(host) else { return false }
        if host.count < 256 { allowedHost = [UInt8](copying: host) }
        return true
    }

    /// Whether the request may have the endpoint. Notes in the context whose it is.
    /// - Returns: the refusal, nil for a request that may be served.
    func refusal(of endpoint: Endpoint, _ request: RequestView, _ context: inout RequestContext) -> APIError? {
        if hasProxies { noteClient(request, &context) }
        if isOpen || endpoint.isOpen { return nil }
        let problem = rules.tokens != nil || keys != nil ? identify(request, &context) : nil
        // Who guesses tokens is counted too.
        if let problem = charge(&context) ?? problem { return problem }
        // A feed shows the calendar to whoever has its address, which nobody asks for who wants nothing changed.
        if endpoint.isWrite || endpoint.kind == .createFeed, rules.readOnly { return .readOnly }
        return context.principal.scopes.isSuperset(of: endpoint.scope) ? nil : .insufficientScope(endpoint.scope)
    }

    /// Finds out whose the request is, and notes that in the context.
    /// - Returns: what is wrong with its credential.
    private func identify(_ request: RequestView, _ context: inout RequestContext) -> APIError? {
        switch Credential(request) {
        case .none: return .unauthenticated
        case .malformed: return .invalidToken
        case .conflicting: return .conflictingCredentials
        case .text(let text):
            var isMalformedKey = false
            if let keys {
                let place = context
                let now = clock.now
                switch keys.judge(text, from: { place.origin }, at: now, clock.wallClock) {
                case .notAKey: break
                case .malformed: isMalformedKey = true
                case .unknown: return wrongCredential(context)
                case .undecided: return .keysUnavailable
                case .refused(let key, let error):
                    context.admitted.key = key
                    return error
                case .known(let key):
                    context.admitted.key = key
                    context.admitted.principal = Self.effective(key.principal, rules)
                    return nil
                }
            }
            if let principal = rules.tokens?.principal(of: String(decoding: text, as: UTF8.self)) {
                context.admitted.principal = Self.effective(principal, rules)
                return nil
            }
            // It is nobody's, and nobody has guessed anything with it.
            return isMalformedKey ? .keyRefused(.malformedKey) : wrongCredential(context)
        }
    }

    private func wrongCredential(_ context: RequestContext) -> APIError {
        let (isAllowed, status) = rules.guesses.charge(address(context), at: clock.now)
        return isAllowed ? .invalidToken : .tooManyGuesses(status)
    }

    private func noteClient(_ request: RequestView, _ context: inout RequestContext) {
        let peer = context.exchange.peerAddress
        guard let address = NetworkAddress(peer), rules.proxies.contains(where: { $0.contains(address) }) else {
            return
        }
        let fields = request.fields(named: "x-forwarded-for")
        context.admitted.client = ForwardedClient(ForwardedFor.client(of: peer, fields, rules.proxies))
    }

    /// Counts the request for whom it is found to be from. A key with a rate of its own is held to that.
    /// - Parameter count: how many it stands for, as a batch stands for several, of which one was counted.
    /// - Returns: the refusal, when there were too many.
    func charge(_ context: inout RequestContext, _ count: Int = 1, isBatch: Bool = false) -> APIError? {
        guard count > 0 else { return nil }
        if let key = context.admission?.key, context.admission?.principal != nil, key.limits.areCounted {
            if let refusal = charge(key, &context, count, isBeginning: !isBatch) { return refusal }
            if !key.limits.rates.isEmpty { return nil }
        }
        guard let limiter = rules.limiter else { return nil }
        let (isAllowed, status) = limiter.charge(caller(context), count, at: clock.now)
        context.note(status)
        return isAllowed ? nil : .tooManyRequests(status)
    }

    private func charge(
        _ key: KnownKey, _ context: inout RequestContext, _ count: Int, isBeginning: Bool
    ) -> APIError? {
        guard let counters = keys?.keys.counters(of: key.id) else { return nil }
        let verdict = counters.charge(
            key.limits, count, isBeginning: isBeginning, at: clock.now, clock.wallClock)
        for status in verdict.limits { context.note(status) }
        if let exceeded = verdict.exceeded { return .tooManyRequests(exceeded, verdict.retryAfter) }
        if isBeginning, key.limits.maxConcurrent != nil { context.admitted.place = KeyPlace(counters) }
        return nil
    }

    /// Whose requests are counted together: a token's, else an address's; of IPv6 the network, as each has many.
    private func caller(_ context: RequestContext) -> String {
        if let principal = context.admission?.principal { return "token " + principal.label }
        return address(context)
    }

    private func address(_ context: RequestContext) -> String {
        let address = context.clientAddress
        guard let groups = HostName.ipv6(address) else { return address }
        return groups.prefix(4).map { String($0, radix: 16) }.joined(separator: ":")
    }

    private static func effective(_ principal: Principal, _ rules: AccessRules) -> Principal {
        rules.readOnly
            ? Principal(
                label: principal.label, scopes: principal.scopes.subtracting(.write), tools: principal.tools,
                calls: principal.calls)
            : principal
    }

    /// Whether a request of this principal would still be let in: the tokens may have been read again, the keys changed. Of a token
    /// also what it may do has to be the same; what a key may do is looked at each time.
    func isCurrent(_ principal: Principal) -> Bool {
        if isKey(principal) { return keys?.key(labelled: principal.label, at: clock.wallClock) != nil }
        guard let tokens = rules.tokens else { return rules.keys == nil }
        return tokens.principals.contains { Self.effective($0, rules) == principal }
    }

    /// The same principal with what it may do now.
    func current(_ principal: Principal) -> Principal {
        guard isKey(principal) else { return principal }
        guard let key = keys?.key(labelled: principal.label, at: clock.wallClock) else {
            return Principal(label: principal.label, scopes: [])
        }
        return Self.effective(key.principal, rules)
    }

    /// The labels of listed tokens have no colon.
    private func isKey(_ principal: Principal) -> Bool { principal.label.hasPrefix(KeyRecord.labelPrefix) }
}
