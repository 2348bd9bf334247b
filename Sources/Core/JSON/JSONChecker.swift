extension JSON {
    /// Decides about a JSON text in place, without building a tree and without allocating: what one needs that passes a
    /// body on as it came.
    ///
    /// Accepts and refuses exactly what `parse` does, with the same error, but for one thing: it does not look for
    /// repeated member names, which would need memory for the names.
    public static func check(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()
    ) throws(JSONError) {
        guard bytes.count <= limits.maxBytes else { throw JSONError(.tooLarge, offset: limits.maxBytes) }
        let maxDepth = min(limits.maxDepth, JSONLimits.deepest)
        if JSONQuickCheck.accepts(bytes, maxDepth: maxDepth) { return }
        // It is wrong, which must be told exactly, or uncommonly deep.
        var checker = JSONChecker(scanner: JSONScanner(bytes), maxDepth: maxDepth)
        try checker.value()
        checker.scanner.skipSpace()
        guard checker.scanner.isAtEnd else { throw checker.scanner.error(.trailingData) }
    }
}

private struct JSONChecker {
    var scanner: JSONScanner
    let maxDepth: Int
    private var depth = 0

    init(scanner: JSONScanner, maxDepth: Int) {
        self.scanner = scanner
        self.maxDepth = maxDepth
    }

    mutating func value() throws(JSONError) {
        switch try scanner.next() {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "\""): _ = try scanner.string()
        case UInt8(ascii: "t"): try scanner.word("true")
        case UInt8(ascii: "f"): try scanner.word("false")
        case UInt8(ascii: "n"): try scanner.word("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try scanner.number()
        default: throw scanner.error(.unexpectedByte)
        }
    }

    /// Takes the opening bracket.
    private mutating func open() throws(JSONError) {
        guard depth < maxDepth else { throw scanner.error(.tooDeep) }
        depth += 1
        scanner.position += 1
    }

    private mutating func array() throws(JSONError) {
        try open()
        if try !scanner.takeEmptyEnd(UInt8(ascii: "]")) {
            repeat { try value() } while try !scanner.separator(end: UInt8(ascii: "]"))
        }
        depth -= 1
    }

    private mutating func object() throws(JSONError) {
        try open()
        if try !scanner.takeEmptyEnd(UInt8(ascii: "}")) {
            repeat {
                guard try scanner.next() == UInt8(ascii: "\"") else { throw scanner.error(.unexpectedByte) }
                _ = try scanner.string()
                try scanner.take(UInt8(ascii: ":"))
                try value()
            } while try !scanner.separator(end: UInt8(ascii: "}"))
        }
        depth -= 1
    }
}
