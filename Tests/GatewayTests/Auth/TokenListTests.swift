import Core
import GatewayAPI
import MCP
import Settings
import Testing

@testable import Gateway

@Suite struct TokenListTests {
    private static let good = "0123456789abcdefghij"

    @Test func entriesOfASettingAndOfAFile() throws {
        let other = "-._~+/=ABCDEFGHIJKLM"
        for text in [
            "ann:read:\(Self.good),bot.1:admin:\(other)", " ann:read:\(Self.good) , bot.1:admin:\(other) ,",
            "# who\n\nann:read:\(Self.good)\r\n  # nobody:read:x\n\tbot.1:admin:\(other)\n",
        ] {
            let reading = TokenList.read(text, key: nil)
            #expect(reading.problems == [], "\(text)")
            #expect(reading.tokens.map(\.label) == ["ann", "bot.1"])
            #expect(reading.tokens.map(\.scope) == [.read, .admin])
            let table = TokenTable(reading.tokens)
            #expect(table.principal(of: Self.good) == Principal(label: "ann", scopes: .read))
            #expect(table.principal(of: other) == Principal(label: "bot.1", scopes: .all))
            for wrong in ["", Self.good + "x", String(Self.good.dropLast()), Self.good.uppercased()] {
                #expect(table.principal(of: wrong) == nil, "\(wrong)")
            }
        }
    }

    @Test func aLabelMayHaveTwoTokensOfOneScope() {
        let reading = TokenList.read("ann:write:\(Self.good),ann:write:\(Self.good)2", key: nil)
        #expect(reading.problems == [] && reading.tokens.count == 2)
        let principals = reading.tokens.map { $0.principal { _ in nil } }
        #expect(principals[0] == principals[1] && principals[0].scopes == [.read, .write])
    }

    @Test func aTokenMayHaveNoMoreThanSomeTools() throws {
        let reading = TokenList.read(
            """
            set:read:\(Self.good)1:events
            names:write:\(Self.good)2::list_* !list_guests
            both:write:\(Self.good)3: events : get_* list_events
            none:read:\(Self.good)4::
            gone:read:\(Self.good)5:gone
            """, key: nil)
        #expect(reading.problems == [])
        let sets = ToolsetTable(["events": try #require(ToolFilter(["*_event*"]))])
        let table = TokenTable(reading.tokens, sets)
        for (number, admitted) in [
            (1, ["list_events", "get_event", "cancel_event"]), (2, ["list_events", "list_templates"]),
            (3, ["list_events", "get_event"]),
            (4, ["list_events", "get_event", "cancel_event", "list_guests", "list_templates"]), (5, []),
        ] {
            let principal = try #require(table.principal(of: "\(Self.good)\(number)"))
            let names = ["list_events", "get_event", "cancel_event", "list_guests", "list_templates"]
            let seen = names.filter { name in principal.tools.allSatisfy { $0.admits(name) } }
            #expect(seen == admitted, "\(principal.label)")
            #expect(table.principals.contains(principal))
        }
        // What is in a toolset is looked up for each request.
        sets.replace(["events": .nothing])
        #expect(table.principal(of: Self.good + "1")?.tools == [.nothing])
    }

    @Test func aTokenMayMakeNoMoreThanSomeCalls() throws {
        let reading = TokenList.read(
            """
            a:read:\(Self.good)1:::per_minute=60 concurrency=4
            b:read:\(Self.good)2:events:get_*: concurrency=1
            c:read:\(Self.good)3:::
            """, key: nil)
        #expect(reading.problems == [])
        let table = TokenTable(reading.tokens)
        let limits = (1...3).map { table.principal(of: "\(Self.good)\($0)")?.calls }
        #expect(limits == [CallLimits(perMinute: 60, concurrency: 4), CallLimits(concurrency: 1), CallLimits()])
    }

    @Test(arguments: [
        ("", "there is no entry"), (" , \n#x\n", "there is no entry"), ("ann", "form label:scope:token"),
        ("0123456789abcdefghij", "form label:scope:token"), ("ann:read", "form label:scope:token"),
        ("ann:read:0123456789abcdefgh:j", "less than 20"),
        ("ann:read:0123456789abcdefghij:a:b:c", "limits that are not"),
        ("ann:read:0123456789abcdefghij:::per_minute=0", "limits that are not"),
        ("ann:read:0123456789abcdefghij:::concurrency=1:", "form label:scope:token"),
        ("ann:read:0123456789abcdefghij:a b", "toolset whose name"),
        ("ann:read:0123456789abcdefghij:ä", "toolset whose name"),
        ("ann:read:0123456789abcdefghij::a/b", "patterns"), ("ann:read:0123456789abcdefghij:x:a !", "patterns"),
        (":read:0123456789abcdefghij", "no label"),
        ("a b:read:0123456789abcdefghij", "no label"), ("ä:read:0123456789abcdefghij", "no label"),
        ("\(String(repeating: "a", count: 33)):read:0123456789abcdefghij", "no label"),
        ("local:read:0123456789abcdefghij", "label local"), ("ann:Read:0123456789abcdefghij", "scope"),
        ("ann:root:0123456789abcdefghij", "scope"), ("ann::0123456789abcdefghij", "scope"),
        ("ann:read:0123456789abcdefghi", "less than 20"), ("ann:read:", "less than 20"),
        ("ann:read:\(String(repeating: "a", count: 257))", "more than 256"),
        ("ann:read:0123456789 abcdefghij", "characters other"), ("ann:read:0123456789abcdefghiü", "characters other"),
        ("ann:read:luma-key-0123456789abc", "Luma API key"),
    ])
    func anEntryThatIsWrongIsToldByItsNumber(entry: String, words: String) {
        let reading = TokenList.read(
            "ok:read:zzzzzzzzzzzzzzzzzzzz,\(entry)", key: Secret("luma-key-0123456789abc"))
        if words == "there is no entry" {
            #expect(TokenList.read(entry, key: nil).problems.first?.hasPrefix(words) == true)
            return
        }
        #expect(reading.problems.count == 1)
        let problem = reading.problems.first ?? ""
        #expect(problem.hasPrefix("entry 2 ") && problem.contains(words), "\(problem)")
        // Whichever part is misplaced may be the secret.
        for part in entry.split(separator: ":") where part.count > 5 { #expect(!problem.contains(part), "\(problem)") }
    }

    @Test func entriesThatContradictEachOther() {
        let twice = TokenList.read("a:read:\(Self.good),b:read:\(Self.good)", key: nil)
        #expect(twice.problems == ["entry 2 has the token of another entry"])
        let scopes = TokenList.read("a:read:\(Self.good),a:write:\(Self.good)2", key: nil)
        #expect(scopes.problems == ["entry 2 has the label of another entry with a different scope"])
        for (first, second) in [(":events", ":other"), (":events", ""), ("::list_*", "::get_*"), ("", "::list_*")] {
            let tools = TokenList.read("a:read:\(Self.good)\(first),a:read:\(Self.good)2\(second)", key: nil)
            #expect(tools.problems == ["entry 2 has the label of another entry with different tools"])
        }
        for (first, second) in [(":::per_minute=6", ""), (":::per_minute=6", ":::per_minute=7")] {
            let limits = TokenList.read("a:read:\(Self.good)\(first),a:read:\(Self.good)2\(second)", key: nil)
            #expect(limits.problems == ["entry 2 has the label of another entry with different limits"])
        }
        let many = (0...256).map { "a\($0):read:\(Self.good)\($0)" }.joined(separator: ",")
        #expect(TokenList.read(many, key: nil).problems == ["there are more than 256 tokens"])
    }
}
