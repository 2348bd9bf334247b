import Core
import Foundation
import Testing

/// A file of thousands of events becomes each event once, whatever happens in between.
@Suite struct ImportJourneyTests {
    private static func day(_ row: Int) -> String { (row % 28 + 1 < 10 ? "0" : "") + "\(row % 28 + 1)" }

    private static func csv(_ count: Int) -> String {
        (1...count).reduce(into: "name,start_at,timezone,max_capacity\r\n") {
            $0 += "\"Row \($1), \"\"quoted\"\"\",2027-07-\(day($1))T19:00,Europe/Berlin,\($1)\r\n"
        }
    }

    private static func ndjson(_ count: Int) -> String {
        (1...count).reduce(into: "") {
            $0 += #"{"name":"Row \#($1)","start_at":"2027-07-\#(day($1))T19:00:00Z","timezone":"UTC"}"# + "\n"
        }
    }

    private static func ics(_ count: Int) -> String {
        (1...count).reduce(into: "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") {
            $0 += "BEGIN:VEVENT\r\nUID:\($1)@example.com\r\nSUMMARY:Row \($1)\\, a fold\r\n ed one\r\n"
            $0 += "DTSTART;TZID=Asia/Tokyo:202707\(day($1))T190000\r\nDURATION:PT2H\r\nEND:VEVENT\r\n"
        } + "END:VCALENDAR\r\n"
    }

    @Test func aReportOfAnotherGatewayIsNotBelieved() async throws {
        let (trial, real) = (try await ImportStage(), try await ImportStage())
        let file = try trial.write("rows.csv", "name,start_at,timezone\nRow 1,2031-01-01T10:00,UTC\n")
        #expect(try await trial.run(file).code == 0)
        let program = try Program(["events", "import", file], environment: ["LUMA_GATEWAY_URL": real.gateway.address])
        #expect(try await program.exitCode(within: 60) == 73)
        #expect(program.standardError.contains("went to another gateway"), "\(program.standardError)")
        #expect(try await real.created().names.isEmpty)
    }

