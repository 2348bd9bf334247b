@_spi(_Unicode) import Swift

extension String {
    /// Normalization Form C (UAX #15): the same bytes for texts that are canonically equivalent, as Swift's own `==` calls them
    /// equal. The standard library has it, but not in its public interface yet.
    public var normalized: String {
        var scalars = UnicodeScalarView()
        for scalar in _nfc { scalars.append(scalar) }
        return String(scalars)
    }
}

extension String {
    /// Marks that may follow each other: more than any language writes over one letter (UAX #15, Stream-Safe Text Format).
    static let maxMarksInARow = 30

    /// The text in Stream-Safe Text Format: a long row of combining marks is parted by a joiner that nobody sees, any other text is
    /// itself.
    ///
    /// Swift compares and hashes texts by canonical equivalence, and puts the marks of a row in order for that, in a time that
    /// grows with the square of their number. Without a bound one text of a megabyte takes hours wherever it is looked up.
    public var streamSafe: String {
        guard mayHaveLongRows else { return self }
        let ends = endsOfRows
        guard !ends.isEmpty else { return self }
        // A megabyte is copied as octets: scalar by scalar it would hold a loop for a tenth of a second.
        let octets = Array(utf8)
        var output: [UInt8] = []
        output.reserveCapacity(octets.count + ends.count * Self.joiner.count)
        var start = 0
        for end in ends {
            output += octets[start..<end]
            output += Self.joiner
            start = end
        }
        output += octets[start...]
        return String(decoding: output, as: UTF8.self)
    }

    /// U+034F COMBINING GRAPHEME JOINER in UTF-8.
    private static let joiner: [UInt8] = [0xcd, 0x8f]

    /// Where rows of marks reach their bound and go on, as offsets of octets.
    private var endsOfRows: [Int] {
        var ends: [Int] = []
        var (offset, marks) = (0, 0)
        for scalar in unicodeScalars {
            marks = scalar.isCombiningMark ? marks + 1 : 0
            if marks > Self.maxMarksInARow {
                ends.append(offset)
                marks = 1
            }
            offset += UTF8.width(scalar)
        }
        return ends
    }

    /// No mark is ASCII, and none is shorter than two octets: most texts are told apart by that alone.
    private var mayHaveLongRows: Bool {
        var row = 0
        for octet in utf8 {
            row = octet < 0x80 ? 0 : row + 1
            if row > 2 * Self.maxMarksInARow { return true }
        }
        return false
    }
}

extension Unicode.Scalar {
    /// Whether it stands over, under or in what comes before it, and has a place in the order of such marks.
    var isCombiningMark: Bool { value >= 0x300 && properties.canonicalCombiningClass != .notReordered }
}

extension String {
    /// The text in lines of at most `width` characters, broken at its spaces; a word that is longer stands alone.
    public func wrapped(to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
