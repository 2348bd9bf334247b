import Core
import GatewayAPI
import HTTP

/// The cached responses, by key and, for those who ask in the same words again, by the words of the request.
///
/// An answer that is asked for again in the same words is given from octets that stand ready: no key is made, nothing is
/// decoded, nothing is rendered but the age, once a second.
struct ResponseCache: Sendable {
    /// One cached response. Reached only through the table that holds it.
    private final class Entry {
        let key: ReadKey
        let answer: CachedResponse
        let serial: UInt64
        let size: Int
        /// Places in `words` that lead here.
        var places: [Int] = []
        /// Fields that stand ready, with the age that they tell: for a 200 and for a 304.
        var full: (age: Int, fields: FieldBlock)?
        var short: (age: Int, fields: FieldBlock)?
        let tag: [UInt8]

        init(_ key: ReadKey, _ answer: CachedResponse, serial: UInt64) {
            self.key = key
            self.answer = answer
            self.serial = serial
            tag = answer.tag.map { Array($0.text.utf8) } ?? []
            size = answer.body.count + 2 * key.size + tag.count + ResponseCache.overhead
        }
    }

    private struct Words {
        let hash: UInt64
        let octets: [UInt8]
        let entry: Entry
    }

    /// What an entry takes besides its texts: the object, its fields, its places in the tables.
    static let overhead = 768
    private static let places = 2048

    // `nonisolated(unsafe)` is guarded by whoever guards this value (the lock of `SharedReads`): entries are never handed out.
    private nonisolated(unsafe) var entries: [ReadKey: Entry] = [:]
    // Guarded in the same way.
    private nonisolated(unsafe) var words: [Words?] = []
    /// Keys with the serial of their entry, in the order of arrival from `head` on.
    private var order: [(key: ReadKey, serial: UInt64)] = []
    private var head = 0
    private var lastSerial: UInt64 = 0
    private(set) var bytes = 0

    var count: Int { entries.count }

    subscript(key: ReadKey) -> CachedResponse? { entries[key]?.answer }

    /// Keeps an answer in the place of an earlier one, unless it alone is too large; the oldest ones make room.
    mutating func insert(_ answer: CachedResponse, _ key: ReadKey, maxBytes: Int) {
        remove(key)
        lastSerial += 1
        let entry = Entry(key, answer, serial: lastSerial)
        guard entry.size <= maxBytes else { return }
        entries[key] = entry
        order.append((key, lastSerial))
        bytes += entry.size
        while bytes > maxBytes, let oldest { remove(oldest.key) }
    }

    mutating func remove(_ key: ReadKey) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        bytes -= entry.size
        for place in entry.places where words[place]?.entry === entry { words[place] = nil }
        skipGone()
    }

    mutating func remove(where isMeant: (ReadKey) -> Bool) {
        for key in entries.keys.filter(isMeant) { remove(key) }
    }

    mutating func removeOlder(than instant: MonotonicTime) {
        while let oldest, oldest.answer.asOf < instant { remove(oldest.key) }
    }

    private var oldest: Entry? { head < order.count ? entries[order[head].key] : nil }

    /// Lets the order begin with an entry that is there, and not grow beyond what is.
    private mutating func skipGone() {
        while head < order.count, entries[order[head].key]?.serial != order[head].serial { head += 1 }
        if order.count > 2 * entries.count + 64 || head > 1024 {
            order = order[head...].filter { entries[$0.key]?.serial == $0.serial }
            head = 0
        }
    }

    // MARK: In the same words

    /// Remembers that a request in these words asks for `key`.
    mutating func remember(_ octets: [UInt8], hash: UInt64, for key: ReadKey) {
        guard let entry = entries[key] else { return }
        if words.isEmpty { words = Array(repeating: nil, count: Self.places) }
        let place = Int(truncatingIfNeeded: hash) & (Self.places - 1)
        words[place] = Words(hash: hash, octets: octets, entry: entry)
        if !entry.places.contains(place) { entry.places.append(place) }
    }

    /// The answer to a request in these words that came before, if it is fresh; a 304 to who has it.
    ///
    /// - Parameter ifNoneMatch: the field's value; nil when there is none.
    func ready(
        _ octets: RequestWords, ifNoneMatch: UnsafeRawBufferPointer?, freshSeconds: Double, now: MonotonicTime
    ) -> ReadyAnswer? {
        guard !words.isEmpty else { return nil }
        let hash = octets.hash
        guard let found = words[Int(truncatingIfNeeded: hash) & (Self.places - 1)], found.hash == hash,
            octets.equal(found.octets)
        else { return nil }
        let entry = found.entry
        let passed = now.nanoseconds &- entry.answer.asOf.nanoseconds
        guard passed < Int64(freshSeconds * 1e9) else { return nil }
        let age = max(0, Int(passed / 1_000_000_000))
        if let ifNoneMatch {
            guard ifNoneMatch.elementsEqual(entry.tag), !entry.tag.isEmpty else { return nil }
            if entry.short?.age != age { entry.short = Self.block(entry.answer, age, isNew: false) }
            guard let fields = entry.short?.fields else { return nil }
            var response = Response(status: 304)
            response.prepared = fields
            return ReadyAnswer(response: response, isList: entry.answer.isList)
        }
        if entry.full?.age != age { entry.full = Self.block(entry.answer, age, isNew: true) }
        guard let fields = entry.full?.fields else { return nil }
        var response = Response(status: 200, body: entry.answer.body)
        response.prepared = fields
        return ReadyAnswer(response: response, isList: entry.answer.isList)
    }

    private static func block(_ answer: CachedResponse, _ age: Int, isNew: Bool) -> (age: Int, fields: FieldBlock)? {
        (try? FieldBlock(answer.fields(.hit, age: age, isNew: isNew))).map { (age, $0) }
    }
}

/// An answer from octets that stand ready.
struct ReadyAnswer {
    let response: Response
    let isList: Bool
}

/// The path and the query of a request as they were sent; valid as long as the request's view is.
struct RequestWords {
    let path: UnsafeRawBufferPointer
    let query: UnsafeRawBufferPointer?

    /// FNV-1a over eight octets at a time: spreads well enough for a table whose places are compared in full.
    var hash: UInt64 {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        Self.mix(path, &value)
        if let query {
            value = (value ^ 0x3f) &* 0x0000_0100_0000_01b3
            Self.mix(query, &value)
        }
        return value ^ value >> 32
    }

    private static func mix(_ octets: UnsafeRawBufferPointer, _ value: inout UInt64) {
        var offset = 0
        while offset + 8 <= octets.count {
            value = (value ^ octets.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x9e37_79b9_7f4a_7c15
            value ^= value >> 29
            offset += 8
        }
        while offset < octets.count {
            value = (value ^ UInt64(octets[offset])) &* 0x0000_0100_0000_01b3
            offset += 1
        }
    }

    var count: Int { path.count + (query.map { $0.count + 1 } ?? 0) }

    /// Both as one text, with the question mark.
    var octets: [UInt8] {
        var all = Array(path)
        if let query {
            all.append(UInt8(ascii: "?"))
            all.append(contentsOf: query)
        }
        return all
    }

    func equal(_ other: [UInt8]) -> Bool {
        guard other.count == count else { return false }
        return other.withUnsafeBytes { other in
            guard path.isSame(as: UnsafeRawBufferPointer(rebasing: other[..<path.count])) else { return false }
            guard let query else { return true }
            return other[path.count] == UInt8(ascii: "?")
                && query.isSame(as: UnsafeRawBufferPointer(rebasing: other[(path.count + 1)...]))
        }
    }
}
