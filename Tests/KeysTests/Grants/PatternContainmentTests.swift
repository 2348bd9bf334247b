import Core
import Testing

@testable import Keys

@Suite struct PatternContainmentTests {
    @Test(arguments: [
        ("*", "*"), ("*", "a?b*"), ("list_*", "list_events"), ("list_*", "list_*"), ("list_*", "list_e*s"),
        ("a*c", "abc"), ("a*c", "a*b*c"), ("?", "a"), ("?", "?"), ("a?c", "abc"), ("*a*", "xay*"), ("**", "*"),
        ("*", "**"), ("a*b*", "a*b"),
    ])
    func oneCoversAnother(wide: String, narrow: String) throws {
        let own = try #require(NamePattern(wide))
        let other = try #require(NamePattern(narrow))
        #expect(own.covers(other))
        #expect(own.meets(other) && other.meets(own))
    }

    @Test(arguments: [
        ("list_*", "*", true), ("list_events", "list_*", true), ("a*c", "a*", true), ("?", "*", true),
        ("a", "b", false), ("a*", "b*", false), ("*a", "*b", false), ("?", "ab", false), ("a?", "?b", true),
        ("a*z", "ab", false), ("list_*", "get_*", false), ("abc", "abcd", false), ("a*b", "a*c", false),
        ("*x*", "a*b", true),
    ])
    func oneDoesNotCoverAnother(wide: String, narrow: String, meet: Bool) throws {
        let (own, other) = (try #require(NamePattern(wide)), try #require(NamePattern(narrow)))
        #expect(!own.covers(other))
        #expect(own.meets(other) == meet && other.meets(own) == meet)
    }

    /// Against every name of a small alphabet: what is said to be covered is, and what is said to meet nowhere does not.
    @Test func theyAgreeWithTheNames() throws {
        let letters = ["a", "b", "*", "?"]
        let pairs: [String] = letters.flatMap { first in letters.map { first + $0 } }
        let triples: [String] = pairs.flatMap { pair in letters.map { pair + $0 } }
        let patterns = (letters + pairs + triples).compactMap { NamePattern($0) }
        var names = [""]
        for length in 1...4 {
            for bits in 0..<(1 << length) {
                names.append(String((0..<length).map { place -> Character in bits >> place & 1 == 0 ? "a" : "b" }))
            }
        }
        let fitting = patterns.map { pattern in Set(names.filter { pattern.fits($0) }) }
        for (own, ownNames) in zip(patterns, fitting) {
            for (other, otherNames) in zip(patterns, fitting) {
                if own.covers(other) { #expect(otherNames.isSubset(of: ownNames), "\(own.text) \(other.text)") }
                #expect(own.meets(other) == !ownNames.isDisjoint(with: otherNames), "\(own.text) \(other.text)")
            }
        }
    }

    @Test(
        arguments: [
            (["list_*"], ["list_*"], true), (["list_events"], ["list_*", "get_*"], true), (["*"], ["list_*"], false),
            (["list_*", "get_event"], ["list_*"], false),
            // What the other one denies has to be denied, unless it was not allowed anyway.
            (["list_*"], ["*", "!cancel_*"], true), (["*"], ["*", "!cancel_*"], false),
            (["*", "!cancel_*"], ["*", "!cancel_*"], true), (["*", "!*cancel*"], ["*", "!cancel_*"], true),
            (["*", "!cancel_event"], ["*", "!cancel_*"], false), (["!cancel_*"], ["!cancel_event"], true),
            (["!cancel_event"], ["list_*"], false), (["list_*", "!list_*"], ["get_*"], true),
        ] as [([String], [String], Bool)])
    func oneFilterIsWithinAnother(own: [String], other: [String], isWithin: Bool) throws {
        let (first, second) = (try #require(ToolFilter(own)), try #require(ToolFilter(other)))
        #expect(ToolFilter.isWithin(first, second) == isWithin)
    }

    @Test func noFilterIsEverything() throws {
        #expect(!ToolFilter.isWithin(nil, try #require(ToolFilter(["list_*"]))))
        #expect(ToolFilter.isWithin(nil, try #require(ToolFilter(["*"]))))
        #expect(ToolFilter.isWithin(.nothing, try #require(ToolFilter(["list_*"]))))
    }
}
