import Testing

@testable import IO

@Suite struct LineSplitterTests {
    private func split(_ pieces: [[UInt8]], maxBytes: Int = 100) -> [LineSplitter.Item] {
        var splitter = LineSplitter(maxBytes: maxBytes)
        var items: [LineSplitter.Item] = []
        for piece in pieces { piece.withUnsafeBytes { splitter.take($0) { items.append($0) } } }
        splitter.end { items.append($0) }
        return items
    }

    private func line(_ text: String) -> LineSplitter.Item { .line(Array(text.utf8)) }

    @Test func linesAreTheSameHoweverTheyAreCut() {
        let octets = Array("one\ntwo\r\n\n\nthree é\n\r\nlast".utf8)
        let expected = [line("one"), line("two"), line("three é"), line("last")]
        #expect(split([octets]) == expected)
        #expect(split(octets.map { [$0] }) == expected)
        for cut in octets.indices { #expect(split([Array(octets[..<cut]), Array(octets[cut...])]) == expected) }
        #expect(split([]) == [] && split([[]]) == [] && split([[0x0a]]) == [])
    }

    @Test func aLineThatIsTooLongIsPassedOverAndItsBeginningTold() {
        let long = [UInt8](repeating: 0x78, count: 1000)
        #expect(split([long + [0x0a] + [0x61]], maxBytes: 999) == [.tooLong(Array(long[..<256])), line("a")])
        #expect(split([long], maxBytes: 1000) == [.line(long)])
        // Cut anywhere, and longer than any piece.
        for cut in [1, 255, 256, 257, 998, 999] {
            let pieces = [Array(long[..<cut]), Array(long[cut...]), long, [0x0a, 0x62]]
            #expect(split(pieces, maxBytes: 999) == [.tooLong(Array(long[..<256])), line("b")])
        }
        #expect(split([Array("abcd\nef".utf8)], maxBytes: 3) == [.tooLong(Array("abc".utf8)), line("ef")])
    }
}
