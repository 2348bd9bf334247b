import Core
import HTTP

/// The head of an answer, as libcurl hands it over line by line. Of its fields only those are kept that callers read:
/// to look them up afterwards with curl_easy_header costs a search through all of them for each name.
struct CurlResponseHead {
    static let maximumBytes = 65_536

    /// Which fields are kept.
    struct Names {
        /// In lower case.
        fileprivate let all: [String]
        /// Those of them of which each field counts.
        fileprivate let repeated: Set<String>

        init(_ names: [String], repeated: [String] = []) {
            all = names.map { $0.lowercased() }
            self.repeated = Set(repeated.map { $0.lowercased() })
        }
    }

    private let names: Names
    private var bytes = 0
    /// libcurl takes a head that breaks off for a whole one and reports success; this tells them apart.
    private(set) var isComplete = false
    /// The first field of each name, and all of those that are repeated, of the final head: none of an interim answer (1xx), none
    /// of a trailer section.
    private(set) var fields: [Field] = []
    /// The last line was a field that is kept, so a line that begins with a blank goes on with its value (obs-fold).
    private var mayFold = false

    init(keeping names: Names) { self.names = names }

    /// Begins anew, for another answer.
    mutating func reset() {
        (bytes, isComplete, mayFold) = (0, false, false)
        fields = []
    }

    /// Takes one line with its line end. False when the head is too large.
    mutating func accept(_ line: UnsafeRawBufferPointer) -> Bool {
        bytes += line.count
        guard bytes <= Self.maximumBytes else { return false }
        guard let first = line.first else { return true }
        if first == UInt8(ascii: "\r") || first == UInt8(ascii: "\n") {
            isComplete = true
        } else if line.starts(with: "HTTP/".utf8) {
            // A status line: after an interim answer the final one's head begins.
            (isComplete, mayFold) = (false, false)
            fields = []
        } else if !isComplete {
            if Self.isBlank(first) { fold(line) } else { keep(line) }
        }
        return true
    }

    private mutating func keep(_ line: UnsafeRawBufferPointer) {
        mayFold = false
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        for name in names.all where name.utf8.count == colon && Self.isName(line, name) {
            guard names.repeated.contains(name) || !fields.contains(where: { $0.name == name }) else { return }
            fields.append(Field(name, Self.text(line[(colon + 1)...])))
            mayFold = true
            return
        }
    }

    private mutating func fold(_ line: UnsafeRawBufferPointer) {
        guard mayFold, !fields.isEmpty else { return }
        fields[fields.count - 1].value += " " + Self.text(line[...])
    }

    private static func isName(_ line: UnsafeRawBufferPointer, _ name: String) -> Bool {
        var index = 0
        for expected in name.utf8 {
            let octet = line[index]
            if (octet &- 0x41 < 26 ? octet | 0x20 : octet) != expected { return false }
            index += 1
        }
        return true
    }

    /// Without the blanks and the line end around it; octets that are not UTF-8 become U+FFFD.
    private static func text(_ octets: Slice<UnsafeRawBufferPointer>) -> String {
        var rest = octets
        while let last = rest.last, isBlank(last) || last == UInt8(ascii: "\r") || last == UInt8(ascii: "\n") {
            rest.removeLast()
        }
        while let first = rest.first, isBlank(first) { rest.removeFirst() }
        return String(decoding: UnsafeRawBufferPointer(rebasing: rest), as: UTF8.self).streamSafe
    }

    private static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }
}
