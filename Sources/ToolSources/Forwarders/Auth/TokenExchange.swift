public import Core
public import HTTP

/// Fetches a token: the request that asks for one, and what its answer says.
public struct TokenExchange {
    /// Octets of a token: more go into no field.
    static let longestToken = 8000
    /// Seconds that a token lives whose server does not say.
    static let usualLifetime = 300.0
    /// Seconds for the whole exchange.
    public static let seconds = 30.0
    private static let answerLimits = JSONLimits(maxDepth: 32, maxBytes: 1 << 20, maxValues: 20_000)

    private let forwarder: Forwarder

    /// For a service whose rule needs a token.
    public init(_ forwarder: Forwarder) { self.forwarder = forwarder }

    /// The request. A redirect of its answer is not followed: the credentials are for this address alone.
    public func request() throws(ForwarderFailure) -> ForwarderRequest {
        switch forwarder.auth {
        case .login(let login):
            let maker = RequestMaker(forwarder: forwarder, credentials: .none, requestID: nil)
            return try maker.request(login.request, ValueScope(arguments: [:]))
        case .clientCredentials(let rule): return request(rule)
        case .none, .field, .query, .basic:
            throw ForwarderFailure(.notConfigured, "the service needs no token")
        }
    }

    /// RFC 6749 §4.4.2, the client's password as §2.3.1 says.
    private func request(_ rule: ClientCredentials) -> ForwarderRequest {
        var form = QueryString([("grant_type", "client_credentials")])
        for parameter in rule.parameters { form.append(parameter.name, parameter.value) }
        var fields = [
            Field("accept", "application/json"), Field("user-agent", Version.product),
            Field("content-type", "application/x-www-form-urlencoded"),
        ]
        if rule.isInBody {
            form.append("client_id", rule.id.reveal())
            form.append("client_secret", rule.secret.reveal())
        } else {
            let pair = PercentCoding.encode(rule.id.reveal()) + ":" + PercentCoding.encode(rule.secret.reveal())
            fields.append(Field("authorization", "Basic " + Base64.encode(Array(pair.utf8))))
        }
        var body: [UInt8] = []
        form.append(to: &body)
        return ForwarderRequest(method: .post, url: rule.tokenURL, fields: fields, body: body)
    }

    /// No answer came.
    public func read(_ error: TransportError) -> TokenManager.Outcome {
        .failed(ForwarderFailure(.unreachable, "the login failed: " + ForwarderFailure.words(error.cause)))
    }

    /// What an answer says. Nothing of its body is told on: it may hold the token.
    /// - Parameter wallClock: for tokens that say when they end.
    public func read(_ answer: OutboundResponse, wallClock: Timestamp) -> TokenManager.Outcome {
        switch forwarder.auth {
        case .login(let login): return read(answer, login, wallClock)
        case .clientCredentials: return read(answer, wallClock)
        case .none, .field, .query, .basic: return .failed(failure(answer.status, "cannot be used"))
        }
    }

    private func failure(_ status: Int, _ words: String) -> ForwarderFailure {
        ForwarderFailure(.auth, "the response to the login (\(status)) \(words)", status: status)
    }

    /// 400, 401 and 403 say that the credentials are wrong; any other may be right a moment later.
    private func refusal(_ status: Int) -> TokenManager.Outcome {
        [400, 401, 403].contains(status)
            ? .refused(failure(status, "rejects the configured credentials"))
            : .failed(failure(status, "is not a success"))
    }

    // MARK: Login

    private func read(_ answer: OutboundResponse, _ login: Login, _ wallClock: Timestamp) -> TokenManager.Outcome {
        guard login.expect.contains(answer.status) else { return refusal(answer.status) }
        let cookie = cookieName(login).flatMap { SetCookie.last(named: $0, in: answer.fields) }
        var body: JSON?
        let found: String?
        switch login.source {
        case .cookie: found = cookie?.value
        case .json(let pointer):
            body = parsed(answer)
            found = body.flatMap { pointer.value(in: $0) }?.stringValue
        case .field(let name): found = answer[name]
        }
        guard let text = found, !text.isEmpty else { return .failed(failure(answer.status, "has no token")) }
        guard Self.isToken(text) else {
            return .failed(failure(answer.status, "has a token that no header field can carry"))
        }
        for source in login.lifetimes {
            let seconds: Double?
            switch source {
            case .json:
                body = body ?? parsed(answer)
                seconds = Self.seconds(body.flatMap { login.lifetimePointer.value(in: $0) })
            case .cookie: seconds = cookie?.lifetime(wallClock)
            case .jwt: seconds = JWTLifetime.seconds(text, wallClock)
            }
            if let seconds, seconds > 0 { return .token(Secret(text), lifetime: seconds) }
        }
        return .token(Secret(text), lifetime: Double(login.defaultSeconds))
    }

