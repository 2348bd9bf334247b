import MCP
import Testing

@Suite struct URITemplateTests {
    @Test(arguments: [
        ("luma://events/{id}", "luma://events/evt-1", ["id": "evt-1"]),
        ("luma://events/{id}", "luma://events/a%2Fb%20c", ["id": "a/b c"]),
        ("test://{a}/x/{b}.json", "test://1/x/2.json", ["a": "1", "b": "2"]),
        ("luma://events/{id}", "luma://events/", nil), ("luma://events/{id}", "luma://events/a/b", nil),
        ("luma://events/{id}", "luma://event/a", nil), ("luma://events/{id}", "luma://events/%zz", nil),
        ("luma://events/{id}", "luma://events/%2", nil), ("luma://events/{id}", "luma://events/%ff", nil),
        ("luma://events/{id}", "", nil), ("luma://calendar", "luma://calendar", [:]),
        ("luma://calendar", "luma://calendar/", nil),
    ])
    func aURIOfTheFormGivesTheValues(template: String, uri: String, values: [String: String]?) {
        #expect(URITemplate(template).match(uri) == values)
    }

    /// What comes from outside is looked at before it is read.
    @Test(arguments: [
        ("notes://{id}", true), ("notes:{id}/b", true), ("a+b.c-d://x", true), ("{x}", false), ("{x}://a", false),
        ("notes://{}", false), ("notes://{a}{b}", false), ("notes://{a", false), ("notes://a}", false),
        ("notes://{+path}", false), ("notes://x{?q}", false), ("notes://{{a}}", false), ("notes", false),
        (":{a}", false),
    ])
    func oneFromOutsideIsRefused(_ text: String, isRead: Bool) {
        #expect((URITemplate(outside: text) != nil) == isRead)
    }

    @Test func variablesAreInOrder() { #expect(URITemplate("a{x}b{y}c").variables == ["x", "y"]) }
}
