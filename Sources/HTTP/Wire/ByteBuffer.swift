/// Octets in memory of their own: appended at the end, taken away at the front.
///
/// Unlike an array it is never copied by accident, and gives its memory back when it is asked to.
///
/// What appends is inlined into other modules too: an answer and its log line are some forty pieces, most of whose lengths
/// the compiler knows.
public struct ByteBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutableRawPointer?
    // A connection has two of these: 32 bits are enough for what may be in memory at once.
    @usableFromInline var size: UInt32 = 0
    @usableFromInline var first: UInt32 = 0
    @usableFromInline var past: UInt32 = 0

    @inlinable var capacity: Int {
        get { Int(size) }
        set { size = UInt32(newValue) }
    }
    @inlinable var start: Int {
        get { Int(first) }
        set { first = UInt32(newValue) }
    }
    @inlinable var end: Int {
        get { Int(past) }
        set { past = UInt32(newValue) }
    }

    public init() { base = nil }

    deinit { base?.deallocate() }

    /// Octets that are held.
    @inlinable public var count: Int { end - start }
    /// Whether nothing is held.
    public var isEmpty: Bool { end == start }
    /// What memory it holds, used or not.
    public var reserved: Int { capacity }

    /// What it holds now; until the next change of the buffer.
    public var bytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: base.map { $0 + start }, count: count)
    }

    /// Takes `count` octets away at the front.
    public mutating func removeFirst(_ count: Int) {
        precondition(count >= 0 && count <= self.count)
        start += count
        if start == end { removeAll() }
    }

    /// Keeps the first `count` octets.
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count)
        end = start + count
    }

    /// Empties it and keeps the memory.
    public mutating func removeAll() {
        start = 0
        end = 0
    }

    /// Empties it and gives the memory back.
    public mutating func release() {
        removeAll()
        base?.deallocate()
        base = nil
        capacity = 0
    }

    /// Appends a copy of the octets.
    @inlinable public mutating func append(_ octets: UnsafeRawBufferPointer) {
        guard let source = octets.baseAddress, !octets.isEmpty else { return }
        room(for: octets.count).copyMemory(from: source, byteCount: octets.count)
        end += octets.count
    }

    /// Appends a text that stands in the program.
    @inlinable @inline(__always)
    public mutating func append(_ text: StaticString) {
        let count = text.utf8CodeUnitCount
        room(for: count).copyMemory(from: text.utf8Start, byteCount: count)
        end += count
    }

    /// Appends a copy of the octets.
    public mutating func append(_ octets: [UInt8]) { octets.withUnsafeBytes { append($0) } }

    /// Appends one octet.
    @inlinable @inline(__always)
    public mutating func append(_ octet: UInt8) {
        room(for: 1).storeBytes(of: octet, as: UInt8.self)
        end += 1
    }

    /// Labelled, or a literal would be taken for a string and not for bytes that stand in the program.
    public mutating func append(utf8 text: String) {
        text.utf8Span.span.withUnsafeBytes { append($0) }
    }

    /// The decimal digits of a number that is not negative.
    public mutating func append(decimal number: Int) {
        if number >= 0, number < 10 { return append(0x30 + UInt8(truncatingIfNeeded: number)) }
        guard number >= 0, number < 10_000 else { return append(digits: UInt64(number), radix: 10) }
        // A status, a length, a duration: two digits at a time, without a loop.
        let (high, low) = UInt32(truncatingIfNeeded: number).quotientAndRemainder(dividingBy: 100)
        let target = room(for: 4)
        var length = 2
        if high >= 10 {
            target.storeBytes(of: Self.digits(high), as: UInt16.self)
            (target + 2).storeBytes(of: Self.digits(low), as: UInt16.self)
            length = 4
        } else if high > 0 {
            target.storeBytes(of: 0x30 + UInt8(truncatingIfNeeded: high), as: UInt8.self)
            (target + 1).storeBytes(of: Self.digits(low), as: UInt16.self)
            length = 3
        } else {
            target.storeBytes(of: Self.digits(low), as: UInt16.self)
        }
        end += length
    }

    /// The two digits of a number below 100 as they stand in memory.
    @inline(__always) private static func digits(_ number: UInt32) -> UInt16 {
        let (tens, ones) = number.quotientAndRemainder(dividingBy: 10)
        return UInt16(truncatingIfNeeded: 0x3030 + tens + ones << 8).littleEndian
    }

    /// The hexadecimal digits of a number that is not negative, as chunk sizes have them.
    public mutating func append(hexadecimal number: Int) { append(digits: UInt64(number), radix: 16) }

    @inline(__always)
    private mutating func append(digits number: UInt64, radix: UInt64) {
        var length = 1
        var rest = number / radix
        while rest > 0 {
            length += 1
            rest /= radix
        }
        let target = room(for: length)
        rest = number
        for index in stride(from: length - 1, through: 0, by: -1) {
            let digit = UInt8(rest % radix)
            target.storeBytes(of: digit < 10 ? 0x30 + digit : 0x57 + digit, toByteOffset: index, as: UInt8.self)
            rest /= radix
        }
        end += length
    }

    /// Where `count` more octets go: moves what there is to the front, or to larger memory.
    @inlinable @inline(__always)
    mutating func room(for count: Int) -> UnsafeMutableRawPointer {
        if let base, capacity - end >= count { return base + end }
        return makeRoom(for: count)
    }

    @usableFromInline @inline(never)
    mutating func makeRoom(for count: Int) -> UnsafeMutableRawPointer {
        let held = self.count
        if let base, start >= held, capacity - held >= count {
            base.copyMemory(from: base + start, byteCount: held)
            start = 0
            end = held
            return base + end
        }
        let larger = max(held + count, min(capacity * 2, capacity + (1 << 20)), 512)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        if let base {
            moved.copyMemory(from: base + start, byteCount: held)
            base.deallocate()
        }
        base = moved
        capacity = larger
        start = 0
        end = held
        return moved + held
    }
}
