import Core
import GatewayAPI
import HTTP
import LumaAPI
import TestKit
import Testing

@testable import Gateway

/// What `/openapi.json` says of the rows.
@Suite struct SurfaceDocumentationTests {
    private let document = OpenAPIDocument(
        templates: TemplateCatalog(), examples: OpenAPIExamples(templates: TemplateCatalog()), zones: []
    ).json

    private func operation(_ surface: Surface) throws -> JSON {
        try #require(document["paths"]?[surface.route.pattern]?[surface.route.method.token.lowercased()])
    }

    @Test(arguments: Surfaces.all.map(\.operation.name)) func everyRowIsThere(name: String) throws {
        let surface = try Surface.row(name)
        #expect(try operation(surface)["responses"]?[String(surface.success)] != nil)
    }

    @Test(arguments: SurfaceTests.served) func itsMembersAreTheRowsOwn(name: String) throws {
        let surface = try Surface.row(name)
        let operation = try operation(surface)
        #expect(operation["operationId"]?.stringValue == surface.name)
        let parameters = (operation["parameters"]?.arrayValue ?? []).filter { $0["in"] == "query" }
        let names =
            surface.needsConfirmation
            ? ["dry_run", "confirm"] : surface.operation.isWrite ? ["dry_run"] : surface.openFields.map(\.name)
        #expect(parameters.compactMap { $0["name"]?.stringValue } == names)
        let answer = operation["responses"]?[String(surface.success)]?["content"]?["application/json"]
        #expect(answer?["schema"] != nil)
        let hasBody = surface.operation.isWrite && !surface.openFields.isEmpty
        #expect((operation["requestBody"] != nil) == hasBody)
        if hasBody { #expect(operation["requestBody"]?["required"] == .bool(surface.needsOpenMembers)) }
    }

    @Test(arguments: SurfaceTests.writes) func itsExampleFitsItsBody(name: String) throws {
        let surface = try Surface.row(name)
        guard !surface.openFields.isEmpty else { return }
        let body = try operation(surface)["requestBody"]?["content"]?["application/json"]
        let checker = JSONSchemaChecker(try #require(body?["schema"]))
        var example = try #require(body?["example"]?.objectValue)
        #expect(checker.problems(.object(example)) == [])
        example["nonsense"] = 1
        #expect(checker.problems(.object(example)) != [], "a schema that takes anything tells nothing")
    }
}
