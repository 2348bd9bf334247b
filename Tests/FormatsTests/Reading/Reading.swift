import Core

@testable import Formats

/// What the three readers have in common, for tests.
protocol FileReader {
    associatedtype Row: Sendable & Equatable
    init(limits: ReadLimits)
    mutating func feed(_ bytes: ArraySlice<UInt8>, _ deliver: (ReadItem<Row>) -> Void)
    mutating func finish(_ deliver: (ReadItem<Row>) -> Void)
}

extension CSVReader: FileReader {}
extension NDJSONReader: FileReader {}
extension ICSReader: FileReader {}

extension FileReader {
    /// All that is found in `bytes`, fed in pieces that end at `cuts`.
    static func items(_ bytes: [UInt8], cutAt cuts: [Int] = [], limits: ReadLimits = ReadLimits()) -> [ReadItem<Row>] {
        var reader = Self(limits: limits)
        var items: [ReadItem<Row>] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            reader.feed(bytes[start..<cut]) { items.append($0) }
            start = cut
        }
        reader.finish { items.append($0) }
        return items
    }

    static func items(_ text: String, limits: ReadLimits = ReadLimits()) -> [ReadItem<Row>] {
        items(Array(text.utf8), limits: limits)
    }

    static func problems(_ text: String, limits: ReadLimits = ReadLimits()) -> [ReadProblem] {
        items(text, limits: limits).compactMap { if case .problem(let problem) = $0 { problem } else { nil } }
    }

    static func rows(_ text: String) -> [Row] { rows(Array(text.utf8)) }

    static func rows(_ bytes: [UInt8]) -> [Row] {
        items(bytes).compactMap { if case .row(let row) = $0 { row } else { nil } }
    }

    /// Whether the input reads the same cut at any one byte, and a byte at a time.
    static func readsTheSameHoweverCut(_ bytes: [UInt8]) -> Bool {
        let whole = items(bytes)
        return bytes.indices.allSatisfy { items(bytes, cutAt: [$0]) == whole }
            && items(bytes, cutAt: Array(bytes.indices)) == whole
    }

    /// Reads a thousand damaged forms of a file; what must not happen is a trap, or a row after the end of the reading.
    static func damaged(_ text: String, _ check: ([ReadItem<Row>], [UInt8]) -> Void) {
        var random = SeededGenerator(seed: 6)
        let sound = Array(text.utf8)
        let marks = Array("\",;:\\\r\n {}[]=+-'PTZ".utf8) + [0x00, 0x80, 0xef, 0xff]
        for _ in 0..<1000 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = marks.randomElement(using: &random)!
                case 1: bytes.insert(marks.randomElement(using: &random)!, at: place)
                default: bytes.removeSubrange(place..<min(bytes.count, place + 9))
                }
            }
            let limits = ReadLimits(fieldBytes: 64, rowBytes: 256, fields: 8, rows: 8)
            check(items(bytes, limits: limits), bytes)
        }
    }
}
