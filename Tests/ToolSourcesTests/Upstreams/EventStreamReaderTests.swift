import Testing

@testable import ToolSources

@Suite struct EventStreamReaderTests {
    private static let text =
        "\u{feff}: hello\n\nevent: message\r\nid: 7\r\ndata: {\"a\":1}\r\n\r\ndata\rdata: b\r\rretry: 250\n"
        + "event: other\ndata:  two\n\nid: no data\n\ndata:é\u{1f600}\nunknown: x\n\ndata: not ended"

    private static let events = [
        ("message", "{\"a\":1}"), ("message", "\nb"), ("other", " two"), ("message", "é\u{1f600}"),
    ]

    private static func read(_ pieces: [[UInt8]]) throws -> (events: [EventStreamReader.Event], EventStreamReader) {
        var reader = EventStreamReader(limit: 100)
        var events: [EventStreamReader.Event] = []
        for piece in pieces { events += try reader.read(piece) }
        return (events, reader)
    }

    @Test func theSameWhereverItIsCut() throws {
        let octets = Array(Self.text.utf8)
        let whole = Self.events.map { EventStreamReader.Event(name: $0.0, data: Array($0.1.utf8)) }
        for cut in 0...octets.count {
            let (events, reader) = try Self.read([Array(octets[..<cut]), Array(octets[cut...])])
            #expect(events == whole, "cut at \(cut)")
            #expect(reader.lastID == "no data" && reader.retryMilliseconds == 250)
        }
        #expect(try Self.read(octets.map { [$0] }).events == whole)
    }

    @Test(arguments: [
        "data: " + String(repeating: "x", count: 101), String(repeating: "x", count: 101),
        String(repeating: "data: 1234567890\n", count: 11),
    ])
    func whatIsTooLongEndsIt(_ text: String) {
        #expect(throws: EventStreamReader.Failure.tooLarge) { try Self.read([Array(text.utf8)]) }
    }

    @Test func whatIsNoNumberIsNoPause() throws {
        for text in ["retry: x\n", "retry: -1\n", "retry:\n", "retry: 1.5\n", "retry: 9999999999\n"] {
            #expect(try Self.read([Array(text.utf8)]).1.retryMilliseconds == nil, "\(text)")
        }
        #expect(try Self.read([Array("id: a\0b\n\n".utf8)]).1.lastID == "")
    }
}
