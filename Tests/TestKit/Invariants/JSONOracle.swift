/// RFC 8259 once more, told without a thought of speed, to judge the parser by. Shares no code with `Core`: numbers go
/// by a table of states, UTF-8 by the standard library's decoder, and what was read is a flat list of tokens.
struct JSONOracle {
    enum Token: Equatable {
        case open(UInt8)
        case close(UInt8)
        case word(String)
        /// As it is written.
        case number(String)
        /// What a string or a name stands for, in UTF-8.
        case text([UInt8])
    }
    /// Why the text is none.
    enum Stop: Error, Equatable {
        /// It ends too early: more could have made it valid.
        case end
        /// The first octet with which it cannot be valid; for octets that are no UTF-8, and for half a surrogate pair,
        /// the first of that sequence.
        case bad(Int)
    }

    private(set) var tokens: [Token] = []
    /// Where the first name stands that its object has already.
    private(set) var repeated: Int?
    private(set) var stop: Stop?
    private let text: [UInt8]
    private let maxDepth: Int
    private var at = 0

    init(_ text: [UInt8], maxDepth: Int) {
        self.text = text
        self.maxDepth = maxDepth
        do throws(Stop) {
            try value(depth: 0)
            skipBlanks()
            if at < text.count { throw .bad(at) }
        } catch {
            stop = error
        }
    }

    private mutating func skipBlanks() {
        while at < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[at]) { at += 1 }
    }

    private func peek() throws(Stop) -> UInt8 {
        if at == text.count { throw .end }
        return text[at]
    }

    /// Takes one octet, which must be among `allowed`.
    @discardableResult private mutating func take(_ allowed: String) throws(Stop) -> UInt8 {
        let octet = try peek()
        guard allowed.utf8.contains(octet) else { throw .bad(at) }
        at += 1
        return octet
    }

    private mutating func value(depth: Int) throws(Stop) {
        skipBlanks()
        switch Character(Unicode.Scalar(try peek())) {
        case "[": try list(depth, close: "]") { (oracle) throws(Stop) in try oracle.value(depth: depth + 1) }
        case "{":
            var names: [[UInt8]] = []
            try list(depth, close: "}") { (oracle) throws(Stop) in try oracle.member(depth, &names) }
        case "\"": tokens.append(.text(try string()))
        case "t": try word("true")
        case "f": try word("false")
        case "n": try word("null")
        default: try number()
        }
    }

    private mutating func list(
        _ depth: Int, close: String, _ item: (inout JSONOracle) throws(Stop) -> Void
    ) throws(Stop) {
        if depth == maxDepth { throw .bad(at) }
        tokens.append(.open(text[at]))
        at += 1
        skipBlanks()
        if try !close.utf8.contains(peek()) {
            repeat {
                try item(&self)
                skipBlanks()
            } while try take("," + close) == UInt8(ascii: ",")
        } else {
            at += 1
        }
        tokens.append(.close(text[at - 1]))
    }

    private mutating func member(_ depth: Int, _ names: inout [[UInt8]]) throws(Stop) {
        skipBlanks()
        guard try peek() == UInt8(ascii: "\"") else { throw .bad(at) }
        let start = at
        let name = try string()
        if names.contains(name), repeated == nil { repeated = start }
        names.append(name)
        tokens.append(.text(name))
        skipBlanks()
        try take(":")
        try value(depth: depth + 1)
    }

    private mutating func word(_ word: String) throws(Stop) {
        for character in word { try take(String(character)) }
        tokens.append(.word(word))
    }

    /// By state: what leads where. A state with a capital letter may be the last.
    private static let numberStates: [Character: [(String, Character)]] = [
        "s": [("-", "m"), ("0", "Z"), ("123456789", "I")], "m": [("0", "Z"), ("123456789", "I")],
        "Z": [(".", "p"), ("eE", "e")], "I": [("0123456789", "I"), (".", "p"), ("eE", "e")],
        "p": [("0123456789", "F")], "F": [("0123456789", "F"), ("eE", "e")],
        "e": [("+-", "g"), ("0123456789", "X")], "g": [("0123456789", "X")], "X": [("0123456789", "X")],
    ]

    private mutating func number() throws(Stop) {
        let start = at
        var state: Character = "s"
        while at < text.count,
            let next = Self.numberStates[state]?.first(where: { $0.0.utf8.contains(text[at]) })
        {
            state = next.1
            at += 1
        }
        guard state.isUppercase else { throw at == text.count ? .end : .bad(at) }
        tokens.append(.number(String(decoding: text[start..<at], as: UTF8.self)))
    }

    // MARK: Strings

    private mutating func string() throws(Stop) -> [UInt8] {
        at += 1
        var meant: [UInt8] = []
        while true {
            switch try peek() {
            case UInt8(ascii: "\""):
                at += 1
                return meant
            case UInt8(ascii: "\\"): meant += Array(String(Character(try escape())).utf8)
            case 0x80...: meant += try beyondASCII()
            case let octet:
                if octet < 0x20 { throw .bad(at) }
                meant.append(octet)
                at += 1
            }
        }
    }

    private mutating func escape() throws(Stop) -> Unicode.Scalar {
        let start = at
        at += 1
        switch try take("\"\\/bfnrtu") {
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        case let octet: return Unicode.Scalar(octet)
        }
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00 else { throw .bad(start) }
        for octet in [UInt8(ascii: "\\"), UInt8(ascii: "u")] {
            guard try peek() == octet else { throw .bad(start) }
            at += 1
        }
        let second = try unit()
        guard (0xDC00...0xDFFF).contains(second) else { throw .bad(start) }
        guard let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) * 0x400 + (second - 0xDC00)) else {
            throw .bad(start)
        }
        return scalar
    }

    private mutating func unit() throws(Stop) -> UInt32 {
        var digits = ""
        for _ in 0..<4 { digits.unicodeScalars.append(Unicode.Scalar(try take("0123456789abcdefABCDEF"))) }
        return UInt32(digits, radix: 16) ?? 0
    }

    private mutating func beyondASCII() throws(Stop) -> [UInt8] {
        let run = Array(text[at...].prefix { $0 >= 0x80 })
        var decoder = UTF8()
        var octets = run.makeIterator()
        var good = 0
        while good < run.count, case .scalarValue(let scalar) = decoder.decode(&octets) {
            good += UTF8.width(scalar)
        }
        if good < run.count {
            throw at + run.count == text.count && Self.couldGoOn(Array(run[good...])) ? .end : .bad(at + good)
        }
        at += run.count
        return run
    }

    /// Whether these octets begin a scalar whose others are missing.
    private static func couldGoOn(_ octets: [UInt8]) -> Bool {
        guard octets.count < 4 else { return false }
        // The least and the most that may stand in second place, by table 3-7 of the Unicode standard.
        for next: UInt8 in [0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF] {
            let longer = octets + [next]
            if String(validating: longer, as: UTF8.self)?.unicodeScalars.count == 1 || couldGoOn(longer) { return true }
        }
        return false
    }
}
