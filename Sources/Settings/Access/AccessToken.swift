public import Core
import Crypto

/// One token that opens the gateway, known by its digest alone.
public struct AccessToken: Sendable, Equatable {
    /// Names its holder in the log; several tokens may have one label, so that a token can be replaced without a gap.
    public let label: String
    /// What its holder may do.
    public let scope: AccessScope
    /// SHA-256. A token is long and random, so nothing slower is needed to keep it from being guessed.
    package let digest: [UInt8]
    /// The toolset that bounds what its holder sees; nil for none.
    package var toolset: String?
    /// The names of tools that its holder sees; nil for all.
    package var tools: ToolFilter?
    /// How many calls of tools its holder may make.
    package var calls = CallLimits()

    /// Whoever has the token.
    /// - Parameter toolset: the toolset of a name; nil where there is none, and no tool is seen then.
    package func principal(_ toolset: (String) -> ToolFilter?) -> Principal {
        let bounds = [self.toolset.map { toolset($0) ?? .nothing }, tools].compactMap { $0 }
        return Principal(label: label, scopes: scope.scopes, tools: bounds, calls: calls)
    }
}

/// Where the tokens are written.
public enum TokenSource: Sendable, Equatable {
    /// In the setting itself.
    case listed([AccessToken])
    /// In a file of this path, read at the start and on SIGHUP.
    case file(String)
}

/// Reads `label:scope:token` entries, after which may stand a toolset, patterns for names of tools and limits of calls:
/// `label:scope:token:toolset:patterns:limits`, with spaces between patterns and between limits. What is wrong is told by the entry's number: whichever part is
/// misplaced may be the secret, so no part is repeated.
package enum TokenList {
    /// Characters of a token, at least.
    package static let shortestToken = 20
    /// Characters of a token, at most.
    package static let longestToken = 256
    /// Characters of a label, at most.
    package static let longestLabel = 32
    /// Each request's token is compared with all of them.
    package static let maxTokens = 256

    /// What was found, and what is wrong with the rest.
    package struct Reading {
        package var tokens: [AccessToken] = []
        /// What is wrong with the entries, each with its number and without its text.
        package var problems: [String] = []
    }

    /// Reads entries that commas or line ends separate. A line that starts with `#` is a comment.
    ///
    /// - Parameter key: Luma's own, which must not open the gateway: a client would then hold it.
    package static func read(_ text: String, key: Secret?) -> Reading {
        var reading = Reading()
        var number = 0
        let forbidden = key.flatMap { digest($0.reveal()) }
        for line in text.split(whereSeparator: \.isNewline) where trimmed(line).first != "#" {
            for part in line.split(separator: ",") {
                let entry = trimmed(part)
                if entry.isEmpty { continue }
                number += 1
                if let problem = add(entry, forbidden, &reading.tokens) {
                    reading.problems.append("entry \(number) \(problem)")
                }
            }
        }
        if number == 0 { reading.problems.append("there is no entry; expected label:scope:token") }
        if reading.tokens.count > maxTokens { reading.problems.append("there are more than \(maxTokens) tokens") }
        return reading
    }

    /// - Returns: what is wrong with the entry, nil when it was added.
    private static func add(_ entry: Substring, _ forbidden: [UInt8]?, _ tokens: inout [AccessToken]) -> String? {
        let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
        guard (3...6).contains(parts.count) else {
            return "is not of the form label:scope:token or label:scope:token:toolset:patterns:limits"
        }
        let (label, token) = (String(parts[0]), parts[2])
        guard (1...longestLabel).contains(label.utf8.count), label.utf8.allSatisfy(isLabelByte) else {
            return "has no label of 1 to \(longestLabel) letters, digits, dots, hyphens and underscores"
        }
        guard label != "local" else { return "has the label local, which is reserved for callers without a token" }
        guard let scope = AccessScope(rawValue: String(parts[1])) else {
            return "has a scope that is not read, write or admin"
        }
        guard token.utf8.count >= shortestToken else {
            return "has a token of less than \(shortestToken) characters; openssl rand -hex 24 makes a good one"
        }
        guard token.utf8.count <= longestToken else { return "has a token of more than \(longestToken) characters" }
        guard token.utf8.allSatisfy(Bearer.isTokenByte) else {
            return "has a token with characters other than letters, digits and -._~+/="
        }
        guard let digest = digest(String(token)) else { return "has a token that OpenSSL cannot hash" }
        guard digest != forbidden else { return "has the Luma API key as its token; generate another" }
        guard !tokens.contains(where: { $0.digest == digest }) else { return "has the token of another entry" }
        guard !tokens.contains(where: { $0.label == label && $0.scope != scope }) else {
            return "has the label of another entry with a different scope"
        }
        var new = AccessToken(label: label, scope: scope, digest: digest)
        if let problem = bound(&new, parts.dropFirst(3).map(trimmed)) { return problem }
        // Sessions and confirmations go by the label.
        guard !tokens.contains(where: { $0.label == label && ($0.toolset, $0.tools) != (new.toolset, new.tools) })
        else { return "has the label of another entry with different tools" }
        guard !tokens.contains(where: { $0.label == label && $0.calls != new.calls }) else {
            return "has the label of another entry with different limits"
        }
        tokens.append(new)
        return nil
    }

    /// Reads what bounds the tools of an entry and their calls.
    /// - Returns: what is wrong with it, nil when nothing is.
    private static func bound(_ token: inout AccessToken, _ parts: [Substring]) -> String? {
        if let name = parts.first, !name.isEmpty {
            guard ToolsetList.isName(name) else {
                return "has a toolset whose name is not \(ToolsetList.nameRule)"
            }
            token.toolset = String(name)
        }
        if parts.count > 1, !parts[1].isEmpty {
            guard let filter = ToolFilter(parts[1].split(separator: " ")) else {
                return
                    "has patterns that are not names of tools with * and ?, separated by spaces; ! before one denies it"
            }
            token.tools = filter
        }
        if parts.count > 2, !parts[2].isEmpty {
            guard let limits = CallLimits(parts[2].split(separator: " ")) else {
                return "has limits that are not per_minute=N and concurrency=N, from 1 to \(CallLimits.most)"
            }
            token.calls = limits
        }
        return nil
    }

    /// SHA-256 of a token; nil when OpenSSL fails.
    package static func digest(_ token: String) -> [UInt8]? { try? Digest.sha256(Array(token.utf8)) }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " || $0 == "\t" }
        guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return start[...last]
    }
}

/// What bearer tokens are written in.
package enum Bearer {
    /// What a `b64token` of RFC 6750 is made of.
    package static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "+"),
            UInt8(ascii: "/"), UInt8(ascii: "="):
            true
        default: byte.isASCIIAlphanumeric
        }
    }
}
