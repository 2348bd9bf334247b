import Core
import Foundation
import TestKit
import Testing

@testable import Gateway

private let referenceFolder = ProcessInfo.processInfo.environment["LUMA_REFERENCE_DIR"]

/// What this gateway really answers, by the schema that the protocol publishes.
@Suite struct OfficialAnswersTests {
    @Test(
        .enabled(if: referenceFolder != nil, "LUMA_REFERENCE_DIR names the folder with mcp/schema-<revision>.json"),
        arguments: [
            ("server/discover", [:], "DiscoverResultResponse"), ("tools/list", [:], "ListToolsResultResponse"),
            ("prompts/list", [:], "ListPromptsResultResponse"), ("resources/list", [:], "ListResourcesResultResponse"),
            ("resources/templates/list", [:], "ListResourceTemplatesResultResponse"),
            ("resources/read", ["uri": "luma://calendar"], "ReadResourceResultResponse"),
            ("prompts/get", ["name": "weekly_overview"], "GetPromptResultResponse"),
            ("tools/call", ["name": "list_events"], "CallToolResultResponse"),
            (
                "completion/complete",
                [
                    "ref": ["type": "ref/prompt", "name": "weekly_overview"],
                    "argument": ["name": "timezone", "value": "Eu"],
                ], "CompleteResultResponse"
            ),
        ] as [(String, JSONObject, String)])
    func anAnswerFitsTheOfficialSchema(method: String, params: JSONObject, definition: String) async throws {
        let folder = try #require(referenceFolder)
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/mcp/schema-\(MCPClient.newest).json"))
        let schema = JSONSchemaChecker(try JSON.parse(Array(data)))
        try await InProcess.serve { (gateway: InProcess) async throws in
            let answer = try #require(try await MCPClient(gateway).modern(method, params).json)
            #expect(schema.problems(answer, definition: definition) == [], "\(method)")
        }
    }
}
