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

/// Says which encoding a file has, by its mark or by its octets; what may be several is refused and not guessed.
enum EncodingDetector {
    /// - Parameters:
    ///   - bytes: the whole file without its mark.
    ///   - mark: the encoding that its mark names.
    /// - Throws: where and why it cannot be told.
    static func encoding(of bytes: ArraySlice<UInt8>, marked mark: TableEncoding?) throws(ReadProblem) -> TableEncoding
    {
        if let mark {
            guard mark == .utf8 else { return mark }
            guard let offset = TextDecoder.invalidUTF8(bytes) else { return .utf8 }
            throw TextDecoder.problem(
                at: offset, in: bytes,
                "is not UTF-8, as the file's mark says it is: save it again as CSV UTF-8, or say its --encoding")
        }
        if let zero = bytes.firstIndex(of: 0) { return try wide(bytes, zero) }
        guard let offset = TextDecoder.invalidUTF8(bytes) else { return .utf8 }
        if bytes[..<offset].contains(where: { $0 >= 0x80 }) || hasUTF8(bytes[offset...]) {
            throw TextDecoder.problem(
                at: offset, in: bytes,
                "is not UTF-8, as other lines are: the file seems to be made of two; save it again as CSV UTF-8")
        }
        if let (offset, why) = doubt(bytes) { throw TextDecoder.problem(at: offset, in: bytes, why) }
        return .windows1252
    }

    /// Latin text in UTF-16 without a mark has a zero beside each letter.
    private static func wide(_ bytes: ArraySlice<UInt8>, _ zero: Int) throws(ReadProblem) -> TableEncoding {
        var zeros = [0, 0]
        let head = bytes.prefix(1024)
        for index in head.indices where head[index] == 0 { zeros[(index - head.startIndex) & 1] += 1 }
        let half = max(head.count / 2, 1)
        if zeros[0] == 0, zeros[1] * 4 >= half * 3 { return .utf16LittleEndian }
        if zeros[1] == 0, zeros[0] * 4 >= half * 3 { return .utf16BigEndian }
        throw TextDecoder.problem(at: zero, in: bytes, "is zero: the file is not a text table")
    }

    private static func hasUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard let length = TextDecoder.sequenceLength(bytes, at: index) else {
                index += 1
                continue
            }
            if length > 1 { return true }
            index += 1
        }
        return false
    }

    /// The first octet that has no good meaning in Windows-1252, and what the file seems to be.
    ///
    /// A sign between two letters, a capital after a small one, an octet without meaning: so looks the text of a Mac, or of
    /// Eastern Europe, when it is read as Windows-1252. Four letters beyond ASCII in a row are of no language of the West.
    private static func doubt(_ bytes: ArraySlice<UInt8>) -> (Int, String)? {
        let upper = TableEncoding.windows1252.upperHalf ?? []
        var run = 0
        for index in bytes.indices {
            let byte = bytes[index]
            guard byte >= 0x80 else {
                run = 0
                continue
            }
            let before = index > bytes.startIndex ? bytes[index - 1] : 0x20
            let after = index + 1 < bytes.endIndex ? bytes[index + 1] : 0x20
            let meant = upper[Int(byte) - 0x80]
            run = meant.properties.isAlphabetic ? run + 1 : 0
            let isSignInWord =
                !meant.properties.isAlphabetic && !mayJoin.contains(byte) && isLetter(before) && isLetter(after)
            let isCapitalInWord = capitalsOfMacs.contains(byte) && (0x61...0x7a).contains(before)
            if meant == "\u{fffd}" || isSignInWord || isCapitalInWord {
                return (
                    index,
                    "makes no sense in Windows-1252; the file may be from a Mac (--encoding macintosh) or in another old "
                        + "encoding: save it again as CSV UTF-8, or say its --encoding"
                )
            }
            if run > 3 {
                return (
                    index,
                    "is one of a row that no language in Windows-1252 has; the file seems to be in an old encoding of "
                        + "another script: save it again as CSV UTF-8, or say its --encoding"
                )
            }
        }
        return nil
    }

    /// Apostrophes, dashes, three dots, the soft hyphen, the blank that does not break, the middle dot: within words of the
    /// West.
    private static let mayJoin: Set<UInt8> = [0x85, 0x91, 0x92, 0x96, 0x97, 0xa0, 0xad, 0xb4, 0xb7]
    /// Š Œ Ž Ÿ, where a Mac has ä å é ü.
    private static let capitalsOfMacs: Set<UInt8> = [0x8a, 0x8c, 0x8e, 0x9f]

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
}