    /// A later state of a calendar moves one event and takes another back: nothing is made twice, and it is said what to do.
    @Test func anEventThatHasMovedInItsCalendarIsNotMadeAgain() async throws {
        let stage = try await ImportStage()
        func calendar(_ start: String, _ status: String) -> String {
            "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:a@example.com\nSUMMARY:Row 1\nDTSTART:\(start)\nDURATION:PT1H\nEND:VEVENT\n"
                + "BEGIN:VEVENT\nUID:b@example.com\nSUMMARY:Row 2\nDTSTART:20310102T100000Z\nDURATION:PT1H\nSTATUS:\(status)\n"
                + "END:VEVENT\nEND:VCALENDAR\n"
        }
        let report = stage.folder.appendingPathComponent("club.ndjson").path
        let first = try stage.write("club.ics", calendar("20310101T100000Z", "CONFIRMED"))
        #expect(try await stage.run(first, "--report", report).code == 0)
        let second = try stage.write("club (1).ics", calendar("20310105T100000Z", "CANCELLED"))
        for _ in 0..<2 {
            let run = try await stage.run(second, "--report", report)
            #expect(
                run.code == 65 && run.json?["failed"] == 1 && run.json?["passed_over"] == 1,
                "\(run.program.standardError)")
            #expect(run.json?["created"] == 0 && run.json?["left"] == 0)
            #expect(run.program.standardError.contains("was imported with another time or other words as evt-"))
            #expect(run.program.standardError.contains("is skipped: it is cancelled (STATUS:CANCELLED)"))
        }
        let created = try await stage.created()
        #expect(created.count == 2 && created.names == ["Row 1", "Row 2"])
        // Once more on purpose.
        #expect(try await stage.run(second, "--report", report, "--name", "again").code == 0)
        #expect(try await stage.created().count == 3)
    }

    /// Killed while a row was on its way: soon after it is sent again under its key, later the gateway may have forgotten that.
    @Test func aRowThatWasOnItsWayIsSentAgainOnlySoonAfter() async throws {
        let stage = try await ImportStage()
        let file = try stage.write("rows.csv", "name,start_at,timezone\nRow 1,2031-01-01T10:00,UTC\n")
        #expect(try await stage.run(file).code == 0)
        let report = URL(fileURLWithPath: file + ".import.ndjson")
        let lines = try String(contentsOf: report, encoding: .utf8).split(separator: "\n").map(String.init)
        let first = try #require(lines.first)
        let sending = try #require(JSON.parse(first).objectValue)
        #expect(sending["outcome"] == "sending" && lines.count == 2)
        for (at, code, outcome) in [(nil, 0, "exists"), ("2020-01-01T00:00:00Z", 2, "sending")]
            as [(String?, Int32, JSON)]
        {
            var line = sending
            if let at { line["at"] = .string(at) }
            try Data((JSON.object(line).encoded + [0x0a])).write(to: report)
            let result = try await stage.run(file)
            #expect(result.code == code, "\(result.program.standardError)")
            let last = try String(contentsOf: report, encoding: .utf8).split(separator: "\n").last.map(String.init)
            let told = try #require(last)
            #expect(try JSON.parse(told)["outcome"] == outcome)
        }
        #expect(try await stage.created().names == ["Row 1"])
    }

    /// A report whose rows are not in the file is not taken for one of these rows, and not passed over in silence.
    @Test func aReportOfOtherRowsIsTold() async throws {
        let stage = try await ImportStage()
        let header = "name,start_at,timezone\n"
        let file = try stage.write("rows.csv", header + "Row 1,2031-01-01T10:00,UTC\n")
        #expect(try await stage.run(file).code == 0)
        let report = URL(fileURLWithPath: file + ".import.ndjson")
        let lost = #"{"row":1,"line":2,"name":"Row 0","outcome":"unknown","key":"row-0"}"# + "\n"
        try (Data(lost.utf8) + Data(contentsOf: report)).write(to: report)
        _ = try stage.write("rows.csv", header + "Row 2,2031-01-01T10:00,UTC\n")
        let other = try await stage.run(file)
        #expect(other.code == 0 && other.json?["created"] == 1)
        let told = other.program.standardError
        #expect(told.contains("The report tells of 1 event whose row is not in the file now"), "\(told)")
        #expect(told.contains("1 row that may or may not be on Luma"), "\(told)")
    }

    /// As Excel in most of Europe writes it; what is shown before is what is there after.
    @Test func aTableOfASpreadsheetBecomesItsEvents() async throws {
        let stage = try await ImportStage()
        let text =
            "Title;Start;Capacity;Time zone\r\nRow Grünau – 5 €;14.07.2027 18:30;1.000.000;Europe/Berlin\r\n;;;\r\n"
        let file = stage.folder.appendingPathComponent("tabelle.csv")
        try #require(text.data(using: .windowsCP1252)).write(to: file)
        let dry = try await stage.run(file.path, "--dry-run")
        #expect(dry.code == 0, "\(dry.program.standardError)")
        let lines = dry.program.standardError.split(separator: "\n").map(String.init)
        #expect(lines.first == "read as ';' separated, Windows-1252, 2 rows (1 blank)")
        #expect(
            lines.contains(
                "row 2: Row Grünau – 5 €: Wed 2027-07-14 18:30 CEST Europe/Berlin, no end, no place, at most 1000000"),
            "\(lines)")
        #expect(try await stage.run(file.path).code == 0)
        #expect(try await stage.created().names == ["Row Grünau – 5 €"])
        let again = try await stage.run(file.path, "--name", "again")
        #expect(again.program.standardError.contains("1 event of another import of this file"))
    }

    /// One cause is told once, with its rows.
    @Test func theSameFaultOfManyRowsIsOneLine() async throws {
        let stage = try await ImportStage()
        let rows = (1...2000).map { "Row \($0),next \($0),UTC\n" }.joined()
        let file = try stage.write("rows.csv", "name,start_at,timezone\n" + rows)
        let result = try await stage.run(file, "--dry-run")
        #expect(result.code == 65)
        let lines = result.program.standardError.split(separator: "\n").map(String.init)
        #expect(lines.count { $0.contains("start_at must be") } == 1, "\(lines.prefix(9))")
        #expect(
            lines.contains {
                $0.hasPrefix("rows 2, 3, 4 and 1997 more: start_at must be") && $0.hasSuffix("\"next 1\"")
            })
    }

    @Test(arguments: [Array("PK\u{3}\u{4}".utf8), [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]])
    func aWorkbookIsRefusedWhateverItsNameIs(_ beginning: [UInt8]) async throws {
        let stage = try await ImportStage()
        for name in ["a.xlsx", "a.csv", "a.ndjson", "a.ics"] {
            let file = stage.folder.appendingPathComponent(name)
            try Data(beginning + [UInt8](repeating: 7, count: 2000)).write(to: file)
            let result = try await stage.run(file.path, "--dry-run")
            #expect(result.code == 65)
            #expect(result.program.standardError.contains("line 1: the file is a"), "\(result.program.standardError)")
        }
    }

    /// What one gateway has given out, another takes; what the file does not hold is agreed to first.
    @Test(arguments: ["csv", "ics", "ndjson"]) func ourOwnExportsAreTaken(_ format: String) async throws {
        let stage = try await ImportStage()
        let exported = try await curl(stage.gateway.address + "/events.\(format)")
        #expect(exported.status == 200)
        let file = try stage.write("events." + format, exported.body)
        let result = try await stage.run(file, "--zone", "Europe/Berlin", "--dry-run", "--allow-loss")
        #expect(result.code == 0, "\(result.program.standardOutput)\(result.program.standardError)")
    }

    @Test(arguments: ["csv", "ndjson", "ics"])
    func thousandsOfRowsBecomeAnEventEach(format: String) async throws {
        let stage = try await ImportStage()
        let count = 2000
        let text = format == "csv" ? Self.csv(count) : format == "ics" ? Self.ics(count) : Self.ndjson(count)
        let file = try stage.write("events." + format, text)
        let dry = try await stage.run(file, "--dry-run")
        #expect(dry.code == 0)
        #expect(try await stage.created().count == 0)
        let first = try await stage.run(file)
        #expect(first.code == 0, "\(first.program.standardError)")
        #expect(first.json?["created"] == 2000)
        let made = try await stage.created()
        #expect(made.count == count && made.names.count == count)
        #expect(Set(try stage.doneRows(file)) == Set(1...count))
        let again = try await stage.run(file)
        #expect(again.code == 0)
        #expect(again.json?["existing"] == 2000 && again.json?["created"] == 0)
        #expect(try await stage.created().count == count)
    }

    @Test(arguments: [SIGKILL, SIGINT]) func anInterruptedImportGoesOn(signal: Int32) async throws {
        let stage = try await ImportStage()
        let file = try stage.write("events.csv", Self.csv(200))
        try await stage.fault("latency=50,on=events/create")
        let program = try stage.start(file, "--parallel", "2")
        try await stage.waitForRows(10, file)
        program.signal(signal)
        let code = try await program.exitCode()
        if signal == SIGINT {
            #expect(code == 130)
            #expect(program.standardOutput.contains("Run the same command again to resume"))
        }
        let before = try stage.doneRows(file)
        #expect(before.count < 200)
        // What a kill may leave of a line that was being written.
        let report = try #require(FileHandle(forWritingAtPath: file + ".import.ndjson"))
        try report.seekToEnd()
        try report.write(contentsOf: Data(#"{"row":77,"li"#.utf8))
        try report.close()
        try await stage.noFaults()
        let rest = try await stage.run(file)
        #expect(rest.code == 0, "\(rest.program.standardError)")
        let made = try await stage.created()
        #expect(made.count == 200 && made.names.count == 200)
        let done = try stage.doneRows(file)
        #expect(done.count == 200 && Set(done) == Set(1...200))
    }

    @Test func aKilledImportWhoseReportIsLostMakesNothingTwice() async throws {
        let stage = try await ImportStage()
        let file = try stage.write("events.ndjson", Self.ndjson(100))
        try await stage.fault("latency=50,on=events/create")
        let program = try stage.start(file, "--parallel", "4")
        try await stage.waitForRows(10, file)
        program.signal(SIGKILL)
        _ = try await program.exitCode()
        try FileManager.default.removeItem(atPath: file + ".import.ndjson")
        try await stage.noFaults()
        #expect(try await stage.run(file).code == 0)
        #expect(try await stage.run(file, "--report", file + ".other").json?["existing"] == 100)
        let made = try await stage.created()
        #expect(made.count == 100 && made.names.count == 100)
    }

    @Test func aGatewayThatIsRestartedInTheMidstLosesNothing() async throws {
        let data = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: data) }
        let stage = try await ImportStage(environment: ["LUMA_DATA_DIR": data.path])
        let file = try stage.write("events.csv", Self.csv(150))
        try await stage.fault("latency=40,on=events/create")
        let program = try stage.start(file, "--parallel", "3")
        try await stage.waitForRows(10, file)
        stage.gateway.program.signal(SIGKILL)
        _ = try await stage.gateway.program.exitCode()
        let port = try #require(stage.gateway.address.split(separator: ":").last.map(String.init))
        let second = try Program(
            ["serve"],
            environment: [
                "LUMA_PORT": port, "LUMA_API_KEY": "secret-journey", "LUMA_DATA_DIR": data.path,
                "LUMA_BASE_URL": try #require(stage.gateway.sandboxAddress), "LUMA_SETTLE_SECONDS": "1",
                "LUMA_RATE_LIMIT_POST_REQUESTS": "100000", "LUMA_RATE_LIMIT_GET_REQUESTS": "100000",
            ])
        _ = try await second.address()
        #expect(try await program.exitCode(within: 120) == 0, "\(program.standardError)")
        let made = try await stage.created()
        #expect(made.count == 150 && made.names.count == 150)
    }

    @Test func lostAnswersMakeNothingTwice() async throws {
        let stage = try await ImportStage(environment: ["LUMA_SETTLE_SECONDS": "1"])
        let file = try stage.write("events.ndjson", Self.ndjson(60))
        try await stage.fault("reset,after,on=events/create,every=7")
        let result = try await stage.run(file)
        #expect(result.code == 0, "\(result.program.standardError)\(result.program.standardOutput)")
        let made = try await stage.created()
        #expect(made.count == 60 && made.names.count == 60)
    }

    @Test func nothingIsSentWhenAnyRowIsWrong() async throws {
        let stage = try await ImportStage()
        let text =
            Self.csv(3) + "Row 4,2027-02-30T10:00,Europe/Berlin,\r\n" + "Row 5,2027-03-01T10:00,Europe/Berlin,x\r\n"
        let file = try stage.write("events.csv", text)
        let refused = try await stage.run(file)
        #expect(refused.code == 65)
        #expect(refused.program.standardError.contains("row 5: \"Row 4\": start_at must be"))
        #expect(refused.program.standardError.contains("row 6: \"Row 5\": max_capacity must be"))
        #expect(refused.json?["invalid"] == 2)
        #expect(try await stage.created().count == 0)
        #expect(!FileManager.default.fileExists(atPath: file + ".import.ndjson"))
        let others = try await stage.run(file, "--skip-invalid")
        #expect(others.code == 65)
        #expect(others.json?["created"] == 3)
        #expect(try await stage.created().names.count == 3)
    }

    @Test func theSameRowTwiceIsOneEventUnlessTwoAreWanted() async throws {
        let stage = try await ImportStage()
        let file = try stage.write("events.ndjson", Self.ndjson(2) + Self.ndjson(1))
        let once = try await stage.run(file)
        #expect(once.code == 0)
        #expect(once.program.standardError.contains("line 3: says the same as line 1 and is not sent"))
        #expect(try await stage.created().count == 2)
        let twice = try await stage.run(file, "--allow-duplicates")
        #expect(twice.code == 0)
        #expect(twice.json?["created"] == 1 && twice.json?["existing"] == 2)
        #expect(try await stage.created().count == 3)
        // The same file as another import.
        #expect(try await stage.run(file, "--name", "next year").json?["created"] == 2)
    }

    @Test func whoMayNotWriteIsToldAtOnce() async throws {
        let stage = try await ImportStage(environment: ["LUMA_AUTH_TOKENS": "reader:read:reader-reader-reader-1"])
        let file = try stage.write("events.csv", Self.csv(50))
        #expect(try await stage.run(file).code == 77)
        let nobody = try Program(
            ["events", "import", file, "--server", "http://127.0.0.1:1", "--report", file + ".nobody"], environment: [:]
        )
        #expect(try await nobody.exitCode() == 69)
        #expect(nobody.standardError.contains("rows read"))
    }
}
