import GatewayAPI
import HTTP
import LumaAPI

/// The tables of the documents that are made of the rows of surfaces. Each stands between its markers.
enum SurfaceTable: String, CaseIterable {
    /// The paths that pass an operation on.
    case paths
    /// The tools that do.
    case tools
    /// Where each operation is offered.
    case operations
    /// Why others are not.
    case withheld

    var page: String {
        switch self {
        case .paths: "docs/rest.md"
        case .tools: "docs/assistants.md"
        case .operations, .withheld: "docs/luma.md"
        }
    }

    var begin: String { "<!-- table: \(rawValue) -->\n" }
    static let end = "<!-- end of table -->"

    /// What stands between the markers.
    var markdown: String {
        switch self {
        case .paths: Self.table(["Method and path", "What it does", "Query or body"], Self.pathRows)
        case .tools: Self.table(["Tool", "What it does"], Self.toolRows)
        case .operations: Self.table(["Luma's operation", "Path", "Tool", "Command"], Self.operationRows)
        case .withheld: Self.table(["Luma's operation", "Why"], Self.withheldRows)
        }
    }

    /// What stands between the markers of a document; nil when it does not have both.
    func section(of document: String) -> String? {
        let parts = document.split(separator: begin, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let end = parts[1].firstRange(of: Self.end) else { return nil }
        return String(parts[1][..<end.lowerBound])
    }

    private static var pathRows: [[String]] {
        Surfaces.all.filter { $0.isDerived(.rest) }.map { surface in
            let members = surface.openFields.map { $0.required ? "**`\($0.name)`**" : "`\($0.name)`" }
            return [path(surface), surface.operation.summary, members.joined(separator: ", ")]
        }
    }

    private static var toolRows: [[String]] {
        Surfaces.all.filter { $0.isDerived(.tool) }.map { surface in
            let agreement =
                surface.needsConfirmation ? " Tells first what would be sent, and wants the user's agreement." : ""
            return [code(surface.tool), surface.operation.summary + agreement]
        }
    }

    private static var operationRows: [[String]] {
        Catalog.operations.compactMap { Surfaces[operation: $0.name] }.map { surface in
            [code(surface.operation.name), path(surface), code(surface.tool), code(surface.command)]
        }
    }

    private static var withheldRows: [[String]] {
        Catalog.operations.compactMap { operation in
            Surfaces.withheld[operation.name].map { [code(operation.name), $0] }
        }
    }

    private static func path(_ surface: Surface) -> String {
        code("\(surface.route.method.token) \(surface.route.pattern)")
    }

    private static func code(_ text: String?) -> String { text.map { "`\($0)`" } ?? "–" }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        let lines: [[String]] =
            [head, head.map { _ in "---" }] + rows.map { $0.map { $0.replacing("|", with: "\\|") } }
        return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }
}
