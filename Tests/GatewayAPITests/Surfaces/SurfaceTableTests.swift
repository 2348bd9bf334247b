import Foundation
import GatewayAPI
import TestKit
import Testing

/// The documents say of the surfaces what their rows say.
@Suite struct SurfaceTableTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../../").standardized

    private static func text(_ page: String) throws -> String {
        try String(contentsOf: root.appending(path: page), encoding: .utf8)
    }

    /// With `WRITE_DOCUMENTS` set it writes what they ought to say. One test, as two tables stand on one page.
    @Test func theTablesOfTheDocumentsAreWhatTheRowsSay() throws {
        for table in SurfaceTables.all {
            let text = try Self.text(table.page)
            let written = try #require(table.written(into: text), "\(table.page) lacks the markers of \(table.name)")
            if ProcessInfo.processInfo.environment["WRITE_DOCUMENTS"] != nil {
                let file = Self.root.appending(path: table.page)
                try written.write(to: file, atomically: true, encoding: .utf8)
                continue
            }
            #expect(text == written, "\(table.page): \(table.name)")
        }
    }

    /// Also what is served by hand, in a table that is written by hand.
    @Test func thePagesNameEveryEdge() throws {
        let (paths, tools) = (try Self.text("docs/rest.md"), try Self.text("docs/assistants.md"))
        let commands = try Self.text("docs/command-line.md")
        for surface in Surfaces.all {
            if let tool = surface.tool { #expect(tools.contains("`\(tool)`"), "\(tool)") }
            #expect(paths.contains(" \(surface.route.pattern)"), "\(surface.route.pattern)")
            let words = surface.command?.split(separator: " ").prefix(2).joined(separator: " ")
            if let words { #expect(commands.contains("luma-mcp \(words) "), "\(words)") }
        }
    }

    @Test func aTableIsWrittenBetweenItsMarkers() {
        let table = DocumentTable(
            "tools", in: "x.md", ["A", "B"], [[DocumentTable.code("a|b"), DocumentTable.code(nil)]])
        let markdown = "| A | B |\n| --- | --- |\n| `a\\|b` | – |\n"
        let end = "<!-- end of table -->\nb"
        #expect(
            table.written(into: "a\n<!-- table: tools -->\n| x |\n" + end)
                == "a\n<!-- table: tools -->\n" + markdown + end)
        #expect(table.written(into: "a\n<!-- table: paths -->\n| x |\n" + end) == nil)
        #expect(table.written(into: end + "\n<!-- table: tools -->\n| x |\n") == nil)
    }
}
