// The file format of RFC 9636, read as hostile input: every count and index is checked before it is used.

/// Why bytes are not time zone rules.
public enum TZifError: String, Error, Sendable, CaseIterable {
    /// The magic number or the version is not there.
    case notTZif
    case tooLarge
    case truncated
    /// A count contradicts another or is zero where it must not be.
    case badCount
    /// Transitions are out of order or out of all proportion, or name a type that does not exist.
    case badTransition
    /// An offset is beyond 26 hours, or an abbreviation is not there.
    case badType
    /// The file counts leap seconds, as those in `right/` do; a `Timestamp` does not.
    case leapSeconds
    /// The rule for the years after the last transition cannot be read.
    case badFooter
}

extension TimeZoneRules {
    /// The largest file that is read, in bytes; the system's are below 4 KiB.
    public static let largestFile = 256 << 10
    /// RFC 9636 §3.2 gives -89,999 to 93,599 as the sensible range of an offset in seconds.
    static let farthestOffset = 93_599
    static let longestAbbreviation = 16

    /// Reads a TZif file of any version. A file of version 2 or later is read by its 64-bit part and its footer.
    public init(tzif bytes: [UInt8]) throws(TZifError) {
        guard bytes.count <= Self.largestFile else { throw .tooLarge }
        var reader = TZifReader(bytes)
        var header = try reader.header()
        let isLong = header.version != 0
        if isLong {
            try reader.skip(header.blockLength(timeLength: 4))
            header = try reader.header()
            guard header.version != 0 else { throw .notTZif }
        }
        let block = try reader.block(header, timeLength: isLong ? 8 : 4)
        first = block.types[0]
        transitions = block.transitions
        footer = isLong ? try reader.footer() : nil
    }
}

private struct TZifHeader {
    let version: UInt8
    let isutcnt: Int
    let isstdcnt: Int
    let leapcnt: Int
    let timecnt: Int
    let typecnt: Int
    let charcnt: Int

    /// Counts are below 2^32, so that no sum here overflows.
    func blockLength(timeLength: Int) -> Int {
        timecnt * (timeLength + 1) + typecnt * 6 + charcnt + leapcnt * (timeLength + 4) + isstdcnt + isutcnt
    }
}

private struct TZifReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func skip(_ count: Int) throws(TZifError) {
        guard count <= bytes.count - position else { throw .truncated }
        position += count
    }

    /// Takes a big-endian two's complement integer of one, four or eight bytes.
    private mutating func integer(_ length: Int) throws(TZifError) -> Int64 {
        let start = position
        try skip(length)
        var value: UInt64 = 0
        for byte in bytes[start..<position] { value = value << 8 | UInt64(byte) }
        let unused = 64 - 8 * length
        return Int64(bitPattern: value << UInt64(unused)) >> Int64(unused)
    }

    private mutating func byte() throws(TZifError) -> Int { Int(UInt8(truncatingIfNeeded: try integer(1))) }

    private mutating func count() throws(TZifError) -> Int { Int(UInt32(truncatingIfNeeded: try integer(4))) }

    mutating func header() throws(TZifError) -> TZifHeader {
        guard bytes[position...].starts(with: "TZif".utf8) else { throw .notTZif }
        position += 4
        let version = UInt8(try byte())
        guard version == 0 || version >= UInt8(ascii: "2") else { throw .notTZif }
        try skip(15)
        let header = TZifHeader(
            version: version, isutcnt: try count(), isstdcnt: try count(), leapcnt: try count(), timecnt: try count(),
            typecnt: try count(), charcnt: try count())
        guard (1...256).contains(header.typecnt), header.charcnt > 0,
            header.isutcnt == 0 || header.isutcnt == header.typecnt,
            header.isstdcnt == 0 || header.isstdcnt == header.typecnt
        else { throw .badCount }
        return header
    }

    mutating func block(
        _ header: TZifHeader, timeLength: Int
    ) throws(TZifError) -> (types: [TimeZoneRules.Offset], transitions: [TimeZoneRules.Transition]) {
        guard header.blockLength(timeLength: timeLength) <= bytes.count - position else { throw .truncated }
        guard header.leapcnt == 0 else { throw .leapSeconds }
        var times: [Int64] = []
        times.reserveCapacity(header.timecnt)
        for _ in 0..<header.timecnt {
            let time = try integer(timeLength)
            // 2^60 seconds are longer than the universe is old, and leave room to add an offset.
            guard abs(time.clamped) < 1 << 60, times.last.map({ $0 < time }) ?? true else { throw .badTransition }
            times.append(time)
        }
        let indices = bytes[position..<position + header.timecnt]
        try skip(header.timecnt)
        let types = try self.types(header)
        var transitions: [TimeZoneRules.Transition] = []
        transitions.reserveCapacity(header.timecnt)
        for (time, index) in zip(times, indices) {
            guard Int(index) < types.count else { throw .badTransition }
            transitions.append(.init(start: time, offset: types[Int(index)]))
        }
        try skip(header.isstdcnt + header.isutcnt)
        return (types, transitions)
    }

    /// Takes the local time types and the abbreviations that they point to.
    private mutating func types(_ header: TZifHeader) throws(TZifError) -> [TimeZoneRules.Offset] {
        let designations = bytes[position + header.typecnt * 6..<position + header.typecnt * 6 + header.charcnt]
        var types: [TimeZoneRules.Offset] = []
        for _ in 0..<header.typecnt {
            let seconds = try integer(4)
            let isDST = try byte()
            let start = try byte()
            guard abs(seconds) <= Int64(TimeZoneRules.farthestOffset), isDST <= 1, start < header.charcnt else {
                throw .badType
            }
            let rest = designations.dropFirst(start)
            guard let end = rest.firstIndex(of: 0) else { throw .badType }
            let name = rest[..<end]
            guard name.count <= TimeZoneRules.longestAbbreviation, name.allSatisfy({ (0x21...0x7e).contains($0) })
            else {
                throw .badType
            }
            let text = String(decoding: name, as: UTF8.self)
            types.append(.init(secondsEast: Int(seconds), abbreviation: text, isDST: isDST == 1))
        }
        try skip(header.charcnt)
        return types
    }

    /// Takes the line after the 64-bit part: a rule, or nothing when none is known.
    mutating func footer() throws(TZifError) -> PosixTimeZone? {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\n") else { throw .badFooter }
        let line = bytes[(position + 1)...]
        guard let end = line.firstIndex(of: UInt8(ascii: "\n")), end - position <= 256 else { throw .badFooter }
        if end == line.startIndex { return nil }
        guard let rule = PosixTimeZone(Array(line[..<end])) else { throw .badFooter }
        return rule
    }
}

extension Int64 {
    /// The value, or one next to it that has a negative.
    fileprivate var clamped: Int64 { Swift.max(self, -.max) }
}
