import Core
import Foundation
import Testing

/// What one run of a command against a gateway wrote, and how it ended.
struct EventsRun {
    let code: Int32
    let out: String
    let err: String
    var json: JSON? { try? JSON.parse(out.trimmingCharacters(in: .newlines)) }
}

/// Runs `luma-mcp events` against a gateway.
func events(
    _ address: String, _ arguments: [String], environment: [String: String] = [:], folder: URL? = nil
) async throws -> EventsRun {
    try await command(address, ["events"] + arguments, environment: environment, folder: folder)
}

/// Runs a command against a gateway.
func command(
    _ address: String, _ arguments: [String], environment: [String: String] = [:], folder: URL? = nil
) async throws -> EventsRun {
    let settings = ["PATH": "/usr/bin:/bin", "LUMA_GATEWAY_URL": address, "TZ": "Europe/Berlin"]
    let result = try await run(
        Program.path, arguments, folder: folder, environment: settings.merging(environment) { $1 })
    return EventsRun(code: result.code, out: result.out, err: result.err)
}

/// `luma-mcp events` as people and scripts use it, against a gateway with the emulator.
@Suite struct EventsCommandJourneyTests {
    private static let tea = ["create", "--name", "Tea", "--start", "2030-05-01 18:00", "--json"]

    private static func created(_ address: String, _ more: [String] = []) async throws -> String {
        let run = try await events(address, tea + more)
        #expect(run.code == 0, "\(run.err)")
        return try #require(run.json?["id"]?.stringValue)
    }

