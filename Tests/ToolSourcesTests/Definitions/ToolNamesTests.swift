import Testing
import ToolSources

@Suite struct ToolNamesTests {
    @Test(arguments: ["a", "my_plugin", "A-1", "demo_math", "9x", String(repeating: "a", count: 32)])
    func namesOfPlugins(_ name: String) { #expect(ToolNames.isPlugin(name)) }

    @Test(arguments: [
        "", "_a", "-a", "a__b", "a.b", "a b", "é", "../a", String(repeating: "a", count: 33), "a\u{0}",
    ])
    func whatNoPluginIsCalled(_ name: String) { #expect(!ToolNames.isPlugin(name)) }

    @Test func namesOfCommands() {
        for name in ["a", "my-command", "_x", "9", "a__b"] { #expect(ToolNames.isCommand(name)) }
        for name in ["", "-a", "--help", "a b", "a.b", "é", "a\n", String(repeating: "a", count: 129)] {
            #expect(!ToolNames.isCommand(name))
        }
    }

    @Test(arguments: [("get page", "get_page"), ("a.b/c", "a_b_c"), ("é", "_"), ("ok-1_A", "ok-1_A"), ("", "")])
    func otherCharactersAreMapped(given: String, wanted: String) { #expect(ToolNames.mapped(given) == wanted) }

    /// The first octets of a digest that is easy to see.
    private static func digest(_ octets: [UInt8]) -> [UInt8] { [0xab, 0x01, UInt8(octets.count), 0x0f, 0xff] }

    @Test func aLongNameIsShortenedByItsDigest() {
        #expect(ToolNames.name("plugin", "command", digest: Self.digest) == "plugin__command")
        #expect(ToolNames.name(nil, "command", digest: Self.digest) == "command")
        let fits = String(repeating: "c", count: 45)
        #expect(ToolNames.name("p", fits, digest: Self.digest) == "p__" + fits)
        let long = ToolNames.name("p", fits + "c", digest: Self.digest)
        #expect(long == "p__" + String(repeating: "c", count: 36) + "_ab01310f")
        #expect(long.utf8.count == 48)
    }
}
