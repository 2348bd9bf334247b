/// The encoding of a file's text.
public enum TableEncoding: Sendable, Equatable, CaseIterable {
    case utf8, utf16LittleEndian, utf16BigEndian, windows1252, macintosh

    /// As it is shown.
    public var name: String {
        switch self {
        case .utf8: "UTF-8"
        case .utf16LittleEndian: "UTF-16LE"
        case .utf16BigEndian: "UTF-16BE"
        case .windows1252: "Windows-1252"
        case .macintosh: "Macintosh"
        }
    }

    /// The mark that a file may begin with.
    var mark: [UInt8] {
        switch self {
        case .utf8: [0xef, 0xbb, 0xbf]
        case .utf16LittleEndian: [0xff, 0xfe]
        case .utf16BigEndian: [0xfe, 0xff]
        case .windows1252, .macintosh: []
        }
    }

    /// What each octet from 0x80 on stands for, where one octet is one character; U+FFFD for what stands for nothing.
    var upperHalf: [Unicode.Scalar]? {
        switch self {
        case .windows1252: Self.windows1252Upper
        case .macintosh: Self.macintoshUpper
        default: nil
        }
    }

    /// The WHATWG's index-windows-1252, but without the control characters for octets that Windows has not assigned.
    private static let windows1252Upper =
        Array("€\u{fffd}‚ƒ„…†‡ˆ‰Š‹Œ\u{fffd}Ž\u{fffd}\u{fffd}‘’“”•–—˜™š›œ\u{fffd}žŸ".unicodeScalars)
        + (0xa0...0xff).map { (octet: UInt8) in Unicode.Scalar(octet) }

    /// Apple's ROMAN.TXT.
    private static let macintoshUpper = Array(
        ("ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰Â"
            + "ÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ").unicodeScalars)
}
