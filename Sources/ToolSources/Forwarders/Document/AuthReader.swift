import Core
import HTTP

/// Reads the member `auth` of a document.
struct AuthReader {
    let base: ServiceBase
    let allow: ServiceBase.Allowance

    private static let kinds = ["none", "header", "query", "basic", "oauth2_client_credentials", "login"]
    private static let maxWays = 8

    /// The first way whose secrets are all set, else none and the settings that each way needs.
    func read(_ given: JSON?, at place: Place) -> (rule: AuthRule, missing: [[String]]) {
        guard let given else { return (.none, []) }
        let ways: [(JSON, Place)]
        if let items = given.arrayValue {
            guard (1...Self.maxWays).contains(items.count) else {
                place.report("must have 1 to \(Self.maxWays) ways")
                return (.none, [])
            }
            ways = items.enumerated().map { ($1, place.child(String($0))) }
        } else {
            ways = [(given, place)]
        }
        var missing: [[String]] = []
        var chosen: AuthRule?
        // All are read, so that each problem is told.
        for (way, place) in ways {
            var secrets = Secrets()
            guard let rule = read(way, &secrets, at: place) else { continue }
            if secrets.missing.isEmpty {
                chosen = chosen ?? rule
            } else {
                missing.append(secrets.missing)
            }
        }
        return chosen.map { ($0, []) } ?? (.none, missing)
    }

    /// The secrets of one way; one that is not set is noted and counts as empty until then.
    private struct Secrets {
        var missing: [String] = []

        mutating func take(_ name: String, _ members: inout Members) -> Secret? {
            let place = members.place.child(name)
            guard let given = members.take(name) else {
                members.missing(name)
                return nil
            }
            guard var inner = Members(given, at: place) else { return nil }
            defer { inner.finish() }
            guard let reference = inner.take("$secret") else {
                place.report("must be {\"$secret\": NAME}: a secret has no place in a document")
                return nil
            }
            guard let named = place.child("$secret").secret(reference) else { return nil }
            if named.secret == nil, !missing.contains(named.name) { missing.append(named.name) }
            return named.secret ?? Secret("")
        }
    }

    private func read(_ given: JSON, _ secrets: inout Secrets, at place: Place) -> AuthRule? {
        guard var members = Members(given, at: place) else { return nil }
        guard let kind = members.word("kind", of: Self.kinds) else {
            if !members.has("kind") { members.missing("kind") }
            return nil
        }
        defer { members.finish() }
        switch kind {
        case "header":
            let name = field(members.text("name", max: 128), at: place.child("name")) ?? "authorization"
            let prefix = prefix(&members)
            return secrets.take("value", &members).map { .field(name: name, prefix: prefix, $0) }
        case "query":
            let name = members.text("name", max: 128)
            guard let name, !name.isEmpty else {
                members.missing("name")
                return nil
            }
            return secrets.take("value", &members).map { .query(name: name, $0) }
        case "basic":
            let user = secrets.take("user", &members)
            let password = secrets.take("password", &members)
            guard let user, let password else { return nil }
            guard !user.reveal().contains(":") else {
                place.child("user").report("must not contain a colon (RFC 7617)")
                return nil
            }
            return .basic(user: user, password: password)
        case "oauth2_client_credentials": return credentials(&members, &secrets, at: place)
        case "login": return login(&members, &secrets, at: place)
        default: return AuthRule.none
        }
    }

    private func prefix(_ members: inout Members) -> String {
        let prefix = members.text("prefix", max: 64) ?? ""
        if !FieldRules.isValue(prefix) { members.place.child("prefix").report("must be one line") }
        return prefix
    }

    private func field(_ name: String?, at place: Place) -> String? {
        guard let name = name?.lowercased() else { return nil }
        guard FieldRules.isName(name), !FieldRules.isTransport(name) else {
            place.report("must be the name of a header field that is not the gateway's own")
            return nil
        }
        return name
    }

    private func refreshOn(_ members: inout Members) -> [Int] {
        guard let items = members.array("refresh_on", 1...8) else { return [401] }
        return items.enumerated().compactMap { index, item in
            if let status = item.wholeValue, (400...499).contains(status) { return status }
            members.place.child("refresh_on").child(String(index)).report("must be a status from 400 to 499")
            return nil
        }
    }

    // MARK: OAuth

    private func credentials(
        _ members: inout Members, _ secrets: inout Secrets, at place: Place
    ) -> AuthRule? {
        let url = tokenURL(members.take("token_url"), at: place.child("token_url"))
        let id = secrets.take("client_id", &members)
        let secret = secrets.take("client_secret", &members)
        let isInBody = members.word("client_auth", of: ["basic", "body"]) == "body"
        var parameters: [ClientCredentials.Parameter] = []
        for name in ["scope", "audience", "resource"] {
            if let text = members.text(name, max: 1024) { parameters.append(.init(name: name, value: text)) }
        }
        for member in (members.object("extra")?.members ?? []).prefix(16) {
            guard let text = member.value.stringValue, !["grant_type", "client_secret"].contains(member.name) else {
                place.child("extra").child(member.name).report("must be a string, and not a part of the grant itself")
                continue
            }
            parameters.append(.init(name: member.name, value: text))
        }
        let refreshOn = refreshOn(&members)
        guard let url, let id, let secret else { return nil }
        return .clientCredentials(
            ClientCredentials(
                tokenURL: url, id: id, secret: secret, isInBody: isInBody, parameters: parameters,
                sending: .field(name: "authorization", prefix: "Bearer "), refreshOn: refreshOn))
    }

