import Core
import Foundation
import Testing

/// What another import has made is known, whichever file it came from.
@Suite struct ImportKnownJourneyTests {
    private func csv(_ count: Int) -> String {
        (1...count).reduce(into: "name,start_at,timezone\r\n") {
            $0 += "\"Row \($1), \"\"quoted\"\"\",2027-07-0\($1)T19:00,Europe/Berlin\r\n"
        }
    }

    /// A calendar that is exported once more has another name and lies in another place: what is there already is not made again.
    @Test func aCalendarThatIsExportedOnceMoreIsKnown() async throws {
        let stage = try await ImportStage()
        func calendar(_ events: [(uid: String, start: String)]) -> String {
            "BEGIN:VCALENDAR\nVERSION:2.0\n"
                + events.map {
                    "BEGIN:VEVENT\nUID:\($0)\nSUMMARY:Row \($0)\nDTSTART:\($1)\nDURATION:PT1H\nEND:VEVENT\n"
                }
                .joined() + "END:VCALENDAR\n"
        }
        let first = try stage.write("club.ics", calendar([("a", "20310101T100000Z"), ("b", "20310102T100000Z")]))
        #expect(try await stage.run(first).code == 0)
        let later = calendar([("a", "20310101T100000Z"), ("b", "20310105T100000Z"), ("c", "20310103T100000Z")])
        let second = try stage.write("club (1).ics", later)
        let report = second + ".import.ndjson"

        let dry = try await stage.run(second, "--dry-run")
        #expect(dry.code == 65 && dry.json?["existing"] == 1 && dry.json?["failed"] == 1 && dry.json?["left"] == 1)
        let told = dry.program.standardError
        #expect(told.contains("line 3: \"Row a\" is already made: evt-") && told.contains(" (club.ics.import.ndjson)"))
        #expect(told.contains("line 9: \"Row b\" was imported with another time or other words as evt-"), "\(told)")
        #expect(told.contains("3 rows read, 3 valid, 0 not valid, 1 already made, 1 changed since they were made"))
        #expect(!FileManager.default.fileExists(atPath: report))

        for created in [1, 0] {
            let run = try await stage.run(second)
            #expect(
                run.code == 65 && run.json?["created"] == JSON.number(JSONNumber(created)),
                "\(run.program.standardError)")
            #expect(run.json?["failed"] == 1 && run.json?["left"] == 0)
            #expect(run.program.standardError.contains("luma-mcp events update evt-"))
        }
        let lines = try String(contentsOfFile: report, encoding: .utf8).split(separator: "\n")
        let known = lines.filter { $0.contains(#""known_from":"club.ics.import.ndjson""#) }
        #expect(known.count == 1 && known.first?.contains(#""outcome":"exists""#) == true, "\(lines)")

        // Where no report is at hand, the gateway knows it.
        let folder = stage.folder.appendingPathComponent("elsewhere")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let third = try stage.write("elsewhere/club.ics", later)
        let elsewhere = try await stage.run(third)
        #expect(elsewhere.code == 65 && elsewhere.json?["created"] == 0 && elsewhere.json?["existing"] == 2)
        #expect(elsewhere.program.standardError.contains("was sent through this gateway before with another time"))
        #expect(try await stage.run(third).json?["created"] == 0)
        let made = try await stage.created()
        #expect(made.count == 3 && made.names == ["Row a", "Row b", "Row c"])
    }

    /// Rows of a table that were made are shown before they are sent once more, and from whichever file of the folder.
    @Test func aDryRunShowsWhatIsMadeAlready() async throws {
        let stage = try await ImportStage()
        let file = try stage.write("rows.csv", csv(2))
        #expect(try await stage.run(file).code == 0)
        let copy = try stage.write("copy.csv", csv(3))
        for (path, rest) in [(file, 0), (copy, 1)] {
            let dry = try await stage.run(path, "--dry-run")
            #expect(dry.code == 0 && dry.json?["existing"] == 2 && dry.json?["left"] == JSON.number(JSONNumber(rest)))
            #expect(dry.program.standardError.contains("row 2: \"Row 1, \"quoted\"\" is already made: evt-"))
        }
        #expect(try await stage.run(copy).json?["created"] == 1)
        #expect(try await stage.created().count == 3)
    }
}
