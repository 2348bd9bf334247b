import GatewayAPI
import HTTP
import LumaAPI
import TestKit

/// The tables of the documents that are made of the rows of surfaces.
enum SurfaceTables {
    static let all = [paths, tools, operations, withheld]

    /// The paths that pass an operation on.
    private static var paths: DocumentTable {
        let rows = Surfaces.all.filter { $0.isDerived(.rest) }.map { surface in
            let members = surface.openFields.map { $0.required ? "**`\($0.name)`**" : "`\($0.name)`" }
            return [path(surface), surface.operation.summary, members.joined(separator: ", ")]
        }
        return DocumentTable("paths", in: "docs/rest.md", ["Method and path", "What it does", "Query or body"], rows)
    }

    /// The tools that do.
    private static var tools: DocumentTable {
        let rows = Surfaces.all.filter { $0.isDerived(.tool) }.map { surface in
            let agreement =
                surface.needsConfirmation ? " Previews first, and needs the user's agreement." : ""
            return [DocumentTable.code(surface.tool), surface.operation.summary + agreement]
        }
        return DocumentTable("tools", in: "docs/assistants.md", ["Tool", "What it does"], rows)
    }

    /// Where each operation is offered.
    private static var operations: DocumentTable {
        let rows = Catalog.operations.compactMap { Surfaces[operation: $0.name] }.map { surface in
            let code = [surface.operation.name, surface.tool, surface.command].map(DocumentTable.code)
            return [code[0], path(surface), code[1], code[2]]
        }
        return DocumentTable("operations", in: "docs/luma.md", ["Luma's operation", "Path", "Tool", "Command"], rows)
    }

    /// Why others are not.
    private static var withheld: DocumentTable {
        let rows = Catalog.operations.compactMap { operation in
            Surfaces.withheld[operation.name].map { [DocumentTable.code(operation.name), $0] }
        }
        return DocumentTable("withheld", in: "docs/luma.md", ["Luma's operation", "Why"], rows)
    }

    private static func path(_ surface: Surface) -> String {
        DocumentTable.code("\(surface.route.method.token) \(surface.route.pattern)")
    }
}