    /// Only the operator says who is told the client's secret: the service itself, or a host that he has listed.
    private func tokenURL(_ given: JSON?, at place: Place) -> String? {
        guard let given else {
            place.report("is required")
            return nil
        }
        let before = place.context.reports
        let template = ValueReader(allowed: .environment).read(given, at: place)
        guard place.context.reports == before else { return nil }
        guard case .literal(.string(let text)) = template, let (origin, target) = Origin.split(text),
            URLPath.isClean(String(target.prefix { $0 != "?" })), !target.contains("?")
        else {
            place.report("must be an absolute URL without a query")
            return nil
        }
        do throws(ReferenceError) {
            try ServiceBase.check(origin, allow)
        } catch {
            place.report(error.text)
            return nil
        }
        guard origin.host == base.host || allow.tokenHosts.contains(origin.host.text) else {
            place.report(
                "is on another host than the base; list it in \"allow\": {\"token_hosts\": [...]} if it is right")
            return nil
        }
        guard origin.isSecure || origin.host.isLoopback else {
            place.report("must be https")
            return nil
        }
        return text
    }

    // MARK: Login

    private func login(_ members: inout Members, _ secrets: inout Secrets, at place: Place) -> AuthRule? {
        var reader = RequestReader(arguments: [], steps: [])
        reader.allowed = .fixed
        let request = reader.read(members.take("request"), at: place.child("request"))
        request?.forEachValue { value in
            if case .secret(let named) = value, named.secret == nil, !secrets.missing.contains(named.name) {
                secrets.missing.append(named.name)
            }
        }
        let expect = StatusReader.set(members.array("expect", 1...16), at: place.child("expect")) ?? .success
        let source = members.members("token").flatMap(source)
        if !members.has("token") { members.missing("token") }
        let sending = sending(members.members("send"))
        let refreshOn = refreshOn(&members)
        var lifetimes = Login.LifetimeSource.allCases
        var pointer = ValuePointer(member: "expires_in")
        var seconds = 300
        if var inner = members.members("lifetime") {
            if let names = inner.texts("from", 0...3) {
                lifetimes = names.compactMap { name in
                    if let source = Login.LifetimeSource(rawValue: name) { return source }
                    inner.place.child("from").report("may have only json, cookie and jwt")
                    return nil
                }
            }
            pointer = inner.pointer("pointer") ?? pointer
            seconds = inner.number("default_seconds", 10...31_536_000) ?? seconds
            inner.finish()
        }
        guard let request, let source, let sending else { return nil }
        return .login(
            Login(
                request: request, expect: expect, source: source, sending: sending, lifetimes: lifetimes,
                lifetimePointer: pointer, defaultSeconds: seconds, refreshOn: refreshOn))
    }

    private func source(_ members: Members) -> Login.Source? {
        var members = members
        defer { members.finish() }
        let cookie = members.text("cookie", max: 128)
        let pointer = members.pointer("json")
        let field = field(members.text("header", max: 128), at: members.place.child("header"))
        switch (cookie, pointer, field) {
        case (let cookie?, nil, nil) where FieldRules.isName(cookie): return .cookie(cookie)
        case (nil, let pointer?, nil): return .json(pointer)
        case (nil, nil, let field?): return .field(field)
        default:
            members.place.report("must say where the token is: one of cookie, json and header")
            return nil
        }
    }

    private func sending(_ members: Members?) -> TokenSending? {
        guard var members else { return .field(name: "authorization", prefix: "Bearer ") }
        defer { members.finish() }
        let name = field(members.text("header", max: 128), at: members.place.child("header"))
        let prefix = prefix(&members)
        let cookie = members.text("cookie", max: 128)
        switch (name, cookie) {
        case (let name?, nil): return .field(name: name, prefix: prefix)
        case (nil, let cookie?) where FieldRules.isName(cookie): return .cookie(cookie)
        default:
            members.place.report("must say how the token is sent: one of header and cookie")
            return nil
        }
    }
}

/// Reads sets of statuses.
enum StatusReader {
    static func set(_ items: [JSON]?, at place: Place) -> StatusSet? {
        guard let items else { return nil }
        var ranges: [ClosedRange<Int>] = []
        for (index, item) in items.enumerated() {
            guard let range = StatusSet.range(item) else {
                place.child(String(index)).report("must be a status, such as 200, or a class of them, such as \"2xx\"")
                continue
            }
            ranges.append(range)
        }
        return StatusSet(ranges: ranges)
    }
}
