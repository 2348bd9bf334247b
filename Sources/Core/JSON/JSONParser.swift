extension JSON {
    /// Parses one JSON text, strictly by RFC 8259: UTF-8, no byte order mark, no trailing data, and, as §4 asks for,
    /// no repeated member name.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> JSON {
        guard bytes.count <= limits.maxBytes else { throw JSONError(.tooLarge, offset: limits.maxBytes) }
        var parser = JSONParser(bytes, maxDepth: limits.maxDepth, maxValues: limits.maxValues)
        return try parser.document()
    }

    /// Parses one JSON text that is held in an array.
    public static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
        try bytes.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in try parse(bytes, limits: limits) }
    }

    /// Parses one JSON text that is held in a string.
    public static func parse(_ text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
        try text.utf8.span.bytes.withUnsafeBytes { (bytes) throws(JSONError) in try parse(bytes, limits: limits) }
    }
}

/// Builds the tree: recursive descent, one level of recursion for each array or object that is open.
struct JSONParser {
    var scanner: JSONScanner
    private let maxDepth: Int
    private var depth = 0
    private var valuesLeft: Int
    private var names = JSONNameTable()

    init(_ bytes: UnsafeRawBufferPointer, maxDepth: Int, maxValues: Int) {
        scanner = JSONScanner(bytes)
        valuesLeft = maxValues
        self.maxDepth = min(maxDepth, JSONLimits.deepest)
    }

    mutating func document() throws(JSONError) -> JSON {
        let value = try self.value()
        scanner.skipSpace()
        guard scanner.isAtEnd else { throw scanner.error(.trailingData) }
        return value
    }

    private mutating func value() throws(JSONError) -> JSON {
        valuesLeft -= 1
        let first = try scanner.next()
        guard valuesLeft >= 0 else { throw scanner.error(.tooLarge) }
        switch first {
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try scanner.word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try scanner.word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try scanner.word("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw scanner.error(.unexpectedByte)
        }
    }

    /// Takes the opening bracket.
    private mutating func open() throws(JSONError) {
        guard depth < maxDepth else { throw scanner.error(.tooDeep) }
        depth += 1
        scanner.position += 1
    }

    private mutating func array() throws(JSONError) -> [JSON] {
        try open()
        var items: [JSON] = []
        if try !scanner.takeEmptyEnd(UInt8(ascii: "]")) {
            repeat { items.append(try value()) } while try !scanner.separator(end: UInt8(ascii: "]"))
        }
        depth -= 1
        return items
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        try open()
        var members: [(name: String, value: JSON)] = []
        if try !scanner.takeEmptyEnd(UInt8(ascii: "}")) {
            var scope = names.open()
            repeat {
                guard try scanner.next() == UInt8(ascii: "\"") else { throw scanner.error(.unexpectedByte) }
                let start = scanner.position
                let name = try string()
                guard names.insert(name, after: members, in: &scope) else {
                    throw JSONError(.duplicateKey, offset: start, name: name)
                }
                try scanner.take(UInt8(ascii: ":"))
                members.append((name: name, value: try value()))
            } while try !scanner.separator(end: UInt8(ascii: "}"))
            names.close(scope)
        }
        depth -= 1
        return JSONObject(members)
    }

    private mutating func number() throws(JSONError) -> JSONNumber {
        let start = scanner.position
        try scanner.number()
        let text = UnsafeRawBufferPointer(rebasing: scanner.bytes[start..<scanner.position])
        return JSONNumber(validated: String(decoding: text, as: UTF8.self))
    }
}

extension JSONParser {
    /// Takes a string. One without an escape becomes a `String` straight from its bytes, which the scanner has checked. Whoever
    /// has written it, to compare it costs no more than its length (`streamSafe`).
    mutating func string() throws(JSONError) -> String {
        let start = scanner.position + 1
        let kind = try scanner.string()
        let content = UnsafeRawBufferPointer(rebasing: scanner.bytes[start..<scanner.position - 1])
        if kind.hasEscape { return Self.unescaped(content).streamSafe }
        let bytes = content.bindMemory(to: UInt8.self)
        let text = String(copying: UTF8Span(unchecked: bytes.span, isKnownASCII: kind.isASCII))
        return kind.isASCII ? text : text.streamSafe
    }

