import Core
import MCP
import Testing

@testable import Gateway

@Suite struct ToolListCacheTests {
    private let everything = Visibility(.local)
    private let reading = Visibility(Principal(label: "reader", scopes: .read))

    @Test func aListIsMadeOnceForThoseWhoSeeTheSame() {
        let cache = ToolListCache()
        var made = 0
        func ask(_ visibility: Visibility, _ arrangement: UInt64) -> [UInt8] {
            cache.list(for: visibility, arrangement) {
                made += 1
                return Array("list \(made)".utf8)
            }.octets
        }
        #expect(ask(everything, 1) == Array("list 1".utf8))
        #expect(ask(reading, 1) == Array("list 2".utf8))
        #expect(ask(everything, 1) == Array("list 1".utf8) && ask(reading, 1) == Array("list 2".utf8))
        // Somebody else with the same rights.
        #expect(ask(Visibility(Principal(label: "other", scopes: .read)), 1) == Array("list 2".utf8))
        // The tools have changed.
        #expect(ask(everything, 2) == Array("list 3".utf8) && ask(reading, 2) == Array("list 4".utf8))
        #expect(made == 4)
    }

    @Test func theValidatorIsThatOfTheList() {
        let cache = ToolListCache()
        let one = cache.list(for: everything, 1) { Array("one".utf8) }
        let again = cache.list(for: everything, 1) { [] }
        let other = cache.list(for: everything, 2) { Array("other".utf8) }
        #expect(one.tag != nil && one.tag == again.tag && one.tag != other.tag)
    }

    @Test func whatIsKeptIsBounded() {
        let cache = ToolListCache()
        var made = 0
        func ask(_ scopes: Principal.Scopes, _ octets: Int) {
            _ = cache.list(for: Visibility(Principal(label: "a", scopes: scopes)), 1) {
                made += 1
                return [UInt8](repeating: 0x20, count: octets)
            }
        }
        // Two of more than half of what is kept are not kept together.
        for _ in 0..<2 {
            ask(.read, 3 << 20)
            ask(.write, 3 << 20)
        }
        #expect(made == 4)
    }

    /// A registry says whenever what was made of its tools is old.
    @Test func aRegistrySaysThatItsToolsAreOthers() {
        var registry = Registry()
        func tool(_ name: String) -> Tool {
            Tool(
                name, title: "Says a word", description: "Says a word.",
                hints: Tool.Hints(readOnly: true, destructive: false, idempotent: true, openWorld: false), scope: .read,
                constant: .text("a word"))
        }
        var seen: Set<UInt64> = [registry.arrangement]
        registry.add(tool("own"))
        #expect(seen.insert(registry.arrangement).inserted)
        registry.replace(source: "one", with: [tool("a")])
        #expect(seen.insert(registry.arrangement).inserted)
        // The same tool of another source: no other definition, and another list.
        registry.replace(source: "one", with: [])
        registry.replace(source: "two", with: [tool("a")])
        #expect(seen.insert(registry.arrangement).inserted)
    }
}
