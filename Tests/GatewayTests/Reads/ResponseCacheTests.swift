import Core
import GatewayAPI
import HTTP
import TestKit
import Testing

@testable import Gateway

/// What is cached: its bounds, and answers from octets that stand ready.
@Suite struct ResponseCacheTests {
    private static func at(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: 0).advanced(seconds: seconds)
    }

    private static func answer(_ text: String, at seconds: Double = 0, isList: Bool = false) -> CachedResponse {
        CachedResponse(Array(text.utf8), isList: isList, asOf: at(seconds))
    }

    private static func ready(
        _ cache: inout ResponseCache, _ path: String, _ query: String? = nil, tag: String? = nil, at seconds: Double
    ) -> ReadyAnswer? {
        var path = path
        var query = query ?? ""
        var tag = tag ?? ""
        let (hasQuery, hasTag) = (!query.isEmpty, !tag.isEmpty)
        return path.withUTF8 { path in
            query.withUTF8 { query in
                tag.withUTF8 { tag in
                    cache.ready(
                        RequestWords(
                            path: UnsafeRawBufferPointer(path), query: hasQuery ? UnsafeRawBufferPointer(query) : nil),
                        ifNoneMatch: hasTag ? UnsafeRawBufferPointer(tag) : nil, freshSeconds: 5, now: at(seconds))
                }
            }
        }
    }

    private static func remember(_ cache: inout ResponseCache, _ path: String, _ query: String? = nil, for key: ReadKey)
    {
        var path = path
        var query = query ?? ""
        let hasQuery = !query.isEmpty
        path.withUTF8 { path in
            query.withUTF8 { query in
                let words = RequestWords(
                    path: UnsafeRawBufferPointer(path), query: hasQuery ? UnsafeRawBufferPointer(query) : nil)
                cache.remember(words.octets, hash: words.hash, for: key)
            }
        }
    }

    @Test func theSameWordsAreAnsweredWithTheirAgeAndOthersAreNot() throws {
        var cache = ResponseCache()
        cache.insert(Self.answer(#"{"id":"tea"}"#), .event("tea"), maxBytes: 1 << 20)
        #expect(Self.ready(&cache, "/events/tea", at: 0) == nil)
        Self.remember(&cache, "/events/tea", for: .event("tea"))
        for (seconds, age) in [(0.0, 0), (0.9, 0), (1.0, 1), (4.99, 4)] {
            let answer = try #require(Self.ready(&cache, "/events/tea", at: seconds)).response
            let tag = try #require(EntityTag(of: answer.body)).text
            #expect(answer.status == 200 && answer.body == Array(#"{"id":"tea"}"#.utf8))
            #expect(
                try answer.prepared
                    == FieldBlock([
                        Field("Content-Type", "application/json"), Field("Vary", "Accept"),
                        Field("Cache-Control", "private, no-cache"), Field("X-Cache", "HIT"),
                        Field("Age", String(age)), Field("ETag", tag),
                    ]))
            let unchanged = try #require(Self.ready(&cache, "/events/tea", tag: tag, at: seconds)).response
            #expect(unchanged.status == 304 && unchanged.body.isEmpty)
            #expect(
                try unchanged.prepared
                    == FieldBlock([
                        Field("Vary", "Accept"), Field("Cache-Control", "private, no-cache"),
                        Field("X-Cache", "HIT"), Field("Age", String(age)), Field("ETag", tag),
                    ]))
        }
        #expect(Self.ready(&cache, "/events/tea", at: 5) == nil)
        #expect(Self.ready(&cache, "/events/tea", tag: "\"other\"", at: 1) == nil)
        #expect(Self.ready(&cache, "/events/tea/", at: 1) == nil)
        #expect(Self.ready(&cache, "/events/tea", "x=1", at: 1) == nil)
        #expect(Self.ready(&cache, "/events/te", "a", at: 1) == nil)
    }

    @Test func aQueryIsPartOfTheWords() {
        var cache = ResponseCache()
        cache.insert(Self.answer("[]", isList: true), .list("7"), maxBytes: 1 << 20)
        Self.remember(&cache, "/events/", "limit=7", for: .list("7"))
        #expect(Self.ready(&cache, "/events/", "limit=7", at: 1)?.isList == true)
        for (path, query) in [("/events/", "limit=8"), ("/events/", nil), ("/events/?limit=7", nil)] {
            // The last spelling cannot come from a parser; the comparison holds all the same.
            #expect(Self.ready(&cache, path, query, at: 1) == nil || path.contains("?"))
        }
    }

    @Test func whatIsRemovedOrReplacedIsNotGivenInAnyWords() throws {
        var cache = ResponseCache()
        cache.insert(Self.answer("1"), .event("tea"), maxBytes: 1 << 20)
        Self.remember(&cache, "/events/tea", for: .event("tea"))
        Self.remember(&cache, "/events/tea/", for: .event("tea"))
        cache.insert(Self.answer("2", at: 1), .event("tea"), maxBytes: 1 << 20)
        #expect(Self.ready(&cache, "/events/tea", at: 1) == nil && Self.ready(&cache, "/events/tea/", at: 1) == nil)
        Self.remember(&cache, "/events/tea", for: .event("tea"))
        #expect(try #require(Self.ready(&cache, "/events/tea", at: 1)).response.body == Array("2".utf8))
        cache.remove(.event("tea"))
        #expect(Self.ready(&cache, "/events/tea", at: 1) == nil)
        #expect(cache.count == 0 && cache.bytes == 0)
        // What is not kept has no words.
        Self.remember(&cache, "/events/tea", for: .event("tea"))
        #expect(Self.ready(&cache, "/events/tea", at: 1) == nil)
    }

    /// The table of words is small: the later one takes the place, and nothing wrong is ever given.
    @Test func wordsThatShareAPlaceNeverShareAnAnswer() throws {
        var cache = ResponseCache()
        for number in 0..<5000 {
            cache.insert(Self.answer("\(number)"), .event("\(number)"), maxBytes: 1 << 30)
            Self.remember(&cache, "/events/\(number)", for: .event("\(number)"))
        }
        var found = 0
        for number in 0..<5000 {
            guard let answer = Self.ready(&cache, "/events/\(number)", at: 1) else { continue }
            #expect(answer.response.body == Array("\(number)".utf8))
            found += 1
        }
        #expect(found > 1500 && found <= 2048, "\(found)")
    }

    @Test func theOldestMakeRoomAndTheBoundIsNeverPassed() {
        var cache = ResponseCache()
        var generator = SeededGenerator(seed: 3)
        let most = 50_000
        for round in 0..<3000 {
            let key = ReadKey.event(String(Int.random(in: 0..<200, using: &generator)))
            let size = Int.random(in: 0..<4000, using: &generator)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0: cache.remove(key)
            case 1: cache.removeOlder(than: Self.at(Double(round - 30)))
            default:
                cache.insert(
                    Self.answer(String(repeating: "x", count: size), at: Double(round)), key, maxBytes: most)
                #expect(cache[key]?.asOf == Self.at(Double(round)))
            }
            #expect(cache.bytes <= most)
            #expect((cache.bytes == 0) == (cache.count == 0))
        }
        cache.removeOlder(than: Self.at(3001))
        #expect(cache.count == 0 && cache.bytes == 0)
    }

    @Test func whatAloneIsTooLargeIsNotKeptAndDropsWhatItReplaces() {
        var cache = ResponseCache()
        cache.insert(Self.answer("small"), .event("tea"), maxBytes: 2000)
        cache.insert(Self.answer(String(repeating: "x", count: 3000)), .event("tea"), maxBytes: 2000)
        #expect(cache[.event("tea")] == nil && cache.bytes == 0)
    }
}
