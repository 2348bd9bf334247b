import Core
import GatewayAPI
import TestKit
import Testing

@testable import Formats
@testable import GatewayCLI

/// A file that was imported by an earlier version has the same keys now: what its report says is done is not done again.
@Suite struct ImportKeysTests {
    private func keys(_ text: String, _ format: ImportFormat) -> [String] {
        var settings = ImportPlanner.Settings()
        settings.format = format
        var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
        planner.feed(Array(text.utf8)[...])
        let plan = planner.finish()
        #expect(plan.problems == [])
        return plan.rows.map(\.key)
    }

    /// The keys that version 0.1.0 gave these rows.
    @Test func aTableKeepsItsKeys() {
        let text = """
            Name,Start At,timezone,max_capacity,description,description_md,address,require_approval,registration_open,url,visibility
             Tea ,2031-05-01T18:00,Asia/Tokyo,12,plain, **text** ,1 Main St,true,yes,https://luma.com/tea,public
            Tea,2031-05-01 18:00,Asia/Tokyo,40.0,,,"{""type"":""google"",""place_id"":""x""}",false,,,
            "Sommerfest Grünau",2031-05-02T18:00Z,UTC, 7 ,,,,,no,,private

            """
        #expect(
            keys(text, .csv) == [
                "import-2c00d82914b1d0c5b0bc9bc3f4c9b8e6067b8bce", "import-1ebfdd688e92ac1e7ff151c6c333997feb3e1ca7",
                "import-ea637bb9d4046c504c16e32d9789ceb87dc8a693",
            ])
    }

    /// Texts that differ in what is not seen are different rows to a report, whatever the gateway takes them for.
    @Test func aKeyIsMadeOfTheTextAsItIs() {
        let row = { (text: String) in
            #"{"name":"A","start_at":"2031-05-01T18:00:00Z","timezone":"UTC","description_md":"\#(text)"}"# + "\n"
        }
        #expect(keys(row("a\\nb"), .ndjson) != keys(row("a b"), .ndjson))
    }

    @Test func linesOfJSONKeepTheirKeys() {
        let text = """
            {"id":"evt-1","name":"Tea","start_at":"2031-05-01T18:00:00.000Z","timezone":"UTC","require_approval":true,"display_price":null,"geo_address_json":{"full_address":"1 Main St"},"description":"x"}
            {"name":"Plain","start_at":"2031-05-01T18:00:00Z","timezone":"UTC"}

            """
        #expect(
            keys(text, .ndjson) == [
                "import-6add833ea321ead47f325832e78c5b40b7787ac4", "import-84c268af25ae67f4292616ee6f04a2439db76a85",
            ])
    }
}
