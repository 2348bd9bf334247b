import Glibc

/// Parts a stream of octets into lines, however it is cut. Holds one line at most.
struct LineSplitter {
    enum Item: Equatable {
        /// Without its line end, and never empty.
        case line([UInt8])
        /// A line longer than the limit was passed over. With its first octets.
        case tooLong([UInt8])
    }

    /// Octets that are kept of a line that is too long.
    private static let beginning = 256

    private let maxBytes: Int
    private var line: [UInt8] = []
    private var isTooLong = false

    /// - Parameter maxBytes: the longest line that is delivered.
    init(maxBytes: Int) { self.maxBytes = maxBytes }

    /// Takes the next octets, and delivers the lines that end within them.
    mutating func take(_ octets: UnsafeRawBufferPointer, _ deliver: (Item) -> Void) {
        var rest = octets
        while let start = rest.baseAddress, let found = memchr(start, 0x0a, rest.count) {
            let count = start.distance(to: UnsafeRawPointer(found))
            append(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            end(deliver)
            rest = UnsafeRawBufferPointer(rebasing: rest[(count + 1)...])
        }
        append(rest)
    }

    /// Ends the line; the last one of a stream may come without its end.
    mutating func end(_ deliver: (Item) -> Void) {
        defer { (line, isTooLong) = ([], false) }
        if isTooLong { return deliver(.tooLong(line)) }
        if line.last == 0x0d { line.removeLast() }
        if !line.isEmpty { deliver(.line(line)) }
    }

    private mutating func append(_ octets: UnsafeRawBufferPointer) {
        if isTooLong { return }
        guard line.count + octets.count > maxBytes else { return line.append(contentsOf: octets) }
        isTooLong = true
        line.append(contentsOf: octets.prefix(max(Self.beginning - line.count, 0)))
        line = Array(line.prefix(min(Self.beginning, maxBytes)))
    }
}
