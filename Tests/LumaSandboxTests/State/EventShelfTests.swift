import Core
import Testing

@testable import LumaSandbox

struct EventShelfTests {
    private func record(_ id: String, at milliseconds: Int64, slug: String? = nil) -> EventRecord {
        EventRecord(
            id: id, createdAt: Timestamp(milliseconds: 0), startAt: Timestamp(milliseconds: milliseconds),
            endAt: Timestamp(milliseconds: milliseconds + 1), slug: slug ?? "slug-\(id)",
            settings: ["name": .string(id)])
    }

    @Test func staysInOrderThroughEveryChange() {
        var shelf = EventShelf()
        var generator = SeededGenerator(seed: 7)
        var expected: [String: Int64] = [:]
        for _ in 0..<3000 {
            let id = "e\(generator.next() % 60)"
            if generator.next() % 3 == 0 {
                #expect((shelf.remove(id) != nil) == (expected.removeValue(forKey: id) != nil))
            } else {
                let start = Int64(generator.next() % 20)
                shelf.put(record(id, at: start))
                expected[id] = start
            }
        }
        let keys = expected.map { EventShelf.Key(startAt: Timestamp(milliseconds: $0.value), id: $0.key) }.sorted()
        #expect(shelf.order == keys)
        #expect(shelf.count == expected.count)
        #expect(shelf.weight == shelf.records.values.reduce(0) { $0 + $1.weight })
        for id in expected.keys { #expect(shelf.event(slug: "slug-\(id)")?.id == id) }
        for id in expected.keys { shelf.remove(id) }
        #expect(shelf.weight == 0)
        #expect(shelf.order.isEmpty)
        #expect(shelf.event(slug: "slug-e1") == nil)
    }

    @Test func aNewSlugFreesTheOldOne() {
        var shelf = EventShelf()
        shelf.put(record("a", at: 1, slug: "old"))
        shelf.put(record("a", at: 1, slug: "new"))
        #expect(shelf.event(slug: "old") == nil)
        #expect(shelf.event(slug: "new")?.id == "a")
    }
}
