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
