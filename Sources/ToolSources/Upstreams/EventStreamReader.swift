/// Reads a stream of Server-Sent Events (WHATWG HTML §9.2.6) in pieces, cut anywhere.
public struct EventStreamReader: Sendable {
    /// One event that has data.
    public struct Event: Sendable, Equatable {
        /// `message` where the stream names none.
        public var name: String
        public var data: [UInt8]
    }

    /// Why a stream is not read further.
    public enum Failure: Error, Sendable, Equatable {
        /// One of its events, or one of its lines, is too long.
        case tooLarge
    }

    /// Octets of one event.
    private let limit: Int
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var name: [UInt8] = []
    /// The last octet was a carriage return, which may be half of a line's end.
    private var isAfterReturn = false
    private var isAtStart = true
    /// The identifier of the last event, by which a stream that has ended is taken up again; empty for none.
    public private(set) var lastID = ""
    /// Milliseconds after which whoever has lost the stream may come again; nil when it does not say.
    public private(set) var retryMilliseconds: Int?

    private static let longestID = 1024
    private static let mark: [UInt8] = [0xef, 0xbb, 0xbf]

    /// - Parameter limit: octets of one event.
    public init(limit: Int) { self.limit = limit }

    /// Reads the next piece.
    /// - Returns: the events that have ended in it.
    public mutating func read(_ piece: UnsafeRawBufferPointer) throws(Failure) -> [Event] {
        var events: [Event] = []
        for octet in piece {
            let wasAfterReturn = isAfterReturn
            isAfterReturn = octet == UInt8(ascii: "\r")
            if octet == UInt8(ascii: "\n"), wasAfterReturn { continue }
            guard octet == UInt8(ascii: "\n") || isAfterReturn else {
                line.append(octet)
                guard line.count + data.count <= limit else { throw .tooLarge }
                continue
            }
            if isAtStart, line.starts(with: Self.mark) { line.removeFirst(Self.mark.count) }
            isAtStart = false
            if line.isEmpty { if let event = dispatch() { events.append(event) } } else { field() }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }

    /// The same of octets that are held in an array.
    public mutating func read(_ piece: [UInt8]) throws(Failure) -> [Event] {
        // A closure with a typed error is not inferred as such.
        let result: Result<[Event], Failure> = piece.withUnsafeBytes { piece in
            do throws(Failure) { return .success(try read(piece)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private mutating func dispatch() -> Event? {
        defer { (data, hasData, name) = ([], false, []) }
        guard hasData else { return nil }
        return Event(name: name.isEmpty ? "message" : String(decoding: name, as: UTF8.self), data: data)
    }

    /// A line of the stream: a field, or a comment, whose name is empty.
    private mutating func field() {
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = colon == line.endIndex ? line[colon...] : line[(colon + 1)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            if hasData { data.append(UInt8(ascii: "\n")) }
            data += value
            hasData = true
        case "event": name = Array(value)
        case "id" where !value.contains(0) && value.count <= Self.longestID:
            lastID = String(decoding: value, as: UTF8.self)
        case "retry" where !value.isEmpty && value.count <= 9 && value.allSatisfy { $0 &- 0x30 < 10 }:
            retryMilliseconds = Int(String(decoding: value, as: UTF8.self))
        default: break
        }
    }
}
