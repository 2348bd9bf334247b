import Core
import Foundation
import Testing

/// Commands that are made from rows, with the real program against a gateway with the emulator.
@Suite struct OperationCommandJourneyTests {
    /// The id of an event that the emulator begins with, and the address of its page.
    private static func event(_ name: String, _ address: String) async throws -> (id: String, page: String) {
        let all = try await events(address, ["list", "--all", "--json"])
        let found = try #require(all.json?["entries"]?.arrayValue?.first { $0["name"]?.stringValue == name })
        return (try #require(found["id"]?.stringValue), try #require(found["url"]?.stringValue))
    }

    private static func guests(_ run: EventsRun) -> [String] {
        (run.json?["entries"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
    }

    @Test func guestsAreListedAndOneIsDeclined() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let event = try await Self.event("Hands-on workshop", gateway.address)
        let waiting = ["guests", "list", event.id, "--approval-status", "pending_approval", "--json"]
        let pending = Self.guests(try await command(gateway.address, waiting))
        #expect(pending.count == 3)
        let guest = try #require(pending.first)
        let decline = ["guests", "set-status", event.id, guest, "--status", "declined"]

        let nobody = try await command(gateway.address, decline)
        #expect(nobody.code == 1 && nobody.out.isEmpty && nobody.err.contains("--yes"), "\(nobody)")
        let told = try await command(gateway.address, decline + ["--dry-run"])
        #expect(told.code == 0 && told.out.hasPrefix("Would send:\n"), "\(told)")
        #expect(told.out.contains(guest) && told.out.hasSuffix("\nNothing was changed.\n"))
        #expect(Self.guests(try await command(gateway.address, waiting)).contains(guest))

        let done = try await command(gateway.address, decline + ["--yes", "--no-send-email", "--key", "decline-1"])
        #expect(done.code == 0 && done.out == "done\n" && done.err.isEmpty, "\(done)")
        let again = try await command(gateway.address, decline + ["--yes", "--no-send-email", "--key", "decline-1"])
        #expect(again.code == 0 && again.err.contains("had already been done"), "\(again)")
        #expect(!Self.guests(try await command(gateway.address, waiting)).contains(guest))
        let declined = try await command(
            gateway.address, ["guests", "list", event.id, "--approval-status", "declined", "--json"])
        #expect(Self.guests(declined) == [guest])
    }

    @Test func aListIsPagesOrAll() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let event = try await Self.event("Community meetup", gateway.address)
        // By the address of the page, too.
        let first = try await command(
            gateway.address, ["guests", "list", event.page, "--limit", "5", "--sort", "name"])
        #expect(first.code == 0 && first.out.hasPrefix("USER EMAIL"), "\(first)")
        #expect(first.out.split(separator: "\n").count == 6)
        let cursor = try #require(first.err.firstMatch(of: #/more entries: --all, or --cursor (\S+)/#)?.1)
        let next = try await command(
            gateway.address,
            ["guests", "list", event.id, "--limit", "5", "--sort", "name", "--cursor", String(cursor), "--json"])
        #expect(Self.guests(next).count == 5, "\(next)")
        let all = try await command(gateway.address, ["guests", "list", event.id, "--all", "--json"])
        #expect(Set(Self.guests(all)).count == 12 && all.json?["has_more"] == false)
    }

    @Test func aCouponIsCreated() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let event = try await Self.event("Benefit concert", gateway.address)
        let create = ["coupons", "create", event.id, "--code", "EARLY"]
        let terms = ["--percent-off", "20", "--valid-end-at", "2030-05-01 18:00", "--key", "coupon-1"]
        let told = try await command(gateway.address, create + terms + ["--dry-run", "--json"])
        #expect(told.json?["sends"]?["discount"] == ["discount_type": "percent", "percent_off": 20], "\(told)")
        let made = try await command(gateway.address, create + terms)
        #expect(made.code == 0 && made.out.hasPrefix("EARLY\n"), "\(made)")
        #expect(made.out.contains("Wed 2030-05-01 18:00 CEST") && made.err.contains("times are in Europe/Berlin"))
        let again = try await command(gateway.address, create + terms + ["--json"])
        let id = try #require(again.json?["id"]?.stringValue)
        #expect(made.out.contains(id) && again.err.contains("had already been done"), "\(again)")
    }

    @Test func eachKindOfFailureHasItsExitCode() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let id = try await Self.event("Community meetup", gateway.address).id
        let cases: [(Int32, [String], String)] = [
            (64, ["guests"], "needs a command"), (64, ["guests", "list"], "needs EVENT"),
            (64, ["guests", "list", id, "--limit", "0"], "--limit: expected a whole number from 1 to 100"),
            (64, ["coupons", "create", id, "--percent-off", "5", "--cents-off", "5"], "cannot be combined"),
            (64, ["coupons", "create", id], "--code: is required"),
            (
                65, ["coupons", "create", id, "--code", "A"],
                "--percent-off, or --cents-off and --currency: is required"
            ),
            (64, ["guests", "set-status", id, "gst-1", "--yes"], "--status: is required"),
            (66, ["guests", "list", "evt-none"], "event_id: evt-none"),
            (66, ["guests", "set-status", id, "gst-none", "--status", "declined", "--yes"], "guest_id: gst-none"),
            (69, ["guests", "list", id, "--server", "http://localhost:1"], "Is it running?"),
        ]
        for (code, arguments, text) in cases {
            let run = try await command(gateway.address, arguments)
            #expect(run.code == code && run.out.isEmpty, "\(arguments) \(run)")
            #expect(run.err.contains(text), "\(arguments) \(run.err)")
        }
    }

    @Test func aPersonIsAsked() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let event = try await Self.event("Community meetup", gateway.address)
        let list = try await command(gateway.address, ["guests", "list", event.id, "--limit", "1", "--json"])
        let guest = try #require(Self.guests(list).first)
        let driver = Program.root.appendingPathComponent("Tests/Drivers/terminal.py").path
        for (reply, code, text) in [("no\n", 1, "nothing was done"), ("yes\n", 0, "done")] {
            let result = try await run(
                "python3",
                [
                    driver, "80", "Type yes to do it: ", reply, Program.path, "guests", "set-status", event.id, guest,
                    "--status", "declined",
                ],
                environment: ["PATH": "/usr/bin:/bin", "LUMA_GATEWAY_URL": gateway.address, "TERM": "xterm"])
            let json = try JSON.parse(result.out.trimmingCharacters(in: .newlines))
            let shown = json["text"]?.stringValue ?? ""
            #expect(json["code"]?.intValue == code && shown.contains(text), "\(shown)")
            #expect(
                shown.contains("guests set-status would send:") && shown.contains("Luma notifies guests"), "\(shown)")
            #expect(shown.contains("As it is now:") && shown.contains("user email"), "\(shown)")
        }
    }
}
