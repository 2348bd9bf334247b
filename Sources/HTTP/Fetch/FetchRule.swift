public import Core

/// What may be fetched from addresses that somebody else names, and how much of it.
public struct FetchRule: Sendable, Equatable {
    /// Hosts that are named by one word.
    public enum Hosts: Sendable, Equatable {
        case any
        case one(HostName)
        /// All whose names end with a dot and this, however many labels stand before it.
        case below(HostName)

        /// `*`, `*.example.org` or a host; nil for anything else.
        public init?(_ text: String) {
            if text == "*" {
                self = .any
            } else if text.hasPrefix("*.") {
                guard let host = HostName(String(text.dropFirst(2))), !host.isAddress else { return nil }
                self = .below(host)
            } else {
                guard let host = HostName(text) else { return nil }
                self = .one(host)
            }
        }

        func contains(_ host: HostName) -> Bool {
            switch self {
            case .any: true
            case .one(let own): own == host
            case .below(let parent): host.text.hasSuffix("." + parent.text)
            }
        }

        /// As it is written.
        public var text: String {
            switch self {
            case .any: "*"
            case .one(let host): host.text
            case .below(let host): "*." + host.text
            }
        }
    }

    /// The ports of web servers.
    public static let standardPorts: Set<Int> = [80, 443, 8080, 8443]
    /// Octets of a file where no other bound is set.
    public static let standardBytes = 10 << 20
    /// Pixels of an image where no other bound is set.
    public static let standardPixels = 25_000_000
    /// Seconds for a file where no other bound is set.
    public static let standardSeconds = 20.0
    /// Pixels on a side of an image.
    public static let maxSide = 16_384
    /// Redirects that are followed one after another.
    public static let maxRedirects = 5

    /// Hosts with public addresses.
    public var hosts: [Hosts] = []
    /// Hosts that may also have addresses of private networks or, if they can only mean this machine, of this machine.
    public var privateHosts: [HostName] = []
    /// Addresses that begin with http:// as well.
    public var allowsPlainHTTP = false
    /// Ports of addresses.
    public var ports = standardPorts
    /// Octets of a file, after what it was compressed by is undone.
    public var maxBytes = standardBytes
    /// Pixels of an image.
    public var maxPixels = standardPixels
    /// From the first look-up of a name to the last octet, over all redirects.
    public var seconds = standardSeconds
    /// Media types in lower case, without parameters; empty for all.
    public var types: [String] = []

    /// Nothing may be fetched.
    public init() {}

    /// Whether an address may be fetched, as far as it can be told without its host's addresses.
    /// - Parameter hasLeft: a redirect has led to another host than the one that was named.
    func hop(to url: FetchURL, hasLeft: Bool) throws(FetchFailure.Reason) -> FetchHop {
        guard url.isSecure || allowsPlainHTTP else { throw .plainHTTP }
        // What was named by the operator is not for those that somebody else's server names.
        let isPrivate = !hasLeft && privateHosts.contains(url.host)
        guard isPrivate || hosts.contains(where: { $0.contains(url.host) }) else { throw .host }
        guard isPrivate || !Self.isLocal(url.host) else { throw .network }
        guard ports.contains(url.port) else { throw .port }
        return FetchHop(
            url: url, allowsPrivate: isPrivate && !url.host.isLoopback, allowsLoopback: isPrivate && url.host.isLoopback
        )
    }

    /// Names that have a meaning in some network alone (RFC 6761, RFC 6762, RFC 8375), and this machine.
    private static func isLocal(_ host: HostName) -> Bool {
        if host.isLoopback || host.isWildcard { return true }
        if host.isAddress { return false }
        let labels = host.text.split(separator: ".")
        return labels.count < 2 || host.text.hasSuffix(".home.arpa")
            || ["localhost", "local", "internal"].contains(labels.last ?? "")
    }
}

/// One request on the way to a file, and where it may connect to.
public struct FetchHop: Sendable, Equatable {
    public let url: FetchURL
    /// Addresses of private networks, beside public ones.
    public let allowsPrivate: Bool
    /// Addresses of this machine, beside public ones.
    public let allowsLoopback: Bool
}

/// The way from an address that somebody names to the file, over redirects that are each checked as if they had been named.
///
/// Nothing goes along but the address: no credentials, cookies or bodies are ever sent.
public struct FetchJourney: Sendable {
    public let rule: FetchRule
    /// The host that was named.
    public let host: HostName
    /// What is to be asked for now.
    public private(set) var hop: FetchHop
    /// Redirects so far.
    public private(set) var redirects = 0
    private var hasLeft = false

    /// - Throws: why nothing is asked for.
    public init(_ address: String, by rule: FetchRule) throws(FetchFailure) {
        self.rule = rule
        let url: FetchURL
        do throws(FetchURL.Problem) { url = try FetchURL(address) } catch { throw FetchFailure(.malformed(error)) }
        host = url.host
        do throws(FetchFailure.Reason) { hop = try rule.hop(to: url, hasLeft: false) } catch {
            throw FetchFailure(error, host: url.host)
        }
    }

    /// Takes note of an answer.
    /// - Returns: whether it is a redirect, and `hop` is now where it leads to.
    public mutating func follow(status: Int, location: String?) throws(FetchFailure) -> Bool {
        guard [301, 302, 303, 307, 308].contains(status) else { return false }
        do throws(FetchFailure.Reason) {
            try redirect(to: location)
            return true
        } catch {
            throw FetchFailure(error, isRedirect: true, host: host)
        }
    }

    /// What is told of something that was met where it has come to.
    public func failure(_ reason: FetchFailure.Reason) -> FetchFailure {
        FetchFailure(reason, isRedirect: redirects > 0, host: host)
    }

    private mutating func redirect(to location: String?) throws(FetchFailure.Reason) {
        guard let location else { throw .redirectToNowhere }
        guard redirects < FetchRule.maxRedirects else { throw .redirects }
        redirects += 1
        let next: FetchURL
        do throws(FetchURL.Problem) { next = try hop.url.following(location) } catch { throw .malformed(error) }
        if hop.url.isSecure, !next.isSecure { throw .downgrade }
        if next.host != hop.url.host { hasLeft = true }
        hop = try rule.hop(to: next, hasLeft: hasLeft)
    }
}
