import Core
import Foundation
import TestKit
import Testing

@testable import GatewayAPI

/// docs/templates.md says what the templates are, and its example is a template.
@Suite struct TemplatePageTests {
    private static func page() throws -> String {
        let root = URL(filePath: #filePath).appending(path: "../../../../").standardized
        return try String(contentsOf: root.appending(path: "docs/templates.md"), encoding: .utf8)
    }

    @Test func theTableIsWhatIsBuiltIn() throws {
        let rows = try Self.page().split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        let wanted = Template.builtIn.map { template in
            let hours = template.defaultDurationHours.text
            let approval = template.requireRSVPApproval ? "needs approval" : "open"
            let place = template.isVirtual ? "online" : "on site"
            return "| `\(template.type)` | \(hours) hour\(hours == "1" ? "" : "s") | \(approval) | \(place) |"
        }
        #expect(rows == wanted)
    }

    @Test func theExampleIsATemplate() throws {
        let page = try Self.page()
        let begin = try #require(page.range(of: "```json\n"))
        let end = try #require(page.range(of: "\n```", range: begin.upperBound..<page.endIndex))
        let text = String(page[begin.upperBound..<end.lowerBound])
        let template = try TemplateFile.parse(text, zones: SystemZones.database).get()
        #expect(template.type == "hack_night" && template.requireRSVPApproval)
        #expect(template.eventDefaults["max_capacity"] == 40)
    }
}
