import Core
import MCP
import Testing

/// What sources that come and go are given of the names that they want.
@Suite struct RegistryTests {
    private static let everybody = Visibility(.local)

    private static func tool(
        _ name: String, _ description: String = "d", input: JSONObject = Fixture.none,
        scope: Principal.Scopes = .read, says: String = "done"
    ) throws -> Tool {
        try Tool(
            outside: name, title: name, description: description, input: input, hints: Fixture.hints, scope: scope
        ) { _, _ throws(CallFailure) in .text(says) }
    }

    private static func tools(_ names: [String]) throws -> [Tool] { try names.map { try tool($0) } }

    private static func registry() -> Registry {
        var registry = Registry()
        registry.add(Fixture.tool("own") { _, _ throws(CallFailure) in .text("own") })
        registry.add(Fixture.tool("other_own") { _, _ throws(CallFailure) in .text("own") })
        return registry
    }

    /// What is offered after the steps, each of which replaces the tools of one source.
    @Test(
        arguments: [
            ([], ["own", "other_own"], []),
            // By the sources' names, then by their own, whatever came first.
            ([("b", ["z", "a"]), ("a", ["m"])], ["own", "other_own", "m", "a", "z"], []),
            ([("a", ["x", "y"]), ("a", ["y", "z"])], ["own", "other_own", "y", "z"], []),
            ([("a", ["x"]), ("a", [])], ["own", "other_own"], []),
            // Two want it: none has it, and the rest of both stays.
            (
                [("a", ["x", "y"]), ("b", ["x", "z"])], ["own", "other_own", "y", "z"],
                [Registry.NameConflict(name: "x", sources: ["a", "b"], isBuiltIn: false)]
            ),
            // The second has gone, so it is the first's again.
            ([("a", ["x"]), ("b", ["x"]), ("b", [])], ["own", "other_own", "x"], []),
            (
                [("a", ["x", "x", "y"])], ["own", "other_own", "y"],
                [Registry.NameConflict(name: "x", sources: ["a"], isBuiltIn: false)]
            ),
            (
                [("a", ["own", "y"])], ["own", "other_own", "y"],
                [Registry.NameConflict(name: "own", sources: ["a"], isBuiltIn: true)]
            ),
            (
                [("a", ["own"]), ("b", ["own"]), ("c", ["x"]), ("d", ["x"])], ["own", "other_own"],
                [
                    Registry.NameConflict(name: "own", sources: ["a", "b"], isBuiltIn: true),
                    Registry.NameConflict(name: "x", sources: ["c", "d"], isBuiltIn: false),
                ]
            ),
        ] as [([(String, [String])], [String], [Registry.NameConflict])])
    func namesAreSettledByWhoWantsThem(
        steps: [(String, [String])], names: [String], conflicts: [Registry.NameConflict]
    ) throws {
        var registry = Self.registry()
        for (source, names) in steps { registry.replace(source: source, with: try Self.tools(names)) }
        #expect(registry.tools.map(\.name) == names)
        #expect(registry.conflicts == conflicts)
        // What they offer at last, all at once.
        var atOnce = Self.registry()
        atOnce.replace(try Dictionary(steps.map { ($0, try Self.tools($1)) }) { $1 })
        #expect(atOnce.tools.map(\.name) == names && atOnce.conflicts == conflicts)
        for tool in registry.tools {
            #expect(registry.tool(tool.name, for: Self.everybody)?.source == tool.source)
            #expect((tool.source == nil) == (tool.name == "own" || tool.name == "other_own"))
        }
        for conflict in conflicts where !conflict.isBuiltIn {
            #expect(registry.tool(conflict.name, for: Self.everybody) == nil)
        }
    }

    @Test func theGenerationGrowsWhenSomethingVisibleIsOtherwise() throws {
        var registry = Self.registry()
        let start = registry.generation
        func replace(_ source: String, _ tools: [Tool]) -> Bool {
            let before = registry.generation
            let isOtherwise = registry.replace(source: source, with: tools)
            #expect(isOtherwise == (registry.generation > before))
            return isOtherwise
        }
        let schema: JSONObject = [
            "type": "object", "properties": ["a": ["type": "string", "maxLength": 5], "b": ["type": "integer"]],
        ]
        let turned: JSONObject = [
            "properties": ["b": ["type": "integer"], "a": ["maxLength": 5, "type": "string"]], "type": "object",
        ]
        let wider: JSONObject = [
            "type": "object", "properties": ["a": ["type": "string", "maxLength": 6], "b": ["type": "integer"]],
        ]
        #expect(!replace("a", []))
        #expect(replace("a", [try Self.tool("x", input: schema), try Self.tool("y")]))
        // The same, made anew, in another order, spelt otherwise, with another handler.
        #expect(!replace("a", [try Self.tool("y", says: "other"), try Self.tool("x", input: turned)]))
        #expect(replace("a", [try Self.tool("x", input: wider), try Self.tool("y")]))
        #expect(replace("a", [try Self.tool("x", "other", input: wider), try Self.tool("y")]))
        #expect(replace("a", [try Self.tool("x", "other", input: wider, scope: .write), try Self.tool("y")]))
        // What nobody is shown changes nothing.
        #expect(!replace("b", [try Self.tool("own")]))
        #expect(!replace("b", []))
        // A second one of its name takes it away.
        #expect(replace("b", [try Self.tool("y")]))
        #expect(!replace("b", [try Self.tool("y", "other")]))
        #expect(replace("b", []))
        #expect(replace("a", []))
        #expect(registry.generation > start && registry.tools.map(\.name) == ["own", "other_own"])
    }