    /// The text of a string's content that the scanner has accepted.
    private static func unescaped(_ content: UnsafeRawBufferPointer) -> String {
        // No escape is shorter than the UTF-8 that it stands for.
        String(unsafeUninitializedCapacity: content.count) { output in
            var read = 0
            var written = 0
            while read < content.count {
                let byte = content[read]
                read += 1
                guard byte == UInt8(ascii: "\\") else {
                    output[written] = byte
                    written += 1
                    continue
                }
                let letter = content[read]
                read += 1
                switch letter {
                case UInt8(ascii: "b"): output[written] = 0x08
                case UInt8(ascii: "f"): output[written] = 0x0c
                case UInt8(ascii: "n"): output[written] = 0x0a
                case UInt8(ascii: "r"): output[written] = 0x0d
                case UInt8(ascii: "t"): output[written] = 0x09
                case UInt8(ascii: "u"):
                    written = appendScalar(at: &read, of: content, to: output, at: written)
                    continue
                default: output[written] = letter
                }
                written += 1
            }
            return written
        }
    }

    /// Writes the scalar whose hexadecimal digits start at `read`, with the second half of a pair; gives the new end.
    private static func appendScalar(
        at read: inout Int, of content: UnsafeRawBufferPointer, to output: UnsafeMutableBufferPointer<UInt8>,
        at end: Int
    ) -> Int {
        func unit() -> UInt32 {
            var unit: UInt32 = 0
            for _ in 0..<4 {
                unit = unit << 4 | UInt32(content[read].hexDigitValue ?? 0)
                read += 1
            }
            return unit
        }
        var value = unit()
        if value & 0xfc00 == 0xd800 {
            read += 2
            value = 0x10000 + (value & 0x3ff) << 10 + unit() & 0x3ff
        }
        var end = end
        for byte in UTF8.encode(Unicode.Scalar(value) ?? "\u{fffd}") ?? UTF8.encodedReplacementCharacter {
            output[end] = byte
            end += 1
        }
        return end
    }
}

/// Finds a repeated member name in one object: by comparing while names are few, by a hash table once they are many, so
/// that neither a small object pays for a table nor a large one for a compare of all pairs.
///
/// The numbers by which names are told apart are on a stack that all objects of a document share: an object gives its
/// own back by `close`.
struct JSONNameTable {
    private static let fewNames = 32

    /// Hashed and compared by bytes. `String`'s own hash is the same for all spellings of a text that are canonically
    /// equivalent, of which a hostile document can hold any number.
    private struct Key: Hashable {
        let name: String

        static func == (a: Key, b: Key) -> Bool { a.name.hasSameBytes(as: b.name) }

        func hash(into hasher: inout Hasher) {
            name.utf8.span.bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    /// The names of one object while it is open.
    struct Scope {
        fileprivate let start: Int
        private var table: Set<Key> = []

        fileprivate init(start: Int) { self.start = start }

        fileprivate mutating func insertInTable(_ name: String, after members: [(name: String, value: JSON)]) -> Bool {
            if table.isEmpty {
                table.reserveCapacity(4 * JSONNameTable.fewNames)
                for member in members { table.insert(Key(name: member.name)) }
            }
            return table.insert(Key(name: name)).inserted
        }
    }

    /// One number for each of the first few members of every object that is open.
    private var fingerprints: [UInt64] = []

    func open() -> Scope { Scope(start: fingerprints.count) }

    mutating func close(_ scope: Scope) { fingerprints.removeLast(fingerprints.count - scope.start) }

    /// False when `name` is the name of one of `members`, which all came through here before.
    mutating func insert(
        _ name: String, after members: [(name: String, value: JSON)], in scope: inout Scope
    ) -> Bool {
        guard members.count < Self.fewNames else { return scope.insertInTable(name, after: members) }
        let fingerprint = Self.fingerprint(of: name)
        for index in members.indices where fingerprints[scope.start + index] == fingerprint {
            if members[index].name.hasSameBytes(as: name) { return false }
        }
        fingerprints.append(fingerprint)
        return true
    }

    /// A number that names which differ mostly differ in: made of the length and the bytes at both ends.
    private static func fingerprint(of name: String) -> UInt64 {
        name.utf8.span.bytes.withUnsafeBytes { bytes in
            var value = UInt64(bytes.count)
            if bytes.count >= 8 {
                let last = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
                value ^= bytes.loadUnaligned(as: UInt64.self) ^ (last &* 0x9e37_79b9_7f4a_7c15)
            } else {
                for byte in bytes { value = value << 8 | UInt64(byte) }
            }
            return value
        }
    }
}