    private func cookieName(_ login: Login) -> String? {
        if case .cookie(let name) = login.source { name } else { nil }
    }

    // MARK: OAuth

    /// RFC 6749 §5.1.
    private func read(_ answer: OutboundResponse, _ wallClock: Timestamp) -> TokenManager.Outcome {
        guard (200...299).contains(answer.status) else { return refusal(answer.status) }
        guard let body = parsed(answer), let text = body["access_token"]?.stringValue, !text.isEmpty else {
            return .failed(failure(answer.status, "has no token"))
        }
        guard (body["token_type"]?.stringValue ?? "bearer").lowercased() == "bearer" else {
            return .failed(failure(answer.status, "has a token of another type than Bearer"))
        }
        guard Self.isToken(text) else {
            return .failed(failure(answer.status, "has a token that no header field can carry"))
        }
        let seconds = Self.seconds(body["expires_in"]) ?? JWTLifetime.seconds(text, wallClock) ?? Self.usualLifetime
        return .token(Secret(text), lifetime: seconds)
    }

    private func parsed(_ answer: OutboundResponse) -> JSON? { try? JSON.parse(answer.body, limits: Self.answerLimits) }

    /// Of a number, or of a text that is one; nil for one that is not above zero, which says nothing.
    private static func seconds(_ json: JSON?) -> Double? {
        let number = json?.doubleValue ?? json?.stringValue.flatMap { JSONNumber(text: $0) }?.doubleValue
        return number.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Visible ASCII of a bounded length.
    private static func isToken(_ text: String) -> Bool {
        text.utf8.count <= longestToken && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }
}

/// A cookie that an answer sets (RFC 6265 §4.1).
struct SetCookie: Equatable {
    let value: String
    private let maxAge: Double?
    private let expires: Timestamp?

    /// The last cookie of this name: a later one replaces an earlier.
    static func last(named name: String, in fields: [Field]) -> SetCookie? {
        fields.last { $0.name.lowercased() == "set-cookie" && self.name(of: $0.value) == name }.map {
            SetCookie($0.value)
        }
    }

    private static func name(of line: String) -> String { String(trim(line.prefix { $0 != ";" && $0 != "=" })) }

    private init(_ line: String) {
        let parts = line.split(separator: ";", omittingEmptySubsequences: false)
        var value = Self.trim(Self.value(of: parts.first ?? ""))
        if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") { value = value.dropFirst().dropLast() }
        self.value = String(value)
        var maxAge: Double?
        var expires: Timestamp?
        for part in parts.dropFirst().prefix(32) {
            switch Self.trim(part.prefix { $0 != "=" }).lowercased() {
            case "max-age": maxAge = Double(Self.trim(Self.value(of: part)))
            case "expires": expires = Timestamp(httpDate: String(Self.trim(Self.value(of: part))))
            default: break
            }
        }
        (self.maxAge, self.expires) = (maxAge, expires)
    }

    private static func value(of part: Substring) -> Substring {
        part.firstIndex(of: "=").map { part[$0...].dropFirst() } ?? ""
    }

    private static func trim(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " || $0 == "\t" }
        guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return start }
        return start[...end]
    }

    /// Seconds that it lives; nil when it does not say, or says that it is over. `Max-Age` counts before `Expires`.
    func lifetime(_ wallClock: Timestamp) -> Double? {
        let seconds = maxAge ?? expires.map { $0.seconds(since: wallClock) }
        return seconds.flatMap { $0 > 0 ? $0 : nil }
    }
}

/// How long a JSON Web Token lives (RFC 7519 §4.1.4). It is read to know when to renew it, and not verified: it is for the
/// service, and no decision here rests on it.
enum JWTLifetime {
    /// Nil for what is no such token, or does not say.
    static func seconds(_ token: String, _ wallClock: Timestamp) -> Double? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decode(parts[1], .urlSafe),
            let claims = try? JSON.parse(bytes, limits: JSONLimits(maxDepth: 16, maxBytes: 16 << 10, maxValues: 2000)),
            let end = claims["exp"]?.doubleValue
        else { return nil }
        // Both ends by the issuer's clock, which may differ from ours.
        let start = claims["iat"]?.doubleValue ?? Double(wallClock.milliseconds) / 1000
        return end > start ? end - start : nil
    }
}
