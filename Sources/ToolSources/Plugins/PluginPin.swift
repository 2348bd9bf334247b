/// What an operator has approved of a plugin: a digest of its files and of what it says of itself.
public struct PluginPin: Sendable, Equatable, CustomStringConvertible {
    private static let prefix = "sha256:"

    /// As `plugins.json` has it.
    public let description: String

    /// - Parameter digest: 32 octets of SHA-256.
    public init(_ digest: [UInt8]) {
        description = Self.prefix + digest.hexadecimal
    }

    /// Reads what `description` gives; nil for anything else.
    public init?(_ text: String) {
        let digits = text.dropFirst(Self.prefix.count).utf8
        guard text.hasPrefix(Self.prefix), digits.count == 64,
            digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        description = text
    }
}
