public import Core

/// Why a file was not fetched, in words for whoever has named its address. They hold neither a part of an answer nor any address
/// but the host that was named: what a name leads to within a network is not for those outside.
public struct FetchFailure: Error, Sendable, Equatable {
    /// What was met.
    public enum Reason: Error, Sendable, Equatable {
        case malformed(FetchURL.Problem)
        case plainHTTP
        case host
        case port
        /// The address is none that anything is fetched from, or its host has one.
        case network
        case redirects
        case redirectToNowhere
        case downgrade
        case status(Int)
        case tooLarge(Int)
        /// None of these media types.
        case type([String])
        /// Its octets are not what its type says.
        case content
        /// It is compressed, though it was asked for as it is.
        case encoding
        case pixels(Int)
        case side(Int)
        case overdue(Double)
        case unknownHost
        case unreachable
        case insecure
        case broken
        /// The file could not be written.
        case storage
        case cancelled
    }

    /// Why the file was not got.
    public let reason: Reason
    /// It was met on the way, at an address that nobody has named.
    public let isRedirect: Bool
    /// The host that was named, where one was.
    public var host: HostName?

    public init(_ reason: Reason, isRedirect: Bool = false, host: HostName? = nil) {
        (self.reason, self.isRedirect, self.host) = (reason, isRedirect, host)
    }

    /// Whether a rule stands against it, so that the same address fails again.
    public var isRefusal: Bool {
        switch reason {
        case .malformed, .plainHTTP, .host, .port, .network, .redirects, .redirectToNowhere, .downgrade, .tooLarge,
            .type, .content, .encoding, .pixels, .side:
            true
        case .status, .overdue, .unknownHost, .unreachable, .insecure, .broken, .storage, .cancelled: false
        }
    }

    /// One sentence, with what to change where that can be told.
    public var text: String {
        let subject = isRedirect ? "The address redirects to one that" : "The address"
        switch reason {
        case .malformed(let problem): return subject + " " + Self.words(problem)
        case .plainHTTP: return subject + " is not https://. Use one that is."
        case .host: return subject + " is on a host from which the operator lets nothing be fetched."
        case .port: return subject + " has a port from which the operator lets nothing be fetched."
        case .network: return subject + " is in a network from which nothing is fetched."
        case .redirects: return "The address redirects more than \(FetchRule.maxRedirects) times. Use the last address."
        case .redirectToNowhere: return "The address redirects without saying where to."
        case .downgrade: return "The address redirects from https:// to http://, which is not followed."
        case .status(let status): return subject + " answers with the status \(status)."
        case .tooLarge(let most): return "The file is larger than \(most) bytes. Use a smaller one."
        case .type(let types): return "The file is none of \(types.joined(separator: ", ")). Use one that is."
        case .content: return "The file is not what its server says it is, or is broken."
        case .encoding:
            return "The file's server compresses it, though asked not to. Use an address that serves it as it is."
        case .pixels(let most): return "The image has more than \(most) pixels. Use a smaller one."
        case .side(let most): return "The image has more than \(most) pixels on one side. Use a smaller one."
        case .overdue(let seconds):
            let whole = seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
            return "The file did not arrive within \(whole) seconds."
        case .unknownHost: return subject + " is on a host that is not known."
        case .unreachable: return subject + " is on a host that cannot be reached."
        case .insecure: return subject + " is on a host that proves no identity by a certificate."
        case .broken: return "The connection broke before the whole file was there."
        case .storage: return "The gateway has no room for the file."
        case .cancelled: return "The call was cancelled."
        }
    }

    private static func words(_ problem: FetchURL.Problem) -> String {
        switch problem {
        case .length: "is empty or longer than \(FetchURL.maxLength) characters."
        case .character: "has a character that must be percent-encoded."
        case .scheme: "does not begin with https://."
        case .userInformation: "has user information before its host. Leave it out."
        case .host: "has no host that can be read in one way only: a name, 192.0.2.1 or [2001:db8::1]."
        case .port: "has a port that is not a number from 1 to 65535."
        case .escape: "has a percent sign without two hexadecimal digits."
        case .fragment: "has a fragment. Leave the # and what follows out."
        }
    }
}
