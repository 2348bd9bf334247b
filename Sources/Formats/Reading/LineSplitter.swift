/// Cuts bytes that arrive in pieces into lines that end with LF or CRLF, as NDJSON and iCalendar have them.
///
/// What is longer than the limit is passed over and told.
struct LineSplitter: Sendable {
    enum Item: Sendable, Equatable {
        /// Without its end.
        case line([UInt8])
        case tooLong
    }

    private let maxBytes: Int
    private var line: [UInt8] = []
    private var isTooLong = false
    /// The number of the line that is being gathered, from 1.
    private var number = 1

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    mutating func feed(_ bytes: ArraySlice<UInt8>, _ deliver: (Int, Item) -> Void) {
        var rest = bytes
        while let end = rest.firstIndex(of: 0x0a) {
            take(rest[..<end])
            emit(deliver)
            rest = rest[(end + 1)...]
        }
        take(rest)
    }

    /// The end of the input: a last line may come without its end.
    mutating func finish(_ deliver: (Int, Item) -> Void) {
        if !line.isEmpty || isTooLong { emit(deliver) }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) {
        guard !isTooLong else { return }
        // The end's CR does not count.
        if line.count + bytes.count > maxBytes + 1 {
            isTooLong = true
            line = []
        } else {
            line += bytes
        }
    }

    private mutating func emit(_ deliver: (Int, Item) -> Void) {
        if line.last == 0x0d { line.removeLast() }
        deliver(number, isTooLong || line.count > maxBytes ? .tooLong : .line(line))
        line = []
        isTooLong = false
        number += 1
    }
}
