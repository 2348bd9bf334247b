/// Texts without what people leave away when they type: accents, capital letters, and marks between words.
public enum PlainText {
    private static let letters: [(plain: Unicode.Scalar, accented: String)] = [
        ("a", "ÀÁÂÃÄÅàáâãäåĀāĂăĄąẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặ"),
        ("c", "ÇçĆćĈĉĊċČč"),
        ("d", "ĎďđĐð"),
        ("e", "ÈÉÊËèéêëĒēĔĕĖėĘęĚěẸẹẺẻẼẽẾếỀềỂểỄễỆệ"),
        ("g", "ĜĝĞğĠġĢģ"),
        ("h", "ĤĥħĦ"),
        ("i", "ÌÍÎÏìíîïĨĩĪīĬĭĮįİỈỉỊịı"),
        ("j", "Ĵĵ"),
        ("k", "Ķķ"),
        ("l", "ĹĺĻļĽľłŁ"),
        ("n", "ÑñŃńŅņŇň"),
        ("o", "ÒÓÔÕÖòóôõöŌōŎŏŐőỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợøØ"),
        ("r", "ŔŕŖŗŘř"),
        ("s", "ŚśŜŝŞşŠšȘș"),
        ("t", "ŢţŤťȚțŧŦ"),
        ("u", "ÙÚÛÜùúûüŨũŪūŬŭŮůŰűŲųỤụỦủỨứỪừỬửỮữỰự"),
        ("w", "Ŵŵ"),
        ("y", "ÝýÿŶŷŸỲỳỴỵỶỷỸỹ"),
        ("z", "ŹźŻżŽž"),
    ]

    private static let table: [Unicode.Scalar: Unicode.Scalar] = {
        var table: [Unicode.Scalar: Unicode.Scalar] = [:]
        for (plain, accented) in letters {
            for scalar in accented.unicodeScalars where table[scalar] == nil { table[scalar] = plain }
        }
        return table
    }()

    /// Lower-case letters without accents, digits, and one blank where there was anything else between them.
    public static func words(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(200) {
            // An accent of its own belongs to the letter before it.
            if (0x300...0x36f).contains(scalar.value) { continue }
            let isCapital = scalar.value &- 0x41 < 26
            let plain = table[scalar] ?? (isCapital ? Unicode.Scalar(scalar.value | 0x20) ?? scalar : scalar)
            if plain.properties.isAlphabetic || plain.properties.numericType != nil {
                output.append(plain)
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
