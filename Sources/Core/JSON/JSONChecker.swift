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

/// Accepts most JSON texts with less work than the walk by tokens: one loop, its state in registers, a bit for each
/// level that is open.
///
/// It only ever says yes. What it does not accept may still be good (deeper than a word has bits), and whoever wants to know
/// what is wrong asks the walk, which has the last word.
enum JSONQuickCheck {
    /// Levels that fit in a word.
    private static let maxLevels = 64

    static func accepts(_ bytes: UnsafeRawBufferPointer, maxDepth: Int) -> Bool {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return false }
        let end = bytes.count
        let most = min(maxDepth, maxLevels)
        var at = 0
        var depth = 0
        /// One bit for each level, the innermost last: set for an object.
        var objects: UInt64 = 0

        while true {
            skipSpace(start, &at, end)
            guard at < end else { return false }
            let first = octet(start, at)
            switch first {
            case UInt8(ascii: "\""): if !string(bytes, start, &at) { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth < most else { return false }
                let isObject = first == UInt8(ascii: "{")
                at &+= 1
                depth &+= 1
                objects = objects << 1 | (isObject ? 1 : 0)
                skipSpace(start, &at, end)
                guard at < end else { return false }
                // What is empty is closed below, like what is full.
                if octet(start, at) == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) { break }
                if isObject, !name(bytes, start, &at) { return false }
                continue
            // "true", "null" and, after its first letter, "false", as the numbers that their letters make.
            case UInt8(ascii: "t"): if !word(0x6575_7274, start, &at, end) { return false }
            case UInt8(ascii: "n"): if !word(0x6c6c_756e, start, &at, end) { return false }
            case UInt8(ascii: "f"):
                at &+= 1
                if !word(0x6573_6c61, start, &at, end) { return false }
            default: if !number(start, &at, end) { return false }
            }
            // A value has ended: so may what it stands in.
            while true {
                skipSpace(start, &at, end)
                if depth == 0 { return at == end }
                guard at < end else { return false }
                let next = octet(start, at)
                at &+= 1
                let isObject = objects & 1 == 1
                if next == UInt8(ascii: ",") {
                    if isObject, !name(bytes, start, &at) { return false }
                    break
                }
                guard next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return false }
                depth &-= 1
                objects >>= 1
            }
        }
    }

    // Functions with everything as a parameter: a local one that captures the position would put it in memory, where each
    // access is checked for exclusivity.

    @inline(__always)
    private static func octet(_ start: UnsafeRawPointer, _ at: Int) -> UInt8 {
        start.load(fromByteOffset: at, as: UInt8.self)
    }

    @inline(__always)
    private static func skipSpace(_ start: UnsafeRawPointer, _ at: inout Int, _ end: Int) {
        while at < end, isSpace(octet(start, at)) { at &+= 1 }
    }

    /// Takes a name and its colon.
    @inline(__always)
    private static func name(_ bytes: UnsafeRawBufferPointer, _ start: UnsafeRawPointer, _ at: inout Int) -> Bool {
        skipSpace(start, &at, bytes.count)
        guard at < bytes.count, octet(start, at) == UInt8(ascii: "\""), string(bytes, start, &at) else { return false }
        skipSpace(start, &at, bytes.count)
        guard at < bytes.count, octet(start, at) == UInt8(ascii: ":") else { return false }
        at &+= 1
        return true
    }

    @inline(__always)
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
    }

    @inline(__always)
    private static func word(_ letters: UInt32, _ start: UnsafeRawPointer, _ at: inout Int, _ end: Int) -> Bool {
        guard at &+ 4 <= end,
            UInt32(littleEndian: start.loadUnaligned(fromByteOffset: at, as: UInt32.self)) == letters
        else { return false }
        at &+= 4
        return true
    }

    /// Takes a number (RFC 8259 §6).
    private static func number(_ start: UnsafeRawPointer, _ at: inout Int, _ end: Int) -> Bool {
        var here = at
        if octet(start, here) == UInt8(ascii: "-") { here &+= 1 }
        if here < end, octet(start, here) == UInt8(ascii: "0") {
            here &+= 1
            if isDigit(start, here, end) { return false }
        } else if !digits(start, &here, end) {
            return false
        }
        if here < end, octet(start, here) == UInt8(ascii: ".") {
            here &+= 1
            if !digits(start, &here, end) { return false }
        }
        if here < end, octet(start, here) | 0x20 == UInt8(ascii: "e") {
            here &+= 1
            if here < end, octet(start, here) == UInt8(ascii: "+") || octet(start, here) == UInt8(ascii: "-") {
                here &+= 1
            }
            if !digits(start, &here, end) { return false }
        }
        at = here
        return true
    }

    @inline(__always)
    private static func isDigit(_ start: UnsafeRawPointer, _ at: Int, _ end: Int) -> Bool {
        at < end && octet(start, at) &- 0x30 < 10
    }

    /// Takes one digit or more.
    @inline(__always)
    private static func digits(_ start: UnsafeRawPointer, _ at: inout Int, _ end: Int) -> Bool {
        guard isDigit(start, at, end) else { return false }
        repeat { at &+= 1 } while isDigit(start, at, end)
        return true
    }

    /// Takes a string with its quotes.
    @inline(__always)
    private static func string(_ bytes: UnsafeRawBufferPointer, _ start: UnsafeRawPointer, _ at: inout Int) -> Bool {
        var here = at &+ 1
        let end = bytes.count
        while true {
            while here &+ 8 <= end {
                let word = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: here, as: UInt64.self))
                let found = JSONScanner.notPlain(word)
                if found != 0 {
                    here &+= found.trailingZeroBitCount / 8
                    break
                }
                here &+= 8
            }
            guard here < end else { return false }
            let byte = start.load(fromByteOffset: here, as: UInt8.self)
            if byte == UInt8(ascii: "\"") {
                at = here &+ 1
                return true
            }
            if byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\\") {
                // Near the end, octet by octet.
                here &+= 1
                continue
            }
            guard let next = JSONScanner.end(ofUnusualAt: here, in: bytes) else { return false }
            here = next
        }
    }
}

extension JSONScanner {
    /// Where the escape or the scalar of several octets ends that begins here within a string; nil when it is neither.
    static func end(ofUnusualAt position: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        var scanner = JSONScanner(bytes)
        scanner.position = position
        do throws(JSONError) {
            if bytes[position] >= 0x80 {
                try scanner.multiByteScalar()
            } else {
                guard bytes[position] == UInt8(ascii: "\\") else { return nil }
                try scanner.escape()
            }
        } catch {
            return nil
        }
        return scanner.position
    }
}