    /// A file may say the start as the gateway takes it, without an offset: a length and an end count from there.
    @Test(arguments: [["--duration", "2h"], ["--end", "20:00"]]) func timesCountFromTheFilesStart(_ more: [String])
        async throws
    {
        let gateway = try await RunningGateway.start(.inProcess)
        let file = gateway.program.folder.appendingPathComponent("event.json")
        try Data(#"{"name": "x", "start_at": "2030-05-01T18:00", "timezone": "Asia/Tokyo"}"#.utf8).write(to: file)
        let made = try await events(gateway.address, ["create", "--from", file.path, "--json"] + more)
        #expect(made.code == 0, "\(made.err)")
        #expect(made.json?["start_at"] == "2030-05-01T09:00:00.000Z")
        #expect(made.json?["end_at"] == "2030-05-01T11:00:00.000Z")
        // An event that is somewhere else until then.
        let id = try await Self.created(gateway.address)
        let moved = try await events(gateway.address, ["update", id, "--from", file.path, "--json"] + more)
        #expect(moved.code == 0, "\(moved.err)")
        #expect(moved.json?["start_at"] == "2030-05-01T09:00:00.000Z" && moved.json?["timezone"] == "Asia/Tokyo")
        #expect(moved.json?["end_at"] == "2030-05-01T11:00:00.000Z")
    }

    /// What the file does not say is the event's: its zone for a start without an offset, its start for a length.
    @Test func anUpdateCountsFromTheEventWhereTheFileIsSilent() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let id = try await Self.created(gateway.address, ["--zone", "America/New_York"])
        let file = gateway.program.folder.appendingPathComponent("event.json")
        func update(_ text: String, _ more: String...) async throws -> EventsRun {
            try Data(text.utf8).write(to: file)
            return try await events(gateway.address, ["update", id, "--from", file.path, "--json"] + more)
        }
        let length = try await update(#"{"max_capacity": 5}"#, "--duration", "2h")
        #expect(length.json?["end_at"] == "2030-05-02T00:00:00.000Z", "\(length.err)")
        let earlier = try await update(#"{"start_at": "2030-04-01T18:00"}"#, "--duration", "2h")
        #expect(earlier.json?["start_at"] == "2030-04-01T22:00:00.000Z", "\(earlier.err)")
        #expect(earlier.json?["end_at"] == "2030-04-02T00:00:00.000Z")
        // A start that cannot be read is not the event's; one that is not wanted need not be read.
        let wrong = try await update(#"{"start_at": "soon"}"#, "--duration", "2h")
        #expect(wrong.code == 65 && wrong.err.contains("start_at"), "\(wrong.err)")
        let beaten = try await update(
            #"{"start_at": "soon"}"#, "--start", "2030-06-01 18:00", "--duration", "1h")
        #expect(beaten.json?["end_at"] == "2030-06-01T23:00:00.000Z", "\(beaten.err)")
    }

    @Test func anEventFromItsCreateToItsCancel() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let made = try await events(
            gateway.address,
            [
                "create", "--name", "Tea ☕️", "--start", "2030-05-01 18:00", "--zone", "America/New_York", "--duration",
                "90m", "--capacity", "40", "--address", "Main St 1", "--require-approval", "--json",
            ])
        #expect(made.code == 0 && made.err.isEmpty, "\(made.err)")
        let event = try #require(made.json)
        #expect(event["start_at"] == "2030-05-01T22:00:00.000Z" && event["end_at"] == "2030-05-01T23:30:00.000Z")
        #expect(event["timezone"] == "America/New_York" && event["max_capacity"] == 40)
        #expect(event["require_approval"] == true)
        let id = try #require(event["id"]?.stringValue)

        let shown = try await events(gateway.address, ["get", id])
        #expect(shown.out.hasPrefix("Tea ☕️\n"), "\(shown.out)")
        #expect(shown.out.contains("Wed 2030-05-01 18:00 EDT, UTC-04:00\n") && shown.out.contains("(1 h 30 min)\n"))
        #expect(!shown.out.contains("\u{1b}"))

        let list = try await events(gateway.address, ["list", "--after", "2030-05-01", "--before", "2030-05-02"])
        #expect(list.code == 0 && list.out.contains("Wed 2030-05-01 18:00 EDT  Tea"), "\(list.out)")
        #expect(list.err.hasPrefix("luma-mcp: times are in Europe/Berlin (TZ)\nluma-mcp: left out: "), "\(list.err)")

        let moved = try await events(
            gateway.address,
            ["update", id, "--start", "2030-05-02 19:00", "--duration", "1h", "--clear", "max_capacity", "--json"])
        #expect(moved.code == 0 && moved.json?["start_at"] == "2030-05-02T23:00:00.000Z", "\(moved.err)")
        #expect(moved.json?["end_at"] == "2030-05-03T00:00:00.000Z" && moved.json?["max_capacity"] == .null)
        #expect(moved.err.contains("America/New_York (the event's zone)"))

        let told = try await events(gateway.address, ["cancel", id, "--dry-run"])
        #expect(told.code == 0 && told.out.contains("Nothing was changed.") && told.out.contains("Tea"), "\(told.out)")
        let nobody = try await events(gateway.address, ["cancel", id])
        #expect(nobody.code == 1 && nobody.out.isEmpty && nobody.err.contains("--yes"))
        #expect(try await events(gateway.address, ["get", id]).code == 0)
        let gone = try await events(gateway.address, ["cancel", id, "--yes"])
        #expect(gone.code == 0 && gone.out.contains("is cancelled"), "\(gone.out)\(gone.err)")
        #expect(try await events(gateway.address, ["get", id]).code == 66)
    }

    @Test func templatesFilesAndKeys() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(#"{"name": "From a file", "timezone": "Asia/Tokyo", "visibility": "private"}"#.utf8)
            .write(to: folder.appendingPathComponent("event.json"))

        let file = try await events(
            gateway.address, ["create", "--from", "event.json", "--start", "2030-05-01 18:00", "--json"], folder: folder
        )
        #expect(
            file.json?["start_at"] == "2030-05-01T09:00:00.000Z" && file.json?["visibility"] == "private", "\(file.err)"
        )
        let workshop = try await events(
            gateway.address, ["create", "--template", "workshop", "--name", "Swift", "--start", "2030-05-01 18:00"])
        #expect(workshop.code == 0 && workshop.out.hasPrefix("Swift\n"), "\(workshop.err)")
        let unknown = try await events(
            gateway.address, ["create", "--template", "party", "--name", "Swift", "--start", "2030-05-01 18:00"])
        #expect(unknown.code != 0 && unknown.out.isEmpty)

        let first = try await Self.created(gateway.address, ["--key", "tea-1"])
        let again = try await events(gateway.address, Self.tea + ["--key", "tea-1"])
        #expect(
            again.json?["id"]?.stringValue == first && again.err.contains("had already been created"), "\(again.err)")
        #expect(try await Self.created(gateway.address) != first)
    }

    @Test func eachKindOfFailureHasItsExitCode() async throws {
        let gateway = try await RunningGateway.start(
            .standAlone, environment: ["LUMA_AUTH_TOKENS": "reader:read:0123456789abcdefghij"])
        let token = ["LUMA_GATEWAY_TOKEN": "0123456789abcdefghij"]
        let cases: [(Int32, [String], [String: String], String)] = [
            (64, ["lst"], token, "did you mean list?"), (64, ["list", "--limit", "0"], token, "--limit"),
            (64, ["list", "--server", "http://example.com"], token, "must not travel in the clear"),
            (64, ["list", "--server", "localhost:8000"], token, "did you mean http://localhost:8000?"),
            (64, ["list", "--server", "gateway.example.com"], token, "did you mean https://gateway.example.com?"),
            (64, ["create", "--name", "x", "--start", "whenever"], token, "expected a time such as"),
            (66, ["get", "evt-none"], token, "no event"),
            (66, ["create", "--from", "no.json"], token, "does not exist"),
            (69, ["list", "--server", "http://localhost:1"], token, "Is it running?"),
            (76, ["list", "--server", gateway.sandboxAddress ?? ""], token, "is this a luma-mcp gateway?"),
            (77, ["list"], [:], "LUMA_GATEWAY_TOKEN"), (77, Self.tea, token, "needed_scope: write"),
            (77, ["list"], ["LUMA_GATEWAY_TOKEN": "another-token-of-no-one"], "not valid"),
        ]
        for (code, arguments, environment, text) in cases {
            let run = try await events(gateway.address, arguments, environment: environment)
            #expect(run.code == code && run.out.isEmpty, "\(arguments) \(run)")
            #expect(run.err.contains(text), "\(arguments) \(run.err)")
            #expect(!run.err.contains("0123456789abcdefghij"))
        }
        #expect(try await events(gateway.address, ["list"], environment: token).code == 0)
        // The variable is named when it is the one at fault; what may be a token is not repeated.
        let swapped = try await events("0123456789abcdefghij", ["list"])
        #expect(swapped.code == 64 && swapped.err.contains("LUMA_GATEWAY_URL: expected"), "\(swapped.err)")
        #expect(!swapped.err.contains("0123456789abcdefghij"))
    }

    @Test func refusedFieldsAreNamed() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let run = try await events(
            gateway.address, ["create", "--name", "", "--start", "2030-05-01 18:00", "--capacity", "many"])
        #expect(run.code == 65 && run.out.isEmpty)
        #expect(run.err.contains("\n  --name: ") && run.err.contains("\n  --capacity: "), "\(run.err)")
        let nothing = try await events(gateway.address, ["create"])
        #expect(nothing.code == 65)
        #expect(nothing.err.contains("\n  --name: is required") && nothing.err.contains("\n  --start: is required"))
    }

