import Core
import Testing

@testable import ToolSources

@Suite struct UpstreamPagesTests {
    private static func page(_ names: [String], next: String? = nil) -> JSONObject {
        var page: JSONObject = ["tools": .array(names.map { ["name": .string($0)] })]
        page["nextCursor"] = next.map { .string($0) }
        return page
    }

    @Test func pagesFollowEachOther() throws {
        var pages = UpstreamPages(.tools, max: 10)
        #expect(try pages.take(Self.page(["a"], next: "")) == .page(cursor: ""), "an empty cursor is one")
        #expect(try pages.take(Self.page(["b"], next: "x")) == .page(cursor: "x"))
        #expect(try pages.take(Self.page(["c"])) == .end)
        #expect(pages.items.map { $0["name"] } == ["a", "b", "c"] && pages.notes == [])
    }

    @Test func oneThatDoesNotEndIsEnded() throws {
        var same = UpstreamPages(.tools, max: 10)
        #expect(try same.take(Self.page(["a"], next: "x")) == .page(cursor: "x"))
        #expect(try same.take(Self.page(["b"], next: "x")) == .end)
        #expect(same.items.count == 2 && same.notes.count == 1)
        var many = UpstreamPages(.tools, max: 1000)
        var count = 1
        while case .page = try many.take(Self.page(["a"], next: "\(count)")) { count += 1 }
        #expect(count == UpstreamEntry.Limits.pages && many.notes.count == 1)
    }

    @Test func oneThatIsTooLongIsCut() throws {
        var pages = UpstreamPages(.tools, max: 2)
        #expect(try pages.take(Self.page(["a", "b", "c"], next: "x")) == .end)
        #expect(pages.items.count == 2 && pages.notes.first?.contains("2 items") == true)
        var large = UpstreamPages(.tools, max: 100)
        let text = String(repeating: "x", count: 3 << 20)
        #expect(try large.take(Self.page([text, text, text])) == .end)
        #expect(large.items.count == 2)
    }

    @Test func whatIsNoListIsNone() throws {
        var pages = UpstreamPages(.prompts, max: 2)
        #expect(throws: UpstreamFault.self) { try pages.take(["tools": []]) }
        #expect(throws: UpstreamFault.self) { try pages.take(["prompts": [:]]) }
        #expect(try pages.take(["prompts": [7, ["name": "a"], "x"]]) == .end)
        #expect(pages.items.count == 1 && pages.notes.count == 1)
    }
}
