/// The grammar of one field line (RFC 9112 §5), for heads and trailer sections.
enum FieldLine {
    struct Parts {
        var nameLength: Int
        var valueStart: Int
        var valueLength: Int
    }

    /// Splits a line that has lost its CRLF. The line must not be empty.
    @inline(__always)
    static func split(_ line: UnsafeRawBufferPointer) throws(ProtocolError) -> Parts {
        if Octet.isBlank(line[0]) { throw .foldedField }
        var name = 0
        while name < line.count, Octet.isToken(line[name]) { name += 1 }
        guard name > 0, name < line.count, line[name] == Octet.colon else { throw .malformedFieldName }
        var start = name + 1
        while start < line.count, Octet.isBlank(line[start]) { start += 1 }
        guard line.part(start, line.count - start).isFieldContent else { throw .malformedFieldValue }
        var end = line.count
        while end > start, Octet.isBlank(line[end - 1]) { end -= 1 }
        return Parts(nameLength: name, valueStart: start, valueLength: end - start)
    }
}
