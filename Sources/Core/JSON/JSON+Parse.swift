extension JSON {
    /// Parses one JSON text, strictly by RFC 8259: UTF-8, no trailing data, no repeated member name.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()
    ) throws(JSONError) -> JSON {
        guard bytes.count <= limits.maxBytes else { throw JSONError(.tooLarge, offset: limits.maxBytes) }
        var parser = Parser(bytes: bytes, maxDepth: limits.maxDepth)
        return try parser.document()
    }

    /// Parses one JSON text that is held in an array.
    public static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
        let result: Result<JSON, JSONError> = bytes.withUnsafeBytes { buffer in
            do throws(JSONError) { return .success(try parse(buffer, limits: limits)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Parses one JSON text that is held in a string.
    public static func parse(_ text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
        try parse(Array(text.utf8), limits: limits)
    }
}

private struct Parser {
    let bytes: UnsafeRawBufferPointer
    let maxDepth: Int
    var position = 0
    var depth = 0

    init(bytes: UnsafeRawBufferPointer, maxDepth: Int) {
        self.bytes = bytes
        self.maxDepth = maxDepth
    }

    mutating func document() throws(JSONError) -> JSON {
        let value = try self.value()
        skipSpace()
        guard position == bytes.count else { throw JSONError(.trailingData, offset: position) }
        return value
    }

    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0a, 0x0d: position += 1
            default: return
            }
        }
    }

    mutating func value() throws(JSONError) -> JSON {
        skipSpace()
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, offset: position) }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw JSONError(.unexpectedByte, offset: position)
        }
    }

    mutating func word(_ text: StaticString) throws(JSONError) {
        for index in 0..<text.utf8CodeUnitCount {
            guard position < bytes.count else { throw JSONError(.unexpectedEnd, offset: position) }
            guard bytes[position] == text.utf8Start[index] else { throw JSONError(.unexpectedByte, offset: position) }
            position += 1
        }
    }

    mutating func enter() throws(JSONError) {
        depth += 1
        if depth > maxDepth { throw JSONError(.tooDeep, offset: position) }
        position += 1
        skipSpace()
    }

    mutating func array() throws(JSONError) -> JSON {
        try enter()
        var items: [JSON] = []
        if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
            position += 1
            depth -= 1
            return .array(items)
        }
        while true {
            items.append(try value())
            if try separator(end: UInt8(ascii: "]")) { return .array(items) }
        }
    }

    /// Takes `,` or the end; true at the end.
    mutating func separator(end: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, offset: position) }
        let byte = bytes[position]
        guard byte == end || byte == UInt8(ascii: ",") else { throw JSONError(.unexpectedByte, offset: position) }
        position += 1
        if byte == end { depth -= 1 }
        return byte == end
    }

    mutating func object() throws(JSONError) -> JSON {
        try enter()
        var members: [(name: String, value: JSON)] = []
        if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
            position += 1
            depth -= 1
            return .object(JSONObject(members))
        }
        var names: Set<String> = []
        while true {
            skipSpace()
            guard position < bytes.count else { throw JSONError(.unexpectedEnd, offset: position) }
            guard bytes[position] == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, offset: position) }
            let start = position
            let name = try string()
            guard names.insert(name).inserted else { throw JSONError(.duplicateKey, offset: start, name: name) }
            skipSpace()
            guard position < bytes.count else { throw JSONError(.unexpectedEnd, offset: position) }
            guard bytes[position] == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, offset: position) }
            position += 1
            members.append((name, try value()))
            if try separator(end: UInt8(ascii: "}")) { return .object(JSONObject(members)) }
        }
    }

    mutating func number() throws(JSONError) -> JSONNumber {
        let start = position
        func peek() -> UInt8 { position < bytes.count ? bytes[position] : 0 }
        func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
        func digits(_ parser: inout Parser) throws(JSONError) {
            guard parser.position < parser.bytes.count else { throw JSONError(.unexpectedEnd, offset: parser.position) }
            guard isDigit(parser.bytes[parser.position]) else {
                throw JSONError(.invalidNumber, offset: parser.position)
            }
            while parser.position < parser.bytes.count, isDigit(parser.bytes[parser.position]) { parser.position += 1 }
        }
        if peek() == UInt8(ascii: "-") { position += 1 }
        if peek() == UInt8(ascii: "0") {
            position += 1
            if isDigit(peek()) { throw JSONError(.invalidNumber, offset: position) }
        } else {
            try digits(&self)
        }
        if peek() == UInt8(ascii: ".") {
            position += 1
            try digits(&self)
        }
        if peek() | 0x20 == UInt8(ascii: "e") {
            position += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
            try digits(&self)
        }
        return JSONNumber(validated: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    mutating func string() throws(JSONError) -> String {
        position += 1
        var start = position
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                text.append(contentsOf: bytes[start..<position])
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw JSONError(.invalidUTF8, offset: start)
                }
                position += 1
                return string
            }
            if byte < 0x20 { throw JSONError(.controlCharacter, offset: position) }
            position += 1
            guard byte == UInt8(ascii: "\\") else { continue }
            text.append(contentsOf: bytes[start..<position - 1])
            let scalar = try escape()
            text.append(contentsOf: Array(String(scalar).utf8))
            start = position
        }
        throw JSONError(.unexpectedEnd, offset: position)
    }

    mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, offset: position) }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let start = position - 2
            let unit = try hex()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard unit < 0xdc00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw JSONError(.invalidEscape, offset: start) }
            position += 2
            let low = try hex()
            guard low >= 0xdc00, low < 0xe000 else { throw JSONError(.invalidEscape, offset: start) }
            return Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))!
        default: throw JSONError(.invalidEscape, offset: position - 2)
        }
    }

    mutating func hex() throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw JSONError(.unexpectedEnd, offset: position) }
            guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue, bytes[position] < 0x80 else {
                throw JSONError(.invalidEscape, offset: position)
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }
}
