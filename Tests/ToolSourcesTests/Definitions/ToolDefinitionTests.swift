import Core
import MCP
import Testing
import ToolSources

@Suite struct ToolDefinitionTests {
    @Test func whatSaysNothingOfItselfCountsAsDestructiveAndNeedsWrite() {
        let definition = ToolDefinition(name: "a", title: "A", description: "", input: ["type": "object"])
        #expect(definition.hints == .unknown)
        #expect(definition.hints.destructive && definition.hints.openWorld && !definition.hints.readOnly)
        #expect(definition.scope == .toolsWrite)
    }
}
