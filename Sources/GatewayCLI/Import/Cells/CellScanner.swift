import Core
import Formats

/// Takes the text of a cell apart: blanks of every kind are one space, letters are small and without accents.
package struct CellScanner {
    private var rest: ArraySlice<UInt8>

    package init(_ text: String) {
        var output = ""
        var isBlank = false
        for scalar in TableText.trimmed(text).unicodeScalars {
            if TableText.isBlank(scalar) {
                isBlank = true
                continue
            }
            if isBlank { output.append(" ") }
            isBlank = false
            output.unicodeScalars.append(scalar)
        }
        rest = FoldedText.bytes(output)[...]
    }

    package var isAtEnd: Bool { rest.isEmpty }
    package var text: String { String(decoding: rest, as: UTF8.self) }

    /// The octet that comes next.
    package var next: UInt8? { rest.first }

    /// Digits, up to so many; nil when there are none, or more.
    package mutating func digits(atMost most: Int) -> (value: Int, count: Int)? {
        let found = rest.prefix { (0x30...0x39).contains($0) }
        guard !found.isEmpty, found.count <= most else { return nil }
        rest = rest[found.endIndex...]
        return (found.reduce(0) { $0 * 10 + Int($1 - 0x30) }, found.count)
    }

    /// ASCII letters; empty when there are none.
    package mutating func word() -> String {
        let found = rest.prefix { (0x61...0x7a).contains($0) }
        rest = rest[found.endIndex...]
        return String(decoding: found, as: UTF8.self)
    }

    /// Whether this text comes next, which is then passed over.
    package mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    package mutating func skipBlanks() { while take(" ") {} }
}
