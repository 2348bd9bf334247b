import Core
import Testing

@Suite struct ToolFilterTests {
    @Test(arguments: [
        ("get_event", ["get_event"], ["get_even", "get_events", "Get_event", ""]),
        ("*", ["", "a", "list_events"], []),
        ("list_*", ["list_", "list_events"], ["list", "relist_x", "my_list_x"]),
        ("*delete*", ["delete", "x_delete_y", "deletedelete"], ["delet", "del_ete"]),
        ("a*b*c", ["abc", "aXbYc", "abbbc", "abcbc", "aabbcc"], ["ab", "ac", "abcd", "xabc"]),
        ("**", ["", "x"], []), ("?", ["a", "_"], ["", "ab"]), ("a?c*", ["abc", "abcd"], ["ac", "abd"]),
        ("git__*", ["git__clone"], ["git_clone", "xgit__clone"]),
    ])
    func aPatternFits(text: String, fitting: [String], others: [String]) throws {
        let pattern = try #require(NamePattern(text))
        for name in fitting { #expect(pattern.fits(name), "\(text) \(name)") }
        for name in others { #expect(!pattern.fits(name), "\(text) \(name)") }
    }

    @Test(arguments: ["", "a b", "a,b", "ä", "a/b", "[ab]", "!a", "a\n", String(repeating: "a", count: 129)])
    func whatIsNoPattern(text: String) { #expect(NamePattern(text) == nil) }

    /// A pattern of many stars against a name that nearly fits must not take time that grows without bound.
    @Test func aHostilePatternEnds() throws {
        let pattern = try #require(NamePattern(String(repeating: "*a", count: 63) + "b"))
        #expect(!pattern.fits(String(repeating: "a", count: 2000)))
    }

    @Test(
        arguments: [
            (["list_*", "get_event"], ["list_events": true, "get_event": true, "cancel_event": false]),
            (["*", "!*cancel*"], ["list_events": true, "cancel_event": false]),
            // Only what is denied is named: the rest is allowed.
            (["!cancel_*"], ["list_events": true, "cancel_event": false]),
            // What is denied stays denied, however exactly it is allowed.
            (["cancel_event", "!cancel_*"], ["cancel_event": false, "list_events": false]),
        ] as [([String], [String: Bool])])
    func aFilterAdmits(words: [String], names: [String: Bool]) throws {
        let filter = try #require(ToolFilter(words))
        for (name, isAdmitted) in names { #expect(filter.admits(name) == isAdmitted, "\(words) \(name)") }
    }

    @Test func whatIsNoFilter() {
        #expect(ToolFilter([String]()) == nil)
        for words in [["a", ""], ["!"], ["!!a"], ["a b"]] { #expect(ToolFilter(words) == nil, "\(words)") }
        #expect(ToolFilter([String](repeating: "a", count: ToolFilter.maxPatterns + 1)) == nil)
        #expect(!ToolFilter.nothing.admits("") && !ToolFilter.nothing.admits("list_events"))
    }
}
