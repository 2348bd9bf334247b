/// How large the parts of a key may be.
public enum KeyBounds {
    /// Octets of an owner.
    public static let owner = 1...255
    /// Octets of a name.
    public static let name = 1...255
    /// Octets of a note.
    public static let maxNote = 1000
    /// Octets of an id that its maker chooses.
    public static let id = 1...64
    /// Days from its making to the end of its life.
    public static let expiryDays = 1...3650
    /// Days of life where nobody says any other.
    public static let standardExpiryDays = 365
    /// Calendars that are named one by one.
    public static let maxCalendars = 256
    /// Ranges of addresses.
    public static let maxRanges = 64
    /// Keys that are not revoked, where nobody says another number.
    public static let standardKeys = 10_000
    /// Keys that fit into 64 MiB of memory.
    public static let maxKeys = 100_000

    /// Words that paths of the API have in the place of an id.
    private static let reservedIDs: Set<String> = ["me", "self", "info"]

    /// Whether a maker may choose this id: lower-case letters and digits of ASCII, with hyphens, underscores and dots between.
    public static func isID(_ text: String) -> Bool {
        let bytes = text.utf8
        guard id.contains(bytes.count), !reservedIDs.contains(text) else { return false }
        let isPlain = { (byte: UInt8) in (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) }
        guard let first = bytes.first, let last = bytes.last, isPlain(first), isPlain(last) else { return false }
        return bytes.allSatisfy {
            isPlain($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
        }
    }
}
