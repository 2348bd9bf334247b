import Core
import Testing

@testable import LumaSandbox

struct ListOrderTests {
    private static let values = ["b", nil, "a", "c", nil, "b"]

    @Test(arguments: [
        (ListOrder(column: "x"), ["2", "0", "5", "3", "1", "4"]),
        (ListOrder(column: "x", startsWithNull: true), ["1", "4", "2", "0", "5", "3"]),
        (ListOrder(column: "x", isDescending: true), ["3", "5", "0", "2", "4", "1"]),
        (ListOrder(column: "x", isDescending: true, startsWithNull: true), ["4", "1", "3", "5", "0", "2"]),
    ])
    func entriesWithoutAValueStandAtOneEnd(_ order: ListOrder, _ expected: [String]) throws {
        for limit in 1...7 {
            var found: [String] = []
            var query: JSONObject = ["pagination_limit": .number(limit)]
            for _ in 0..<7 {
                let page = try order.page(
                    of: Array(Self.values.enumerated()), query,
                    place: { ListOrder.Place(value: $0.element, id: String($0.offset)) },
                    answer: { JSON.string(String($0.offset)) })
                found += (page["entries"]?.arrayValue ?? []).compactMap(\.stringValue)
                query["pagination_cursor"] = page["next_cursor"]
                if page["has_more"] == false { break }
            }
            #expect(found == expected, "in pages of \(limit)")
        }
    }

    @Test func aCursorKeepsWhatItNames() throws {
        for value in ["", "=", "a|b|c", "köln 🎉", "-"] {
            let cursor = ListCursor(order: "name a", value: value, id: "gst-1")
            #expect(ListCursor(cursor.text) == cursor)
        }
        #expect(ListCursor(Base64.encode(Array("a|b".utf8))) == nil)
        #expect(ListCursor(String(repeating: "QUFB", count: 300)) == nil)
    }

    @Test func aCursorIsOfOneOrder() throws {
        func page(_ order: ListOrder, _ query: JSONObject) throws -> JSON {
            try order.page(
                of: ["a", "b"], query, place: { ListOrder.Place(value: $0, id: $0) }, answer: { JSON.string($0) })
        }
        let orders = [
            ListOrder(column: "x"), ListOrder(column: "y"), ListOrder(column: "x", isDescending: true),
            ListOrder(column: "x", startsWithNull: true),
        ]
        let cursor = try #require(try page(orders[0], ["pagination_limit": 1])["next_cursor"])
        for order in orders {
            do {
                let entries = try page(order, ["pagination_cursor": cursor])["entries"]
                #expect(order == orders[0])
                #expect(entries == ["b"])
            } catch {
                #expect(order != orders[0])
            }
        }
    }
}
