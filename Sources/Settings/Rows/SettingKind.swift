import Core

/// What a setting's text must look like, with its bounds.
public enum SettingKind: Sendable {
    case boolean
    /// True, false or one word more.
    case booleanOr(String)
    case integer(ClosedRange<Int>)
    /// A plain decimal number: digits, and a fraction when wanted.
    case number(ClosedRange<Double>)
    /// One of these words.
    case word([String])
    /// Printable ASCII without spaces, because it becomes a header field.
    case secret
    /// An id of Luma's with its prefix, such as `cal-`.
    case id(prefix: String)
    /// A host name, an IPv4 or an IPv6 address.
    case host
    /// Hosts with an optional port each, separated by commas.
    case hosts
    /// `label:scope:token` entries, or `@` and the name of a file with them; the entries are checked later, one by one.
    case tokens
    /// Toolsets as JSON, or `@` and the name of a file with them; they are checked later, one by one.
    case toolsets
    /// Origins of web pages, separated by commas.
    case origins
    /// Addresses and ranges of them in the form of CIDR, separated by commas.
    case addressRanges
    /// The URL that Luma's paths are appended to.
    case baseURL
    /// Where another service is. Whoever calls it looks at it closely: a name that other programs use too must not stop this one.
    case address
    /// The name of a file or a directory.
    case path
    /// Rules by which the emulator misbehaves; it alone knows how they are written (`SettingChecks`).
    case faults

    /// On the command line its flag alone means true, and another value follows after `=`.
    public var standsAlone: Bool {
        switch self {
        case .boolean, .booleanOr: true
        default: false
        }
    }

    /// What is accepted, to follow "expected".
    public var expectation: String {
        switch self {
        case .boolean: "true or false"
        case .booleanOr(let word): "true, false or \(word)"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
        case .word(let words): words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        case .secret: "1 to 512 printable ASCII characters without spaces"
        case .id(let prefix): "an id that starts with \(prefix), such as \(prefix)a1B2c3D4e5F6g7H"
        case .host: "a host name, an IPv4 or an IPv6 address, without a port"
        case .hosts: "host names or addresses, each with an optional :port, separated by commas; or *"
        case .tokens: "label:scope:token entries separated by commas, or @ and the name of a file with one on each line"
        case .toolsets:
            "a JSON object of toolsets, such as {\"events\": [\"list_*\"]}, or @ and the name of a file with one"
        case .origins: "origins such as https://app.example.com, separated by commas"
        case .addressRanges: "addresses or ranges such as 10.0.0.0/8 and 2001:db8::/32, separated by commas"
        case .baseURL: "an https:// URL without user, query or fragment (http:// only for a loopback address)"
        case .address: "a URL of at most 1024 printable ASCII characters without spaces"
        case .path: "a path of at most 4096 bytes"
        case .faults: "fault rules, such as status=503,chance=0.1;reset,after,nth=3"
        }
    }

    private static func text(_ bound: Double) -> String {
        bound == bound.rounded() ? String(Int(bound)) : String(bound)
    }
}

/// A setting's value after its text was read.
public enum SettingValue: Sendable, Equatable {
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([String])
}

extension SettingKind {
    /// The value of a text, nil when it is not of this kind or is out of bounds.
    public func parse(_ text: String) -> SettingValue? {
        switch self {
        case .boolean:
            switch text.lowercased() {
            case "true", "1", "yes", "on": return .boolean(true)
            case "false", "0", "no", "off": return .boolean(false)
            default: return nil
            }
        case .booleanOr(let word): return text.lowercased() == word ? .text(word) : Self.boolean.parse(text)
        case .integer(let range):
            guard Self.isDecimal(text, fraction: false), let value = Int(text), range.contains(value) else {
                return nil
            }
            return .integer(value)
        case .number(let range):
            guard Self.isDecimal(text, fraction: true), let value = Double(text), range.contains(value) else {
                return nil
            }
            return .number(value)
        case .word(let words):
            let word = text.lowercased()
            return words.contains(word) ? .text(word) : nil
        case .secret:
            let isFit = (1...512).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
            return isFit ? .text(text) : nil
        case .id(let prefix):
            guard text.hasPrefix(prefix), (prefix.utf8.count + 1...128).contains(text.utf8.count) else { return nil }
            return text.utf8.allSatisfy(\.isLumaIDByte) ? .text(text) : nil
        case .host: return HostName(text).map { .text($0.text) }
        case .hosts:
            let items = text.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
            return items.count <= 256 && items.allSatisfy(AllowedHosts.isEntry) ? .list(items) : nil
        case .tokens:
            let isFit = text.utf8.count <= 131_072 && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
            return isFit && text != "@" ? .text(text) : nil
        case .toolsets:
            let isFit = text.utf8.count <= ToolsetList.maxBytes && (text.first == "{" || text.first == "@")
            return isFit && text != "@" ? .text(text) : nil
        case .origins:
            let items = text.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
            return items.count <= 256 && items.allSatisfy(AllowedOrigins.isEntry) ? .list(items) : nil
        case .addressRanges:
            let items = text.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
            return items.count <= 256 && items.allSatisfy { (try? AddressRange($0)) != nil } ? .list(items) : nil
        case .baseURL: return BaseURL(text).map { .text($0.text) }
        case .address:
            let isFit = (1...1024).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
            return isFit ? .text(text) : nil
        case .path:
            let isFit = (1...4096).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
            return isFit ? .text(text) : nil
        case .faults: return .text(text)
        }
    }

    /// Digits, and at most one point between digits: no sign, no exponent, no `nan`.
    private static func isDecimal(_ text: String, fraction: Bool) -> Bool {
        guard text.utf8.count <= 32 else { return false }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 1 || fraction else { return false }
        return parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

/// What is wrong with the text of a kind that this module does not know by itself; nil when nothing is.
public typealias SettingChecks = @Sendable (SettingKind, String) -> String?
