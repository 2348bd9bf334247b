import Core
import GatewayAPI
import HTTP
import IO
import Settings

/// Who may do what, for all loops.
struct AccessRules: Sendable {
    let hosts: AllowedHosts
    let origins: AllowedOrigins
    /// Nil when nobody is asked for a token.
    let tokens: TokenTable?
    let toolsets: ToolsetTable
    let limiter: RequestLimiter?
    /// Counts wrong tokens by address, nobody else's requests: who has a right one is never kept out by it.
    let guesses = RequestLimiter(quota: 1000)
    /// Counts calls of tools by token.
    let toolCalls = ToolCallLimiter()
    let readOnly: Bool

    /// - Parameters:
    ///   - tokens: those that were read; nil when nobody is asked for one.
    ///   - toolsets: those that were read, where no token names them; nil for those of the setting itself.
    init(_ configuration: Configuration, tokens: TokenTable?, toolsets: ToolsetTable? = nil) {
        hosts = configuration.allowedHosts
        origins = configuration.access.allowedOrigins
        limiter = configuration.access.requestsPerMinute.map { RequestLimiter(quota: $0) }
        readOnly = configuration.access.readOnly
        self.tokens = tokens
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
    /// The last Host that was allowed, as it was written: nearly every request of a loop has the same.
    @exclusivity(unchecked) private var allowedHost: [UInt8] = []

    init(_ rules: AccessRules, clock: any TimeSource) {
        self.rules = rules
        self.clock = clock
        local = Self.effective(.local, rules)
        isOpen = rules.tokens == nil && rules.limiter == nil && !rules.readOnly
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
        if isOpen || endpoint.isOpen { return nil }
        var problem: APIError?
        if let tokens = rules.tokens {
            switch Bearer(request.fields(named: "authorization")) {
            case .none: problem = .unauthenticated
            case .malformed: problem = .invalidToken
            case .token(let token):
                if let principal = tokens.principal(of: token) {
                    context.admitted.principal = Self.effective(principal, rules)
                } else {
                    let (isAllowed, status) = rules.guesses.charge(address(context), at: clock.now)
                    problem = isAllowed ? .invalidToken : .tooManyGuesses(status)
                }
            }
        }
        // Who guesses tokens is counted too.
        if let problem = charge(&context) ?? problem { return problem }
        // A feed shows the calendar to whoever has its address, which nobody asks for who wants nothing changed.
        if endpoint.isWrite || endpoint.kind == .createFeed, rules.readOnly { return .readOnly }
        return context.principal.scopes.isSuperset(of: endpoint.scope) ? nil : .insufficientScope(endpoint.scope)
    }

    /// Counts the request for whom it is found to be from.
    /// - Parameter count: how many it stands for, as a batch stands for several.
    /// - Returns: the refusal, when there were too many.
    func charge(_ context: inout RequestContext, _ count: Int = 1) -> APIError? {
        guard let limiter = rules.limiter, count > 0 else { return nil }
        let (isAllowed, status) = limiter.charge(caller(context), count, at: clock.now)
        context.admitted.limits.removeAll { $0.policy.description == status.policy.description }
        context.admitted.limits.append(status)
        return isAllowed ? nil : .tooManyRequests(status)
    }

    /// Whose requests are counted together: a token's, else an address's; of IPv6 the network, as each has many.
    private func caller(_ context: RequestContext) -> String {
        if let principal = context.admission?.principal { return "token " + principal.label }
        return address(context)
    }

    private func address(_ context: RequestContext) -> String {
        let address = context.exchange.peerAddress
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

    /// Whether a request of this principal would still be let in as the same: the tokens may have been read again.
    func isCurrent(_ principal: Principal) -> Bool {
        guard let tokens = rules.tokens else { return true }
        return tokens.principals.contains { Self.effective($0, rules) == principal }
    }
}

extension APIError {
    private static let realm = "Bearer realm=\"luma-mcp\""

    /// No token where one is needed. Nothing points to an authorization server, as there is none: a client that is told
    /// of one begins a login that leads nowhere.
    static let unauthenticated: APIError = {
        var error = APIError(.unauthenticated)
        error.challenge = realm
        return error
    }()

    static let invalidToken: APIError = {
        var error = APIError(.invalidToken)
        error.challenge = realm + ", error=\"invalid_token\""
        return error
    }()

    static func insufficientScope(_ needed: Principal.Scopes) -> APIError {
        let name = needed.name.rawValue
        let details: JSONObject = [
            "needed_scope": .string(name), "needed_permission": .string(needed.scopeWords.joined(separator: " ")),
        ]
        var error = APIError(.insufficientScope, details: details)
        error.challenge = realm + ", error=\"insufficient_scope\", scope=\"\(name)\""
        return error
    }

    static let readOnly = APIError(.readOnly)

    /// Wrong tokens, one after the other.
    static func tooManyGuesses(_ limit: RateLimitStatus) -> APIError {
        APIError(.rateLimited, "Too many requests with an invalid token", retryAfter: limit.reset)
    }

    /// This gateway's own limit, which has nothing to do with Luma's.
    static func tooManyRequests(_ limit: RateLimitStatus) -> APIError {
        APIError(
            .rateLimited, "Too many requests: each caller may send \(limit.quota) a minute",
            details: ["policy": .string(limit.policy.description)], retryAfter: limit.reset)
    }
}
