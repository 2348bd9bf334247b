/// Makes UTF-8 of the text of a file, and says where it is not what it should be. Nothing is replaced.
enum TextDecoder {
    /// The octets, which have no mark, as UTF-8; those that are UTF-8 already are only checked.
    /// - Throws: the line and the octet that stand for nothing.
    static func utf8(_ bytes: ArraySlice<UInt8>, _ encoding: TableEncoding) throws(ReadProblem) -> [UInt8] {
        switch encoding {
        case .utf8:
            if let offset = invalidUTF8(bytes) { throw problem(at: offset, in: bytes, "is not UTF-8") }
            return Array(bytes)
        case .utf16LittleEndian: return try utf16(bytes, low: 0, encoding)
        case .utf16BigEndian: return try utf16(bytes, low: 1, encoding)
        case .windows1252, .macintosh: return try octets(bytes, encoding)
        }
    }

    /// Where the first octets are that are not UTF-8; nil when all are.
    static func invalidUTF8(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard let length = sequenceLength(bytes, at: index) else { return index }
            index += length
        }
        return nil
    }

    /// The octets of the character that begins here; nil when they are not UTF-8 (Unicode 15, table 3-7).
    static func sequenceLength(_ bytes: ArraySlice<UInt8>, at index: Int) -> Int? {
        let first = bytes[index]
        if first < 0x80 { return 1 }
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xbf
        switch first {
        case 0xc2...0xdf: length = 2
        case 0xe0: (length, second) = (3, 0xa0...0xbf)
        case 0xed: (length, second) = (3, 0x80...0x9f)
        case 0xe1...0xef: length = 3
        case 0xf0: (length, second) = (4, 0x90...0xbf)
        case 0xf4: (length, second) = (4, 0x80...0x8f)
        case 0xf1...0xf3: length = 4
        default: return nil
        }
        guard bytes.endIndex - index >= length, second.contains(bytes[index + 1]),
            bytes[(index + 1)..<(index + length)].allSatisfy({ (0x80...0xbf).contains($0) })
        else { return nil }
        return length
    }

    private static func octets(
        _ bytes: ArraySlice<UInt8>, _ encoding: TableEncoding
    ) throws(ReadProblem) -> [UInt8] {
        let upper = (encoding.upperHalf ?? []).map { Array(String(Character($0)).utf8) }
        let nothing = Array("\u{fffd}".utf8)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 8)
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 0x80 {
                output.append(byte)
            } else {
                let meant = upper[Int(byte) - 0x80]
                if meant == nothing { throw problem(at: index, in: bytes, "is undefined in \(encoding.name)") }
                output += meant
            }
        }
        return output
    }

    private static func utf16(
        _ bytes: ArraySlice<UInt8>, low: Int, _ encoding: TableEncoding
    ) throws(ReadProblem) -> [UInt8] {
        guard bytes.count.isMultiple(of: 2) else {
            throw ReadProblem(
                line: 1, "the file is \(encoding.name) by its beginning, and ends within a character", isFatal: true)
        }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count / 2)
        var index = bytes.startIndex
        var line = 1
        while index < bytes.endIndex {
            var value = unit(bytes, index, low)
            var length = 2
            if (0xd800...0xdfff).contains(value) {
                let next = index + 2 < bytes.endIndex ? unit(bytes, index + 2, low) : 0
                guard value < 0xdc00, (0xdc00...0xdfff).contains(next) else {
                    throw ReadProblem(
                        line: line,
                        "octets \(hex(bytes[index])) \(hex(bytes[index + 1])) at offset \(index) are half a character of \(encoding.name)",
                        isFatal: true)
                }
                value = 0x10000 + (value - 0xd800) << 10 + (next - 0xdc00)
                length = 4
            }
            if value == 0x0a { line += 1 }
            guard let scalar = Unicode.Scalar(value) else { preconditionFailure("surrogates were paired") }
            output += UTF8.encode(scalar).map(Array.init) ?? []
            index += length
        }
        return output
    }

    private static func unit(_ bytes: ArraySlice<UInt8>, _ index: Int, _ low: Int) -> UInt32 {
        UInt32(bytes[index + low]) | UInt32(bytes[index + 1 - low]) << 8
    }

    /// `line 2: octet E9 (the 12th of the line) …`.
    static func problem(at index: Int, in bytes: ArraySlice<UInt8>, _ text: String) -> ReadProblem {
        let before = bytes[bytes.startIndex..<index]
        let end: UInt8 = before.contains(0x0a) ? 0x0a : 0x0d
        let line = before.count { $0 == end } + 1
        let column = index - (before.lastIndex(of: end).map { $0 + 1 } ?? bytes.startIndex) + 1
        return ReadProblem(
            line: line, "octet \(hex(bytes[index])) (number \(column) of the line) \(text)", isFatal: true)
    }

    static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}
