import Core

/// The names of tools from outside: what a source may call them, and what clients call them.
///
/// A name follows from the configuration and from what its source says, never from what else happens to be there.
public enum ToolNames {
    /// SHA-256 over octets (FIPS 180-4). Given by whoever has it, as nothing here computes a digest.
    public typealias Digest = @Sendable (_ octets: [UInt8]) -> [UInt8]

    /// Octets of a tool's name. Hosts put a prefix of their own before it, and models take 64 in all.
    public static let maxBytes = 48
    /// Octets of a name as its source writes it.
    public static let maxRawBytes = 128

    /// Whether a plugin may be called so: a letter or digit and at most 31 letters, digits, `_` and `-` more, without `__`, which
    /// parts the plugin from its command.
    public static func isPlugin(_ name: String) -> Bool {
        guard let first = name.utf8.first, first.isASCIIAlphanumeric, name.utf8.count <= 32, isWord(name) else {
            return false
        }
        return !zip(name.utf8, name.utf8.dropFirst()).contains { $0 == UInt8(ascii: "_") && $1 == UInt8(ascii: "_") }
    }

    /// Whether a plugin may call a command so: letters, digits, `_` and `-`. It does not begin with `-`, or the plugin would take
    /// it for an option.
    public static func isCommand(_ name: String) -> Bool {
        name.utf8.count <= maxRawBytes && name.utf8.first != UInt8(ascii: "-") && isWord(name)
    }

    private static func isWord(_ name: String) -> Bool { !name.isEmpty && name.utf8.allSatisfy(isAllowed) }

    private static func isAllowed(_ octet: UInt8) -> Bool {
        octet.isASCIIAlphanumeric || octet == UInt8(ascii: "_") || octet == UInt8(ascii: "-")
    }

    /// The name with `_` for every character that a tool's name cannot have.
    public static func mapped(_ raw: String) -> String {
        String(String.UnicodeScalarView(raw.unicodeScalars.map { $0.isASCII && isAllowed(UInt8($0.value)) ? $0 : "_" }))
    }

    /// The name under which clients call a tool: source and tool with `__` between them. A longer one than 48 octets is its first
    /// 39, `_`, and 8 hexadecimal digits of the digest of the whole.
    /// - Parameter source: nil for a tool that has its name to itself.
    public static func name(_ source: String?, _ tool: String, digest: Digest) -> String {
        let full = (source.map { $0 + "__" } ?? "") + tool
        guard full.utf8.count > maxBytes else { return full }
        var octets = Array(full.utf8.prefix(maxBytes - 9))
        octets.append(UInt8(ascii: "_"))
        for octet in digest(Array(full.utf8)).prefix(4) { octets += [.hexDigit(octet >> 4), .hexDigit(octet)] }
        return String(decoding: octets, as: UTF8.self)
    }
}
