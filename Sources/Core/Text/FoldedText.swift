/// Makes texts comparable for a search: small letters, and letters without their accents.
public enum FoldedText {
    /// The text as it is compared, in UTF-8: `Café` and `CAFE` are the same. Reads each byte once.
    public static func bytes(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x41...0x5a: output.append(UInt8(scalar.value | 0x20))
            case 0x00...0x7f: output.append(UInt8(scalar.value))
            // Accents that stand by themselves (Combining Diacritical Marks).
            case 0x300...0x36f: break
            default:
                for small in scalar.properties.lowercaseMapping.unicodeScalars {
                    if let plain = plain[small] {
                        output += plain
                    } else if !(0x300...0x36f).contains(small.value) {
                        output += UTF8.encode(small).map(Array.init) ?? []
                    }
                }
            }
        }
        return output
    }

    /// The letters of Latin, Greek and Cyrillic that have accents, by what is left without them.
    private static let letters: [(plain: String, accented: String)] = [
        ("a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
        ("b", "ḃḅḇ"),
        ("c", "çćĉċčḉ"),
        ("d", "ðďđḋḍḏḑḓ"),
        ("e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
        ("f", "ḟ"),
        ("g", "ĝğġģǧǵḡ"),
        ("h", "ĥħȟḣḥḧḩḫẖ"),
        ("i", "ìíîïĩīĭįıǐȉȋḭḯỉị"),
        ("j", "ĵǰ"),
        ("k", "ķǩḱḳḵ"),
        ("l", "ĺļľłḷḹḻḽ"),
        ("m", "ḿṁṃ"),
        ("n", "ñńņňǹṅṇṉṋ"),
        ("o", "òóôõöøōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"),
        ("p", "ṕṗ"),
        ("r", "ŕŗřȑȓṙṛṝṟ"),
        ("s", "śŝşšșṡṣṥṧṩ"),
        ("t", "ţťŧțṫṭṯṱẗ"),
        ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
        ("v", "ṽṿ"),
        ("w", "ŵẁẃẅẇẉẘ"),
        ("x", "ẋẍ"),
        ("y", "ýÿŷȳẏẙỳỵỷỹ"),
        ("z", "źżžẑẓẕ"),
        ("α", "ά"),
        ("ε", "έ"),
        ("η", "ή"),
        ("ι", "ΐίϊ"),
        ("ο", "ό"),
        ("υ", "ΰϋύ"),
        ("ω", "ώ"),
        ("г", "ѓ"),
        ("е", "ѐё"),
        ("и", "йѝ"),
        ("к", "ќ"),
        ("у", "ў"),
        ("і", "ї"),
        ("ae", "æǣǽ"), ("oe", "œ"), ("ss", "ß"), ("th", "þ"), ("o", "ǿ"), ("σ", "ς"),
    ]

    private static let plain: [Unicode.Scalar: [UInt8]] = {
        var table: [Unicode.Scalar: [UInt8]] = [:]
        for (plain, accented) in letters {
            for scalar in accented.unicodeScalars { table[scalar] = Array(plain.utf8) }
        }
        return table
    }()
}

/// Texts without what people leave away when they type: accents, capital letters, and marks between words.
public enum PlainText {
    private static let longest = 200

    /// Lower-case letters without accents, digits, and one blank where there was anything else between them.
    public static func words(_ text: String) -> String {
        let beginning = String(text.unicodeScalars.prefix(longest))
        var output = String.UnicodeScalarView()
        for scalar in String(decoding: FoldedText.bytes(beginning), as: UTF8.self).unicodeScalars {
            if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                output.append(scalar)
            } else if output.last != " ", !output.isEmpty {
                output.append(" ")
            }
        }
        if output.last == " " { output.removeLast() }
        return String(output)
    }
}

extension String {
    /// Without blanks and tabs around it.
    public var trimmingBlanks: String {
        guard let first = utf8.first, let last = utf8.last, [first, last].contains(where: { $0 == 0x20 || $0 == 0x09 })
        else { return self }
        let start = drop { $0 == " " || $0 == "\t" }
        guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return String(start[...end])
    }
}

/// Finds the name that was probably meant, for an error that names it.
public enum NearestName {
    /// Longer texts are no slips of the hand; also bounds the work.
    private static let longest = 64

    /// The name among `names` that differs least from `text`, the first of several; nil when none is near.
    ///
    /// A difference is a character that is missing, extra or another, or two neighbours that are swapped; the case of
    /// ASCII letters does not count. Near means at most one difference for every three characters, and never over two:
    /// no name is better than a wrong one.
    public static func suggest(for text: String, among names: some Sequence<String>) -> String? {
        let wanted = folded(text)
        guard !wanted.isEmpty, wanted.count <= longest else { return nil }
        var limit = min(wanted.count / 3, 2)
        var nearest: String?
        var rows = Rows(width: wanted.count + limit + 2)
        for name in names where name.utf8.count <= 4 * longest {
            let candidate = folded(name)
            guard abs(candidate.count - wanted.count) <= limit,
                let distance = rows.distance(wanted, candidate, atMost: limit)
            else { continue }
            nearest = name
            // Only something nearer is of interest from here on.
            limit = distance - 1
            if distance == 0 { break }
        }
        return nearest
    }

    /// The end of a sentence that asks whether this name was meant.
    /// - Parameter end: what stands there instead when no name is near.
    public static func hint(_ name: String?, or end: String = "") -> String {
        name.map { "; did you mean \($0)?" } ?? end
    }

    /// The same with the name among `names` that is nearest to `text`.
    public static func hint(for text: String, among names: some Sequence<String>, or end: String = "") -> String {
        hint(suggest(for: text, among: names), or: end)
    }

    private static func folded(_ text: String) -> [UInt32] {
        text.unicodeScalars.map { $0.value &- 0x41 < 26 ? $0.value | 0x20 : $0.value }
    }

    /// Three rows of the table of distances between all beginnings of two texts (optimal string alignment).
    private struct Rows {
        private var beforePrevious: [Int]
        private var previous: [Int]
        private var current: [Int]

        init(width: Int) {
            beforePrevious = Array(repeating: 0, count: width)
            previous = beforePrevious
            current = beforePrevious
        }

        /// The number of differences, or nil when it is more than `limit`. `b` fits the width less one.
        mutating func distance(_ a: [UInt32], _ b: [UInt32], atMost limit: Int) -> Int? {
            for column in 0...b.count { current[column] = column }
            var leastBefore = 0
            for row in a.indices {
                (beforePrevious, previous, current) = (previous, current, beforePrevious)
                current[0] = row + 1
                var least = current[0]
                for column in b.indices {
                    let isSame = a[row] == b[column]
                    var best = min(previous[column + 1], current[column]) + 1
                    best = min(best, previous[column] + (isSame ? 0 : 1))
                    if row > 0, column > 0, a[row] == b[column - 1], a[row - 1] == b[column] {
                        best = min(best, beforePrevious[column - 1] + 1)
                    }
                    current[column + 1] = best
                    least = min(least, best)
                }
                // Every later row grows out of this one, or by a swap, which costs one, out of the one before.
                if least > limit, leastBefore >= limit { return nil }
                leastBefore = least
            }
            return current[b.count] <= limit ? current[b.count] : nil
        }
    }
}
