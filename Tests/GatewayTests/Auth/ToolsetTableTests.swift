import Core
import GatewayAPI
import Testing

@testable import Gateway

@Suite struct ToolsetTableTests {
    private let table = ToolsetTable(["a": .nothing, "b": ToolFilter(allowed: [])])

    /// What is chosen, or the status of the refusal.
    private func choice(_ path: String?, _ fields: [String]) -> Result<String?, APIError> {
        do throws(APIError) {
            return .success(try table.choice(path: path, fields)?.name)
        } catch {
            return .failure(error)
        }
    }

    @Test(
        arguments: [
            (nil, [], nil), (nil, ["a"], "a"), (nil, ["a, b"], "a,b"),
            (nil, ["b", "a,"], "b,a"),
            // The path is what the client was set up with; a field that it sends everywhere does not count beside it.
            ("a", [], "a"), ("a", ["b"], "a"), ("a", ["none"], "a"),
        ] as [(String?, [String], String?)])
    func aRequestChooses(path: String?, fields: [String], name: String?) throws {
        #expect(try choice(path, fields).get() == name)
    }

    @Test(
        arguments: [
            (nil, [""], 400), (nil, [" , "], 400), (nil, ["none"], 400), (nil, ["a,none"], 400), (nil, ["A"], 400),
            (nil, ["a b"], 400),
            (nil, [String](repeating: "a", count: 65), 400), ("none", [], 404), ("none", ["a"], 404), ("", [], 404),
            ("a,b", [], 404),
        ] as [(String?, [String], Int)])
    func whatDoesNotExistIsRefused(path: String?, fields: [String], status: Int) {
        guard case .failure(let error) = choice(path, fields) else {
            Issue.record("chosen")
            return
        }
        #expect(error.reason.status == status)
    }

    @Test func aChoiceShowsWhatIsInItNow() throws {
        let choice = try #require(table.choice(["a", "b"]))
        #expect(choice.filters == [.nothing, ToolFilter(allowed: [])])
        table.replace(["b": .nothing])
        #expect(choice.filters == [.nothing])
        table.replace([:])
        #expect(choice.filters == [])
    }
}
