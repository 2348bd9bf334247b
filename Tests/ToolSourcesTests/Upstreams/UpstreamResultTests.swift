import Core
import MCP
import Testing

@testable import ToolSources

@Suite struct UpstreamResultTests {
    /// Wherever in a piece a text stands that a reader or a model sees.
    @Test(
        arguments: [
            (["type": "text", "text": "a\u{1b}[2Jb\u{202e}"], ["type": "text", "text": "ab"]),
            (
                [
                    "type": "resource_link", "uri": "docs://a", "name": "a\u{200b}b", "title": "a\u{1b}[2Jb",
                    "description": "\u{202e}c",
                ],
                ["type": "resource_link", "uri": "docs://a", "name": "ab", "title": "ab", "description": "c"]
            ),
            (
                [
                    "type": "resource",
                    "resource": ["uri": "docs://a", "text": "a\u{200b}b", "title": "\u{202e}c", "blob": "QQ=="],
                ],
                ["type": "resource", "resource": ["uri": "docs://a", "text": "ab", "title": "c", "blob": "QQ=="]]
            ),
            (
                ["type": "image", "data": "QQ==", "mimeType": "image/png"],
                ["type": "image", "data": "QQ==", "mimeType": "image/png"]
            ),
            (["type": "new", "data": ["a\u{200b}b"]], ["type": "new", "data": ["ab"]]),
        ] as [(JSON, JSON)])
    func whatCannotBeSeenIsTakenOutOfEveryText(given: JSON, expected: JSON) {
        let result = UpstreamResult.read(["content": [given]], from: "docs", max: 1 << 20)
        #expect(result.content == [.outside(expected.objectValue ?? [:])])
        let messages = UpstreamResult.messages(["messages": [["role": "user", "content": given]]])
        #expect(messages.map(\.content) == [.outside(expected.objectValue ?? [:])])
    }

    /// Whoever passes on only what it knows loses what later revisions and other clients want.
    @Test func membersThatAreNotKnownHereArePassedOn() {
        let result = UpstreamResult.read(
            [
                "content": [], "isError": false, "resultType": "complete", "ttlMs": 5, "cacheScope": "public",
                "requestState": "x", "inputRequests": [:], "extra": ["text": "a\u{200b}b", "n": [1]],
            ], from: "docs", max: 1 << 20)
        #expect(result.others == ["extra": ["text": "ab", "n": [1]]])
    }

    @Test func aResourceSaysWhereItIsInPlainWords() {
        let contents = UpstreamResult.contents(["contents": [["uri": "docs://a\u{202e}", "text": "a\u{200b}b"]]])
        #expect(contents.map(\.uri) == ["docs://a"])
    }
}