    @Test func aDryRunShowsWhatWouldBeAndChangesNothing() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let made = try await events(
            gateway.address,
            ["create", "--name", "Tea", "--start", "2030-05-01 18:00", "--end", "20:30", "--dry-run"])
        #expect(made.code == 0, "\(made.err)")
        #expect(
            made.out == """
                Would create "Tea"
                  starts  Wed 2030-05-01 18:00 CEST
                  ends    Wed 2030-05-01 20:30 CEST (2 h 30 min)
                  zone    Europe/Berlin
                Nothing was changed.

                """)
        #expect(try await events(gateway.address, ["list"]).out.contains("Tea") == false)
        let id = try await Self.created(gateway.address, ["--duration", "3h"])
        let moved = ["update", id, "--start", "2030-05-02 20:30"]
        let told = try await events(gateway.address, moved + ["--dry-run", "--json"])
        #expect(
            told.json?["sends"] == [
                "start_at": "2030-05-02T18:30:00.000Z", "end_at": "2030-05-02T21:30:00.000Z",
            ])
        let done = try await events(gateway.address, moved + ["--json"])
        #expect(done.json?["end_at"] == "2030-05-02T21:30:00.000Z")
        let zone = try await events(gateway.address, ["update", id, "--zone", "America/New_York"])
        #expect(zone.code == 0 && zone.err.contains("20:30 in Europe/Berlin is 2030-05-02 14:30"), "\(zone.err)")
    }

    /// A script that says what nobody means must say so; words count from now.
    @Test func whatIsHardlyMeantIsAskedFor() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let past = ["create", "--name", "Tea", "--start", "2020-07-01 19:00", "--json"]
        let refused = try await events(gateway.address, past)
        #expect(refused.code == 1 && refused.out.isEmpty)
        #expect(refused.err.contains("It starts in the past: Wed 2020-07-01 19:00 CEST."), "\(refused.err)")
        #expect(try await events(gateway.address, past + ["--yes"]).code == 0)
        let tomorrow = try await events(
            gateway.address,
            ["create", "--name", "Tea", "--start", "tomorrow 18:00", "--end", "tomorrow 22:00", "--dry-run", "--json"])
        #expect(tomorrow.json?["outcome"]?["duration_interval"] == "PT4H", "\(tomorrow.err)")
        let before = try await events(
            gateway.address, ["create", "--name", "Tea", "--start", "tomorrow 18:00", "--end", "tomorrow 17:00"])
        #expect(before.code == 65)
        #expect(before.err.contains("--end: is not after the start, "), "\(before.err)")
        #expect(before.err.contains(" 18:00 CE"), "\(before.err)")
        let long = try await events(
            gateway.address, ["create", "--name", "Tea", "--start", "today 23:58", "--end", "2030-05-01 18:00"])
        #expect(long.out.isEmpty && long.err.contains("It lasts "), "\(long.err)")
    }

    @Test func exportsAreWholeOrNotThere() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        for _ in 0..<3 { _ = try await Self.created(gateway.address) }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let lines = try await events(gateway.address, ["export"]).out.split(separator: "\n")
        #expect(lines.count >= 3)
        for line in lines { #expect(try JSON.parse(String(line))["id"] != nil) }

        let path = folder.appendingPathComponent("events.json")
        let written = try await events(
            gateway.address, ["export", "--format", "json", "-o", "events.json"], folder: folder)
        #expect(written.code == 0 && written.out.isEmpty)
        let document = try JSON.parse(String(contentsOf: path, encoding: .utf8).trimmingCharacters(in: .newlines))
        #expect(document.arrayValue?.count == lines.count)

        let table = try await events(gateway.address, ["export", "--format", "csv", "--for", "spreadsheet"])
        #expect(table.code == 0 && table.out.unicodeScalars.starts(with: "\u{feff}id,name,".unicodeScalars))
        let wrong = try await events(gateway.address, ["export", "--for", "spreadsheet"])
        #expect(wrong.code == 64 && wrong.out.isEmpty)

        let failed = try await events(
            gateway.address, ["export", "-o", "events.json", "--server", "http://localhost:1"], folder: folder)
        #expect(failed.code == 69)
        #expect(try JSON.parse(String(contentsOf: path, encoding: .utf8).trimmingCharacters(in: .newlines)) == document)
        let nowhere = try await events(gateway.address, ["export", "-o", "none/events.json"], folder: folder)
        #expect(nowhere.code == 73)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["events.json"])
        let full = try await events(gateway.address, ["export", "-o", "/dev/full"], folder: folder)
        #expect(full.code == 74 && FileManager.default.fileExists(atPath: "/dev/full"))
        let head = try await run(
            "bash",
            ["-o", "pipefail", "-c", "\"$0\" events export --server \"$1\" | true", Program.path, gateway.address])
        #expect(head.code == 0 && head.err.isEmpty, "\(head.err)")
    }

    /// Once the answer is there nobody waits for a signal any more, and it ends the program as it ends any other.
    @Test func aSignalEndsAnExportThatNobodyReads() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let text = String(repeating: "long ", count: 400)
        for _ in 0..<3 { _ = try await Self.created(gateway.address, ["--description", text]) }
        let fifo = gateway.program.folder.appendingPathComponent("fifo").path
        #expect(mkfifo(fifo, 0o600) == 0)
        let reader = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        try #require(reader >= 0)
        defer { close(reader) }
        // It holds less than what is written. The module of the C library does not name F_SETPIPE_SZ.
        let setPipeSize: Int32 = 1031
        #expect(fcntl(reader, setPipeSize, 4096) >= 0)
        let program = try Program(
            ["events", "export", "-o", fifo], environment: ["LUMA_GATEWAY_URL": gateway.address])
        try await eventually("it writes") {
            var descriptor = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            return poll(&descriptor, 1, 0) == 1 && descriptor.revents & Int16(POLLIN) != 0
        }
        try await eventually("it ends") {
            program.signal(SIGTERM)
            return !program.isRunning
        }
        #expect(try await program.exitCode() != 0)
    }

    /// Runs the command on a terminal of that many columns.
    private func onTerminal(
        _ address: String, _ arguments: [String], columns: Int = 80, waitFor: String = "", reply: String = "",
        environment: [String: String] = [:]
    ) async throws -> (code: Int, text: String) {
        let driver = Program.root.appendingPathComponent("Tests/Drivers/terminal.py").path
        let settings = ["PATH": "/usr/bin:/bin", "LUMA_GATEWAY_URL": address, "TZ": "UTC", "TERM": "xterm"]
        let result = try await run(
            "python3", [driver, String(columns), waitFor, reply, Program.path, "events"] + arguments,
            environment: settings.merging(environment) { $1 })
        let json = try JSON.parse(result.out.trimmingCharacters(in: .newlines))
        return (try #require(json["code"]?.intValue), try #require(json["text"]?.stringValue))
    }

    @Test func onATerminal() async throws {
        let gateway = try await RunningGateway.start(.standAlone)
        // Made past the gateway, which refuses such a name.
        let name = "\u{1b}[2J\u{1b}]0;owned\u{7}Ein sehr langer Name für ein Fest, das nirgends hinpasst 🎉"
        let made = try await curlJSON(
            "POST", try #require(gateway.sandboxAddress) + "/v1/events/create",
            ["name": .string(name), "start_at": "2030-05-01T18:00:00Z", "timezone": "UTC"], "-H",
            "x-luma-api-key: secret-any")
        #expect(made.status == 200, "\(made.body)")
        let id = try #require(made.json?["id"]?.stringValue)

        let list = try await onTerminal(gateway.address, ["list", "--all"], columns: 70)
        #expect(list.code == 0 && list.text.contains("\u{1b}[1mSTART"), "\(list.text)")
        #expect(!list.text.contains("\u{1b}[2J") && !list.text.contains("\u{1b}]") && !list.text.contains("\u{7}"))
        let plain = try await onTerminal(
            gateway.address, ["list", "--all"], columns: 70, environment: ["NO_COLOR": "1"])
        #expect(!plain.text.contains("\u{1b}"))
        for line in plain.text.split(separator: "\n") { #expect(line.count <= 70, "\(line)") }
        #expect(plain.text.contains(id))
        let json = try await onTerminal(gateway.address, ["get", id, "--json"])
        #expect(!json.text.contains("\u{1b}"))

        let question = "Type yes to cancel it: "
        let no = try await onTerminal(gateway.address, ["cancel", id], waitFor: question, reply: "no\n")
        #expect(no.code == 1 && no.text.contains("nothing was cancelled"), "\(no.text)")
        #expect(!no.text.contains("\u{1b}[2J"))
        let interrupted = try await onTerminal(gateway.address, ["cancel", id], waitFor: question, reply: "^C")
        #expect(interrupted.code == 130, "\(interrupted)")
        #expect(try await events(gateway.address, ["get", id]).code == 0)
        let yes = try await onTerminal(gateway.address, ["cancel", id], waitFor: question, reply: "yes\n")
        #expect(yes.code == 0 && yes.text.contains("is cancelled"), "\(yes.text)")
        #expect(try await events(gateway.address, ["get", id]).code == 66)
    }

    @Test func anInterruptedCreateSaysHowToGoOn() async throws {
        let gateway = try await RunningGateway.start(
            .inProcess, environment: ["LUMA_SANDBOX_FAULTS": "latency=3000,on=events/create"])
        let program = try Program(
            ["events"] + Self.tea, environment: ["LUMA_GATEWAY_URL": gateway.address, "TZ": "UTC"])
        try await eventually("the create is under way") {
            try await curl(gateway.address + "/metrics").body.split(separator: "\n").contains {
                $0.contains("in_flight") && !$0.hasPrefix("#") && !$0.hasSuffix(" 0")
            }
        }
        program.signal(SIGINT)
        #expect(try await program.exitCode() == 130)
        try await eventually("it says so") { program.standardError.contains("--key cli-") }
        #expect(program.standardOutput.isEmpty)
        let key = try #require(program.standardError.firstMatch(of: #/--key (cli-\w+)/#)?.1)
        let again = try await events(gateway.address, Self.tea + ["--key", String(key)], environment: ["TZ": "UTC"])
        #expect(again.code == 0, "\(again.err)")
        let list = try await events(gateway.address, ["list", "--all", "--json"])
        let teas = (list.json?["entries"]?.arrayValue ?? []).filter { $0["name"] == "Tea" }
        #expect(teas.count == 1)
    }
}