    @Test func theNewHandlerIsCalledThoughNothingVisibleIsOtherwise() async throws {
        let dispatcher = Fixture.dispatcher()
        let asker = Asker(.november2025, dispatcher: dispatcher)
        for says in ["first", "second"] {
            dispatcher.registry.replace(source: "a", with: [try Self.tool("x", says: says)])
            #expect(await asker.call("x")?.text == says)
        }
    }

    @Test(
        arguments: [
            ("git__clone", "git__clone"), ("git.clone", "git__clone"), ("git__run_all", "git__run-all"),
            ("git.run_all", "git__run-all"), ("git.run-all", "git__run-all"), ("a-b", "a-b"), ("a_b", "a_b"),
            ("GIT__clone", nil), ("git_clone", nil),
            // It could be either.
            ("c-d-e", nil),
            // A built-in tool has one name.
            ("other-own", nil), ("other_own", "other_own"), ("", nil), ("git", nil),
        ] as [(String, String?)])
    func aToolIsFoundByAnotherSpellingThatCanMeanNoOther(given: String, name: String?) throws {
        var registry = Self.registry()
        registry.replace(
            source: "a",
            with: try Self.tools(["git__clone", "git__run-all", "a-b", "a_b", "c_d-e", "c-d_e"]))
        #expect(registry.tool(given, for: Self.everybody)?.name == name)
    }

    @Test func aThousandToolsComeAndGo() throws {
        var registry = Self.registry()
        for round in 0..<3 {
            #expect(registry.replace(source: "many", with: try Self.tools((0..<1000).map { "t\(round)_\($0)" })))
            #expect(registry.tools.count == 1002)
            #expect(registry.tool("t\(round)_999", for: Self.everybody) != nil)
            #expect(registry.tool("t\(round - 1)_999", for: Self.everybody) == nil)
        }
        registry.replace(source: "many", with: [])
        #expect(registry.tools.map(\.name) == ["own", "other_own"])
    }

    @Test func theFingerprintIsOfWhatIsSeen() throws {
        var registry = Self.registry()
        let reader = Visibility(Principal(label: "r", scopes: .read))
        let bounded = Visibility(Principal(label: "b", scopes: .all, tools: [try #require(ToolFilter(["x*"]))]))
        func fingerprints() -> [Int] { [Self.everybody, reader, bounded].map { registry.fingerprint(for: $0) } }
        let before = fingerprints()
        registry.replace(source: "a", with: [try Self.tool("write_x", scope: .write)])
        let after = fingerprints()
        #expect(after[0] != before[0] && after[1] == before[1] && after[2] == before[2])
        registry.replace(source: "a", with: [try Self.tool("xyz")])
        #expect(fingerprints()[2] != before[2] && fingerprints()[1] != before[1])
        // What comes back as it was is no change.
        registry.replace(source: "a", with: [])
        #expect(fingerprints() == before)
    }

    /// Each list has its own, of what is seen.
    @Test func theListsHaveFingerprintsOfTheirOwn() {
        var registry = Self.registry()
        let reader = Visibility(Principal(label: "r", scopes: .read))
        let before = registry.fingerprints(for: reader)
        func changed(_ others: SourceOthers?) -> Set<Change> {
            registry.replaceOthers(source: "a", with: others)
            let now = registry.fingerprints(for: reader)
            return Set(now.keys.filter { now[$0] != before[$0] })
        }
        func prompt(_ scope: Principal.Scopes) -> Prompt {
            Prompt("a__p", title: "P", description: "P.", scope: scope) { _, _ in [] }
        }
        let resource = Resource("a://r", name: "r", title: "R", description: "R.", mimeType: "text/plain") { _, _ in []
        }
        let template = ResourceTemplate(
            "a://all/{id}", name: "t", title: "T", description: "T.", mimeType: "text/plain"
        ) { _, _, _ in [] }
        #expect(changed(SourceOthers(prompts: [prompt(.read)])) == [.promptsListed])
        #expect(changed(SourceOthers(prompts: [prompt(.write)])) == [], "it is not seen")
        #expect(changed(SourceOthers(resources: [resource])) == [.resourcesListed])
        #expect(changed(SourceOthers(templates: [template])) == [.resourcesListed])
        #expect(changed(nil) == [])
    }
}
