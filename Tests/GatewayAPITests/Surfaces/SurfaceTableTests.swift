import Foundation
import GatewayAPI
import Testing

/// The documents say of the surfaces what their rows say.
@Suite struct SurfaceTableTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../../").standardized

    private static func text(_ page: String) throws -> String {
        try String(contentsOf: root.appending(path: page), encoding: .utf8)
    }

    /// With `WRITE_DOCUMENTS` set it writes what they ought to say. One test, as two tables stand on one page.
    @Test func theTablesOfTheDocumentsAreWhatTheRowsSay() throws {
        for table in SurfaceTable.allCases {
            let text = try Self.text(table.page)
            let section = try #require(table.section(of: text), "\(table.page) lacks the markers of \(table.rawValue)")
            if ProcessInfo.processInfo.environment["WRITE_DOCUMENTS"] != nil {
                let old = table.begin + section + SurfaceTable.end
                let new = table.begin + table.markdown + SurfaceTable.end
                let file = Self.root.appending(path: table.page)
                try text.replacing(old, with: new).write(to: file, atomically: true, encoding: .utf8)
                continue
            }
            #expect(section == table.markdown, "\(table.page)")
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

    @Test func theSectionOfADocument() {
        #expect(
            SurfaceTable.tools.section(of: "a\n<!-- table: tools -->\n| x |\n<!-- end of table -->\nb") == "| x |\n")
        #expect(SurfaceTable.tools.section(of: "a\n<!-- table: paths -->\n| x |\n<!-- end of table -->\nb") == nil)
        #expect(SurfaceTable.tools.section(of: "a\n<!-- table: tools -->\n| x |\n") == nil)
    }
}
